import fc from 'fast-check';
import t from 'tap';
import { stratifiedFolds, stratifiedSample } from '../../src/learning/folds.js';

const arbitraryLabels = fc
  .array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 200 })
  .map((labels) => Int32Array.from(labels));

t.test('law: every class, and all rows, are spread evenly over the folds', async () => {
  fc.assert(
    fc.property(arbitraryLabels, fc.integer({ min: 2, max: 6 }), (labels, foldCount) => {
      const folds = stratifiedFolds(labels, foldCount, 1);
      const isEven = (rows: readonly number[]): boolean => {
        const counts = Array.from({ length: foldCount }, (_, fold) => rows.filter((row) => folds[row] === fold).length);
        return Math.max(...counts) - Math.min(...counts) <= 1;
      };
      const all = Array.from(labels, (_, row) => row);
      return isEven(all) && [0, 1, 2, 3, 4, 5, 6].every((label) => isEven(all.filter((row) => labels[row] === label)));
    }),
  );
});

t.test('law: a sample leaves no class out and keeps its size', async () => {
  fc.assert(
    fc.property(arbitraryLabels, fc.integer({ min: 10, max: 60 }), (labels, maxRows) => {
      const rows = stratifiedSample(labels, maxRows, 1);
      const classes = new Set(labels);
      const sampled = new Set(Array.from(rows, (row) => labels[row]));
      return sampled.size === classes.size && rows.length <= Math.max(maxRows + classes.size * 2, 0);
    }),
  );
});

t.test('the same seed gives the same folds, another one others', async (t) => {
  const labels = Int32Array.from({ length: 60 }, (_, row) => row % 3);
  t.same(stratifiedFolds(labels, 5, 1), stratifiedFolds(labels, 5, 1));
  t.not(String(stratifiedFolds(labels, 5, 1)), String(stratifiedFolds(labels, 5, 2)));
});
