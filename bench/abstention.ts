/**
 * Measures whether the abstention bound holds: thresholds are fitted on exemplars alone, and held-out prompts are drawn
 * many times over. Prints the share of the draws in which wrong routes stay under the risk.
 */
import { join } from 'node:path';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { readArguments } from './lib/arguments.js';
import { resampleBound, type BoundResamples } from './lib/bound-resamples.js';
import { createVectors, fitClassifier, judge, promptOf, type LabelledPrompt } from './lib/classification-run.js';
import { readRows } from './lib/json-lines.js';
import { createRandom } from './lib/random.js';
import { printTable, round, writeFigures } from './lib/report.js';

const CLINC150 = 'intents_clinc150_train_valid_oos.jsonl#CLINC150';

const args = readArguments('bench:abstention', {
  train: { help: 'FILE#SPLIT of the exemplars: text or prompt, label or category', default: `${CLINC150}/train_10` },
  test: { help: 'FILE#SPLIT of held-out prompts', default: `${CLINC150}/valid` },
  oos: { help: 'FILE#SPLIT of prompts of no task: each that is routed is wrong', default: `${CLINC150}/oos/valid` },
  risks: { help: 'highest acceptable rates of wrong routes, with commas between', default: '0.02,0.05,0.1' },
  draws: { help: 'draws of the held-out prompts', default: '100' },
  floor: { help: 'ends with 1 when fewer of the draws keep to a supported risk, in scope', default: '0.95' },
  model: { help: 'folder of the embedder', default: join(projectRoot(), 'router-models/embedders/all-minilm-l6-v2') },
  bundle: { help: 'folder of the bundle whose settings count', default: join(projectRoot(), 'router-models') },
});

const read = async (name: string): Promise<readonly LabelledPrompt[]> =>
  (await readRows(args.text(name), args.dataDirectory)).map(promptOf);

interface RiskFigures {
  readonly risk: number;
  /** Whether the exemplars support a threshold for the risk; otherwise nothing is promised. */
  readonly isSupported: boolean;
  readonly inScope: BoundResamples;
  readonly withOutOfScope: BoundResamples;
}

async function measure(): Promise<readonly RiskFigures[]> {
  const embedder = await createTransformersEmbedder({ directory: args.text('model'), cacheEntries: 0 });
  try {
    const vectors = createVectors(embedder);
    const [train, test, outOfScope] = [await read('train'), await read('test'), await read('oos')];
    const figures: RiskFigures[] = [];
    for (const risk of args.text('risks').split(',').map(Number)) {
      const run = await fitClassifier({ train, risk }, vectors, args.text('bundle'));
      const inScope = await judge(run, test);
      const all = [...inScope, ...(await judge(run, outOfScope))];
      const options = { risk, draws: args.number('draws'), random: createRandom(args.seed) };
      figures.push({
        risk,
        isSupported: run.report.bound !== undefined,
        inScope: resampleBound(inScope, options),
        withOutOfScope: resampleBound(all, options),
      });
    }
    return figures;
  } finally {
    await embedder.close();
  }
}

const figures = await measure();
printTable(
  ['risk', 'promised', 'prompts', 'draws held', 'wrong routes', '95 in 100 under', 'routed'],
  figures.flatMap(({ risk, isSupported, ...sets }) =>
    (['inScope', 'withOutOfScope'] as const).map((set) => [
      risk,
      isSupported ? 'yes' : 'no',
      set === 'inScope' ? 'in scope' : 'with out of scope',
      round(sets[set].heldShare, 4),
      round(sets[set].meanWrongRate, 4),
      round(sets[set].wrongRate95, 4),
      round(sets[set].meanRoutedShare, 4),
    ]),
  ),
);
await writeFigures(args.jsonFile, { seed: args.seed, draws: args.number('draws'), risks: figures });
const isHeld = figures.every(({ isSupported, inScope }) => !isSupported || inScope.heldShare >= args.number('floor'));
process.exitCode = isHeld ? 0 : 1;
