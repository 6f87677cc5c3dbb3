import t from 'tap';
import { seededRandom } from '../../src/learning/random.js';
import { settleWidening, type LeftOutPredictions } from '../../src/routing/settle-widening.js';

/** Scores of one model that is right half of the time, predicted to be right with `mean`. */
function predictions(count: number, mean: number, deviation: number): LeftOutPredictions {
  const random = seededRandom(1);
  return {
    rows: Int32Array.from({ length: count }, (_, row) => row),
    scores: Float64Array.from({ length: count }, () => Number(random() < 0.5)),
    means: new Float64Array(count).fill(mean),
    deviations: new Float64Array(count).fill(deviation),
  };
}

t.test('bounds that hold are left alone', async (t) => {
  const found = settleWidening([predictions(1000, 0.5, 0.2)], new Int32Array(1000), 1.28);
  t.equal(found.widening, 1);
  t.equal(found.heldShare, 1);
  t.equal(found.groupCount, 50);
});

t.test('bounds that promise too much are widened until they hold', async (t) => {
  const found = settleWidening([predictions(1000, 0.6, 0.1)], new Int32Array(1000), 1.28);
  t.ok(found.widening > 1 && found.widening < 3, String(found.widening));
  t.ok(found.heldShare >= 0.93);
});

t.test('where data is short a default is used and said so', async (t) => {
  const found = settleWidening([predictions(50, 0.5, 0.2)], new Int32Array(50), 1.28);
  t.equal(found.widening, 1.3);
  t.same(found.notes, [
    '5 groups of outcomes are too few to check bounds on; deviations are widened by the default 1.3.',
  ]);
});
