import t from 'tap';
import { acceptanceProbability, lowestThreshold } from '../../src/cache/acceptance.js';

const features = { coverage: 1, isSuspected: false };

t.test('grows with cosine and with the logit', async (t) => {
  const at = (similarity: number, verifierLogit?: number): number =>
    acceptanceProbability({ similarity, features, ...(verifierLogit === undefined ? {} : { verifierLogit }) });
  t.ok(at(0.8, 2) < at(0.9, 2) && at(0.9, 2) < at(0.9, 4));
  t.ok(at(0.8) < at(0.9));
  t.equal(at(0.9, 8), at(0.9, 80), 'no logit outvotes the rest');
});

t.test('finds the lowest threshold that no more than so many reach', async (t) => {
  const probabilities = Array.from({ length: 200 }, (_, index) => index / 200);
  for (const allowed of [0, 1, 4]) {
    const threshold = lowestThreshold(probabilities, allowed);
    t.equal(probabilities.filter((probability) => probability >= threshold).length, allowed);
  }
  t.equal(lowestThreshold([1, 1], 0), 1, 'at most 1');
});
