import fc from 'fast-check';
import t from 'tap';
import { standardNormalQuantile, wilsonLowerBound } from '../../src/routing/confidence-bounds.js';

t.test('quantiles of the standard normal', async (t) => {
  const table: readonly [number, number][] = [
    [0.5, 0],
    [0.9, 1.2815515655],
    [0.95, 1.644853627],
    [0.975, 1.9599639845],
    [0.999, 3.0902323062],
    [0.01, -2.326347874],
  ];
  for (const [probability, z] of table) {
    t.ok(Math.abs(standardNormalQuantile(probability) - z) < 1e-7, `at ${probability}`);
  }
  t.throws(() => standardNormalQuantile(1), { message: 'a probability lies between 0 and 1, got 1' });
});

t.test('Wilson bound against published values', async (t) => {
  t.equal(wilsonLowerBound({ share: 0.8, count: 10, z: 1.959964 }).toFixed(4), '0.4902');
  t.equal(wilsonLowerBound({ share: 1, count: 10, z: 1.959964 }).toFixed(4), '0.7225');
  t.equal(wilsonLowerBound({ share: 0.7, count: 0, z: 1 }), 0);
});

t.test('law: the bound lies between 0 and the share and rises with the count', async () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, fc.integer({ min: 1, max: 10_000 }), (value, count) => {
      const bound = wilsonLowerBound({ share: value, count, z: 1.28 });
      const more = wilsonLowerBound({ share: value, count: count * 2, z: 1.28 });
      return bound >= 0 && bound <= value && more >= bound - 1e-12;
    }),
  );
});
