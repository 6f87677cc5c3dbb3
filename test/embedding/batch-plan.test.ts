import fc from 'fast-check';
import t from 'tap';
import { planBatches } from '../../src/embedding/batch-plan.js';

t.test('texts of like length go together, long ones alone', async (t) => {
  t.same(planBatches([12, 200, 10, 60, 11, 64], 128), [[1], [5, 3], [0, 4, 2]]);
  t.same(planBatches([300], 128), [[0]]);
  t.same(planBatches([], 128), []);
});

t.test('each text is in one batch, and no batch is larger or more padded than it may be', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 2, max: 256 }), { maxLength: 80 }), (lengths) => {
      const batches = planBatches(lengths, 128);
      const indices = batches.flat().sort((a, b) => a - b);
      const isPermutation = indices.length === lengths.length && indices.every((index, place) => index === place);
      const fit = batches.every((batch) => {
        const widths = batch.map((index) => lengths[index]!);
        const width = Math.max(...widths);
        return batch.length === 1 || (batch.length * width <= 128 && width - Math.min(...widths) <= 10);
      });
      return isPermutation && fit;
    }),
  );
});
