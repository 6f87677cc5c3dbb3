/** Measures how steady routing is: how often a paraphrase goes to the same model, and counts as the same task. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSnapshotManager } from '../src/bundle/snapshot-manager.js';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { textRequest } from '../src/request.js';
import type { Decision } from '../src/routing/decision.js';
import { createRouter } from '../src/routing/route-prompt.js';
import { createTrace } from '../src/trace.js';
import { readArguments } from './lib/arguments.js';
import { readRows, textField } from './lib/json-lines.js';
import { createRandom } from './lib/random.js';
import { printTable, withInterval, writeFigures } from './lib/report.js';
import { bootstrapInterval, mean } from './lib/statistics.js';

const args = readArguments('bench:stability', {
  pairs: { help: 'rows with original and paraphrase (or q1 and q2, of which those with label 1 count)' },
  bundle: { help: 'folder of the bundle', default: join(projectRoot(), 'router-models') },
});

interface Pair {
  readonly isSameModel: boolean;
  readonly isSameTask: boolean;
  readonly isAbstained: boolean;
}

async function measurePairs(): Promise<readonly Pair[]> {
  const rows = (await readRows(args.text('pairs'), args.dataDirectory)).filter((row) => (row['label'] ?? 1) === 1);
  const directory = join(projectRoot(), 'router-models/embedders/all-minilm-l6-v2');
  const embedder = await createTransformersEmbedder({ directory });
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'pointsman-bench-cache-'));
  const snapshots = await createSnapshotManager({ bundleDirectory: args.text('bundle'), cacheDirectory, embedder });
  try {
    const router = createRouter({ snapshots, embedder, clock: () => 0, newId: () => 'bench' });
    const route = (text: string): Promise<Decision> =>
      router.select(textRequest(text), createTrace(), new AbortController().signal);
    const pairs: Pair[] = [];
    for (const row of rows) {
      const original = await route(textField(row, 'original', 'q1'));
      const paraphrase = await route(textField(row, 'paraphrase', 'q2'));
      pairs.push({
        isSameModel: original.model === paraphrase.model,
        isSameTask: original.task === paraphrase.task,
        isAbstained: original.classification.isAbstained || paraphrase.classification.isAbstained,
      });
    }
    return pairs;
  } finally {
    await snapshots.close();
    await embedder.close();
    await rm(cacheDirectory, { recursive: true, force: true });
  }
}

const pairs = await measurePairs();
const statistics = {
  sameModel: (some: readonly Pair[]) => mean(some.map((pair) => Number(pair.isSameModel))),
  sameTask: (some: readonly Pair[]) => mean(some.map((pair) => Number(pair.isSameTask))),
  abstained: (some: readonly Pair[]) => mean(some.map((pair) => Number(pair.isAbstained))),
};
const figures: Record<string, unknown> = { pairs: pairs.length, seed: args.seed };
const table: [string, string][] = [];
for (const [name, statistic] of Object.entries(statistics)) {
  const interval = bootstrapInterval(pairs, statistic, createRandom(args.seed));
  figures[name] = statistic(pairs);
  figures[`${name}Interval`] = interval;
  table.push([name, withInterval(statistic(pairs), interval)]);
}
console.log(`${pairs.length} pairs, seed ${args.seed}`);
printTable(['figure', 'share [95%]'], table);
await writeFigures(args.jsonFile, figures);
