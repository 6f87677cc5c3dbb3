/**
 * Measures the task classifier: accuracy, abstention and calibration on labelled prompts, beside the nearest neighbour
 * alone, and what it costs beside the embedding. Fits and classifies by the parts of the service.
 */
import { join } from 'node:path';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { readArguments } from './lib/arguments.js';
import {
  abstainedShareOf,
  accuracyOf,
  accuracyWithAbstentionOf,
  aurocOf,
  calibrationErrorOf,
  macroF1Of,
  nearestAccuracyOf,
  type Judged,
} from './lib/classification-figures.js';
import {
  createVectors,
  fitClassifier,
  judge,
  promptOf,
  routingTextFor,
  type FittedRun,
  type LabelledPrompt,
  type Vectors,
} from './lib/classification-run.js';
import { readRows, textField, type DataRow } from './lib/json-lines.js';
import { createRandom, shuffle } from './lib/random.js';
import { printTable, round, withInterval, writeFigures } from './lib/report.js';
import { measureRouting, type RoutingSpeed } from './lib/routing-speed.js';
import { bootstrapInterval } from './lib/statistics.js';

const args = readArguments('bench:classify', {
  train: { help: 'FILE#SPLIT of the exemplars: text or prompt, label or category' },
  test: { help: 'FILE#SPLIT of the prompts to classify' },
  tune: { help: 'FILE#SPLIT of prompts in scope that place the threshold, instead of the exemplars' },
  oos: { help: 'FILE#SPLIT of prompts out of scope' },
  'tune-oos': { help: 'FILE#SPLIT of prompts out of scope that place the threshold' },
  folds: { help: 'cross-validate on --train instead of --test, in so many folds', default: '0' },
  'group-by': { help: 'field whose values stay together in a fold', default: 'dataset' },
  'min-rows': { help: 'fewest rows of a label when cross-validating', default: '10' },
  risk: { help: 'highest acceptable rate of wrong routes', default: '0.05' },
  prompts: { help: 'prompts timed', default: '300' },
  model: { help: 'folder of the embedder', default: join(projectRoot(), 'router-models/embedders/all-minilm-l6-v2') },
  bundle: { help: 'folder of the bundle whose models are priced', default: join(projectRoot(), 'router-models') },
});

const read = async (specification: string): Promise<readonly DataRow[]> => readRows(specification, args.dataDirectory);

async function optionalPrompts(name: string): Promise<readonly LabelledPrompt[] | undefined> {
  const specification = args.optional(name);
  return specification === undefined ? undefined : (await read(specification)).map(promptOf);
}

interface Measured {
  readonly inScope: readonly Judged[];
  readonly outOfScope: readonly Judged[];
  readonly run: FittedRun;
}

async function measureSplit(vectors: Vectors): Promise<Measured> {
  const tune = await optionalPrompts('tune');
  const tuneOutOfScope = await optionalPrompts('tune-oos');
  const train = (await read(args.text('train'))).map(promptOf);
  const input = {
    train,
    risk: args.number('risk'),
    ...(tune === undefined ? {} : { tune }),
    ...(tuneOutOfScope === undefined ? {} : { tuneOutOfScope }),
  };
  const run = await fitClassifier(input, vectors, args.text('bundle'));
  const inScope = await judge(run, (await optionalPrompts('test')) ?? []);
  const outOfScope = await judge(run, (await optionalPrompts('oos')) ?? []);
  return { inScope, outOfScope, run };
}

/** Cross-validation in which rows of a group never stand on both sides. */
async function measureFolds(vectors: Vectors, toPrompt: (row: DataRow) => LabelledPrompt): Promise<Measured> {
  const foldCount = args.number('folds');
  const rows = labelsWithEnough(await read(args.text('train')), args.number('min-rows'));
  const groupOf = (row: DataRow): string => JSON.stringify(row[args.text('group-by')]);
  const groups = shuffle([...new Set(rows.map(groupOf))].sort(), createRandom(args.seed));
  const foldOf = new Map(groups.map((group, place) => [group, place % foldCount]));
  const inScope: Judged[] = [];
  let run: FittedRun | undefined;
  for (let fold = 0; fold < foldCount; fold++) {
    const train = rows.filter((row) => foldOf.get(groupOf(row)) !== fold).map(toPrompt);
    const test = rows.filter((row) => foldOf.get(groupOf(row)) === fold).map(toPrompt);
    run = await fitClassifier({ train, risk: args.number('risk') }, vectors, args.text('bundle'));
    inScope.push(...(await judge(run, test)));
  }
  if (run === undefined) throw new Error('--folds is 0, expected at least 2');
  return { inScope, outOfScope: [], run };
}

function labelsWithEnough(rows: readonly DataRow[], least: number): readonly DataRow[] {
  const counts = new Map<string, number>();
  const labelOf = (row: DataRow): string => textField(row, 'label', 'category');
  for (const row of rows) counts.set(labelOf(row), (counts.get(labelOf(row)) ?? 0) + 1);
  return rows.filter((row) => (counts.get(labelOf(row)) ?? 0) >= least);
}

/** The whole prompt as one user message, embedded as it is. */
const wholePromptOf =
  (whole: 'vector' | 'vectorAndWords') =>
  (row: DataRow): LabelledPrompt => ({
    text: textField(row, 'prompt', 'text'),
    label: textField(row, 'label', 'category'),
    whole,
  });

/** The same prompts as one text each, for comparison. */
interface WholePrompts {
  readonly byVector: readonly Judged[];
  readonly byVectorAndWords: readonly Judged[];
}

async function measureWholePrompts(vectors: Vectors): Promise<WholePrompts> {
  const byVector = await measureFolds(vectors, wholePromptOf('vector'));
  const byVectorAndWords = await measureFolds(vectors, wholePromptOf('vectorAndWords'));
  return { byVector: byVector.inScope, byVectorAndWords: byVectorAndWords.inScope };
}

async function report(measured: Measured, speed: RoutingSpeed, whole: WholePrompts | undefined): Promise<void> {
  const { inScope, outOfScope, run } = measured;
  const random = createRandom(args.seed);
  const lines: string[][] = [];
  const figures: Record<string, unknown> = { seed: args.seed, n: inScope.length, labels: run.labels.length };
  const add = (name: string, rows: readonly Judged[], statistic: (rows: readonly Judged[]) => number): void => {
    if (rows.length === 0) return;
    const interval = bootstrapInterval(rows, statistic, random, 500);
    figures[name] = statistic(rows);
    figures[`${name}Interval`] = interval;
    lines.push([name, withInterval(statistic(rows), interval, 4)]);
  };
  add('accuracy', inScope, accuracyOf);
  add('macroF1', inScope, macroF1Of);
  add('accuracyWithAbstention', inScope, accuracyWithAbstentionOf);
  add('falseOos', inScope, abstainedShareOf);
  add('oosRecall', outOfScope, abstainedShareOf);
  add('auroc', outOfScope, (rows) => aurocOf(inScope, rows));
  add('nearestNeighbourAccuracy', inScope, nearestAccuracyOf);
  add('expectedCalibrationError', inScope, calibrationErrorOf);
  if (whole !== undefined) {
    add('wholePromptAccuracy', whole.byVector, accuracyOf);
    add('wholePromptWithWordsAccuracy', whole.byVectorAndWords, accuracyOf);
    add('wholePromptNearestNeighbourAccuracy', whole.byVector, nearestAccuracyOf);
  }
  Object.assign(figures, speed, { fitSeconds: run.fitMs / 1000 });
  for (const [name, value] of Object.entries(speed)) lines.push([name, String(round(value, 4))]);
  const { regularisation, wordScale, accuracy, bound, notes } = run.report;
  Object.assign(figures, { fit: { regularisation, wordScale, outOfFoldAccuracy: accuracy, bound, notes } });
  printTable(['figure', 'value [95% interval]'], lines);
  console.log(`\n${notes.join('\n')}\nseed ${args.seed}; fitted in ${(run.fitMs / 1000).toFixed(1)} s`);
  await writeFigures(args.jsonFile, figures);
}

const embedder = await createTransformersEmbedder({ directory: args.text('model'), cacheEntries: 0 });
try {
  const vectors = createVectors(embedder);
  const isFolded = args.number('folds') > 0;
  const measured = isFolded ? await measureFolds(vectors, promptOf) : await measureSplit(vectors);
  const whole = isFolded ? await measureWholePrompts(vectors) : undefined;
  const timed = (await read(args.optional('test') ?? args.text('train'))).map(promptOf);
  const speed = await measureRouting({
    snapshot: measured.run.snapshot,
    embedder,
    prompts: shuffle(timed, createRandom(args.seed)).slice(0, args.number('prompts')),
    routingTextFor,
  });
  await report(measured, speed, whole);
} finally {
  await embedder.close();
}
