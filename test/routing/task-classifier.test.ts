import t from 'tap';
import type { ClassifierData } from '../../src/routing/decision-model.js';
import type { ExemplarIndex } from '../../src/routing/exemplar-index.js';
import { createTaskClassifier } from '../../src/routing/task-classifier.js';

const data: ClassifierData = {
  taskCount: 3,
  dimensions: 2,
  neighbours: 3,
  voteSharpness: 20,
  headScale: 0,
  voteScale: 1,
  abstention: {
    intercept: -1.3,
    weights: { logProbability: 2, topLogit: 0, nearSimilarity: 6 },
    threshold: 0.6,
    thresholdByTask: Float32Array.of(Number.NaN, 0.9999, Number.NaN),
  },
};

function classify(hits: readonly (readonly [exemplar: number, similarity: number])[]) {
  const index: ExemplarIndex = {
    count: hits.length,
    search: () => hits.map(([exemplarIndex, similarity]) => ({ exemplarIndex, similarity })),
    save: async () => undefined,
  };
  const taskOfExemplar = Int32Array.of(0, 1, 2, 0, 1);
  return createTaskClassifier({ data, index, taskOfExemplar }).classify(Float32Array.of(1, 0), 'a prompt');
}

t.test('near neighbours outvote far ones', async (t) => {
  const found = classify([
    [0, 0.95],
    [1, 0.5],
    [4, 0.5],
  ]);
  t.equal(found.taskIndex, 0);
  t.ok(found.probability > 0.7, `${found.probability}`);
  t.equal(found.isAbstained, false);
  t.same(
    found.neighbours.map((neighbour) => neighbour.taskIndex),
    [0, 1, 1],
  );
});

t.test('probabilities sum to one', async (t) => {
  const found = classify([
    [0, 0.9],
    [1, 0.88],
    [2, 0.87],
  ]);
  const sum = found.probabilities.reduce((total, value) => total + value, 0);
  t.ok(Math.abs(sum - 1) < 1e-6);
});

t.test('far or disagreeing neighbours: abstained', async (t) => {
  t.equal(classify([[0, 0.2]]).isAbstained, true);
  const divided = classify([
    [0, 0.5],
    [1, 0.5],
    [2, 0.5],
  ]);
  t.equal(divided.isAbstained, true);
});

t.test("a task's own threshold counts before the bundle's", async (t) => {
  const found = classify([[1, 0.9]]);
  t.equal(found.taskIndex, 1);
  t.ok(Math.abs(found.threshold - 0.9999) < 1e-6);
  t.equal(found.isAbstained, true);
});
