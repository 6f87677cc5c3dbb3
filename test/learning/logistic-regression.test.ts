import t from 'tap';
import {
  fitLogisticRegression,
  logitsOf,
  softmaxInPlace,
  type Features,
  type LogisticOptions,
} from '../../src/learning/logistic-regression.js';
import { seededRandom } from '../../src/learning/random.js';
import { sparseMatrixOf } from '../../src/learning/sparse-matrix.js';

const random = seededRandom(5);
const rowCount = 301;
const labels = Int32Array.from({ length: rowCount }, (_, row) => row % 3);
/** Column c of the dense part is high for class c; word 3 + c stands in two of three examples of class c. */
const features: Features = {
  dense: {
    values: Float64Array.from({ length: rowCount * 3 }, (_, cell) => {
      const isOwn = cell % 3 === labels[Math.floor(cell / 3)];
      return (isOwn ? 0.6 : 0) + random() - 0.5;
    }),
    rowCount,
    columnCount: 3,
  },
  sparse: sparseMatrixOf(
    Array.from(labels, (label) => (random() < 0.67 ? { columns: [label], values: [1] } : { columns: [], values: [] })),
    4,
  ),
};
const options: LogisticOptions = { features, labels, classCount: 3, regularisation: 0.1, maxIterations: 60 };

function accuracy(head: ReturnType<typeof fitLogisticRegression>): number {
  const logits = logitsOf(head, features);
  let right = 0;
  labels.forEach((label, row) => {
    const own = logits.values.subarray(row * 3, row * 3 + 3);
    if (own.indexOf(Math.max(...own)) === label) right += 1;
  });
  return right / rowCount;
}

t.test('learns from both parts', async (t) => {
  const head = fitLogisticRegression(options);
  t.ok(accuracy(head) > 0.9, `${accuracy(head)}`);
  t.ok(head.sparseWeights.values[0]! > 1, 'the word of class 0 speaks for class 0');
  t.same([...head.sparseWeights.values.subarray(9, 12)], [0, 0, 0], 'a word that never occurs has no weight');
});

t.test('is the same each time, and a stronger penalty gives smaller weights', async (t) => {
  const once = fitLogisticRegression(options);
  const twice = fitLogisticRegression(options);
  t.same(once.weights.values, twice.weights.values);
  const strong = fitLogisticRegression({ ...options, regularisation: 100 });
  const norm = (values: Float64Array): number => Math.hypot(...values);
  t.ok(norm(strong.weights.values) < norm(once.weights.values) / 5);
});

t.test('at the optimum each class is predicted as often as it occurs', async (t) => {
  const head = fitLogisticRegression({ ...options, maxIterations: 300 });
  const logits = logitsOf(head, features);
  const sums = [0, 0, 0];
  for (let row = 0; row < rowCount; row += 1) {
    const own = logits.values.subarray(row * 3, row * 3 + 3);
    softmaxInPlace(own);
    own.forEach((probability, label) => (sums[label]! += probability));
  }
  sums.forEach((sum, label) => t.ok(Math.abs(sum - labels.filter((own) => own === label).length) < 0.1, `${sum}`));
});

t.test('goes on from a start', async (t) => {
  const first = fitLogisticRegression({ ...options, maxIterations: 300 });
  const next = fitLogisticRegression({ ...options, start: first, maxIterations: 1 });
  t.ok(Math.abs(next.bias[0]! - first.bias[0]!) < 1e-2);
});

t.test('softmax is safe with large logits and returns the log of the sum', async (t) => {
  const values = Float64Array.of(1000, 1000);
  t.ok(Math.abs(softmaxInPlace(values) - (1000 + Math.log(2))) < 1e-9);
  t.same([...values], [0.5, 0.5]);
});
