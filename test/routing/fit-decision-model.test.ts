import t from 'tap';
import { buildExemplarIndex } from '../../src/routing/exemplar-index.js';
import { fitDecisionModel, type FitOptions } from '../../src/routing/fit-decision-model.js';
import { createTaskClassifier } from '../../src/routing/task-classifier.js';
import { clusteredVectors, SETTINGS, task } from './support/fixtures.js';

const dimensions = 16;
const taskCount = 4;
const words = ['translate this', 'fix my code', 'write a poem', 'sum these up'];

function input(count: number, spread: number): FitOptions {
  const vectors = { values: clusteredVectors({ count, dimensions, clusters: taskCount, spread, seed: 3 }), dimensions };
  const exemplars = Array.from({ length: count }, (_, row) => ({
    text: `${words[row % taskCount]!} please, number ${row}`,
    taskIndex: row % taskCount,
    location: { file: 'tasks/t.yaml', line: 1, column: 1 },
  }));
  const tasks = words.map((_, index) => task(`t${index}`));
  return { bundle: { settings: SETTINGS, tasks, exemplars }, vectors, index: buildExemplarIndex(vectors) };
}

function classifierOf(options: FitOptions) {
  const data = fitDecisionModel(options).classifier;
  const taskOfExemplar = Int32Array.from(options.bundle.exemplars, ({ taskIndex }) => taskIndex);
  return createTaskClassifier({ data, index: options.index, taskOfExemplar });
}

t.test('learns, reports and promises', async (t) => {
  const shares: number[] = [];
  const options = { ...input(240, 1), onProgress: (share: number) => shares.push(share) };
  const { report, classifier } = fitDecisionModel(options);
  t.equal(report.promptCount, 240);
  t.ok(report.accuracy > 0.95, `${report.accuracy}`);
  t.ok(report.bound!.upperBound <= SETTINGS.risk);
  t.equal(report.outOfFold.exemplarIndex.length, 240);
  t.same(
    [...report.outOfFold.exemplarIndex].sort((a, b) => a - b),
    [...Array(240).keys()],
    'each exemplar once',
  );
  t.equal(classifier.head?.bias.length, taskCount);
  t.same(
    shares,
    [...shares].sort((a, b) => a - b),
    'progress never goes back',
  );
  t.equal(shares.at(-1), 1);
});

t.test('the fitted classifier knows new prompts and abstains from strange ones', async (t) => {
  const options = input(240, 1);
  const classifier = classifierOf(options);
  let abstained = 0;
  for (let row = 0; row < 40; row += 1) {
    const vector = options.vectors.values.slice(row * dimensions, (row + 1) * dimensions);
    const known = classifier.classify(vector, `${words[row % taskCount]!} please, number 999`);
    t.equal(known.taskIndex, row % taskCount);
    if (known.isAbstained) abstained += 1;
  }
  t.ok(abstained <= 4, `${abstained} of 40 known ones`);
  const strange = options.vectors.values.slice(0, dimensions).map((value) => -value);
  t.equal(classifier.classify(strange, 'zzz').isAbstained, true);
});

t.test('the words decide where the vectors say nothing', async (t) => {
  const options = input(200, 60);
  const classifier = classifierOf(options);
  const noise = clusteredVectors({ count: 40, dimensions, clusters: 1, spread: 60, seed: 9 });
  let right = 0;
  for (let row = 0; row < 40; row += 1) {
    const vector = noise.slice(row * dimensions, (row + 1) * dimensions);
    if (classifier.classify(vector, `${words[row % taskCount]!} now`).taskIndex === row % taskCount) right += 1;
  }
  t.ok(right >= 36, `${right} of 40`);
});

t.test('equal input, equal model', async (t) => {
  t.same(fitDecisionModel(input(120, 1)), fitDecisionModel(input(120, 1)));
});

t.test('too few exemplars: the neighbours alone', async (t) => {
  const { classifier, report } = fitDecisionModel(input(8, 1));
  t.equal(classifier.head, undefined);
  t.equal(report.promptCount, 0);
  t.same(report.notes, [
    '8 exemplars of 4 tasks are too few to learn from: neighbours alone decide, and the default abstention threshold 0.3 counts.',
  ]);
});

t.test('prompts outside the exemplars place the threshold where they are given', async (t) => {
  const options = input(240, 1);
  const tuning = {
    vectors: options.vectors,
    routingTexts: options.bundle.exemplars.map(({ text }) => text),
    labels: new Int32Array(240).fill(-1),
  };
  const { report } = fitDecisionModel({ ...options, tuning });
  t.equal(report.bound, undefined, 'none of them is right, so no bound holds');
});
