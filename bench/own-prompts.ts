/**
 * Routes the held-out prompts of test/fixtures through the real parts and reports accuracy, abstention and confusion.
 * With --markdown FILE it writes the confusion table, each wrong prompt named by its id.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRoutingCore, type RoutingCore } from '../src/compose.js';
import { loadConfig } from '../src/config/load-config.js';
import { projectRoot } from '../src/config/project-root.js';
import { textRequest } from '../src/request.js';
import { createLogger } from '../src/telemetry/logger.js';
import { createTrace } from '../src/trace.js';
import { readArguments } from './lib/arguments.js';
import { readRows, textField } from './lib/json-lines.js';
import { createRandom } from './lib/random.js';
import { printTable, withInterval, writeFigures } from './lib/report.js';
import { bootstrapInterval, mean } from './lib/statistics.js';

/** What became of one prompt. */
interface Routed {
  readonly id: string;
  readonly task: string;
  readonly predicted: string;
  readonly probability: number;
  readonly isAbstained: boolean;
  readonly model: string;
}

const args = readArguments('bench:own', {
  prompts: { help: 'held-out prompts', default: join(projectRoot(), 'test/fixtures/own-prompts.jsonl') },
  bundle: { help: 'folder of the bundle', default: join(projectRoot(), 'router-models') },
  floor: { help: 'end with code 1 when accuracy is below this', default: '0' },
  markdown: { help: 'file that gets the confusion table' },
});

async function route(core: RoutingCore): Promise<readonly Routed[]> {
  const routed: Routed[] = [];
  for (const row of await readRows(args.text('prompts'), args.dataDirectory)) {
    const system = typeof row['system'] === 'string' ? { system: row['system'] } : {};
    const request = textRequest(textField(row, 'prompt'), system);
    const decision = await core.router.select(request, createTrace(), AbortSignal.timeout(60_000));
    routed.push({
      id: textField(row, 'id'),
      task: textField(row, 'task'),
      predicted: decision.task,
      probability: decision.classification.probability,
      isAbstained: decision.classification.isAbstained,
      model: decision.model,
    });
  }
  return routed;
}

/** One line a task: how many of its prompts went where. */
function confusionOf(routed: readonly Routed[]): string[][] {
  const tasks = [...new Set(routed.map((entry) => entry.task))].sort();
  return tasks.map((task) => {
    const own = routed.filter((entry) => entry.task === task);
    const right = own.filter((entry) => entry.predicted === task).length;
    const wrong = own
      .filter((entry) => entry.predicted !== task)
      .map(
        (entry) =>
          `${entry.id} → ${entry.predicted} ${entry.probability.toFixed(2)}${entry.isAbstained ? ' (abstained)' : ''}`,
      );
    return [task, `${right}/${own.length}`, wrong.join('; ')];
  });
}

const core = await startRoutingCore({
  config: loadConfig({ overrides: { bundle: args.text('bundle') } }),
  logger: createLogger('warn'),
});
try {
  const routed = await route(core);
  const isRight = (entry: Routed): boolean => entry.predicted === entry.task;
  const share = (some: readonly Routed[], test: (entry: Routed) => boolean): number =>
    mean(some.map((entry) => (test(entry) ? 1 : 0)));
  const accuracy = share(routed, isRight);
  const interval = bootstrapInterval(routed, (some) => share([...some], isRight), createRandom(args.seed));
  const answered = routed.filter((entry) => !entry.isAbstained);
  const figures = {
    n: routed.length,
    accuracy,
    abstained: share(routed, (entry) => entry.isAbstained),
    accuracyOfAnswered: share(answered, isRight),
    wrongNotAbstained: answered.filter((entry) => !isRight(entry)).length,
  };
  const confusion = confusionOf(routed);
  printTable(['task', 'right', 'wrong ones: predicted task and probability'], confusion);
  console.log(
    `\n${routed.length} prompts: accuracy ${withInterval(accuracy, interval)}; abstained ${figures.abstained.toFixed(3)}; ` +
      `accuracy where not abstained ${figures.accuracyOfAnswered.toFixed(3)}`,
  );
  await writeFigures(args.jsonFile, figures);
  const markdown = args.optional('markdown');
  if (markdown !== undefined) await writeFile(markdown, await toMarkdown(figures, confusion));
  if (accuracy < args.number('floor')) process.exitCode = 1;
} finally {
  await core.close();
}

async function toMarkdown(
  figures: { readonly n: number; readonly accuracy: number; readonly abstained: number },
  confusion: readonly (readonly string[])[],
): Promise<string> {
  const manifest = JSON.parse(await readFile(join(projectRoot(), 'package.json'), 'utf8')) as { version: string };
  const rows = confusion.map((row) => `| ${row.join(' | ')} |`);
  return [
    '# Held-out prompts: confusion',
    '',
    `Version ${manifest.version}. \`npm run bench:own -- --markdown docs/evaluation/own-prompts.md\``,
    '',
    `${figures.n} prompts written without sight of the exemplars (test/fixtures/own-prompts.jsonl): accuracy ` +
      `${figures.accuracy.toFixed(3)}, abstained ${figures.abstained.toFixed(3)}.`,
    '',
    '| task | right | wrong ones: predicted task and probability |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
