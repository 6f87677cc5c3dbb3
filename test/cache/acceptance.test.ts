import t from 'tap';
import { acceptanceProbability, calibrateThreshold } from '../../src/cache/acceptance.js';

const features = {
  unmatchedStored: 0,
  unmatchedAsked: 0,
  coverage: 1,
  isSubstituted: false,
  isQuestionDoubtful: false,
  isSuspected: false,
  tellingWords: 8,
};

t.test('grows with cosine and with the logit', async (t) => {
  const at = (similarity: number, verifierLogit?: number): number =>
    acceptanceProbability({ similarity, features, ...(verifierLogit === undefined ? {} : { verifierLogit }) });
  t.ok(at(0.8, 2) < at(0.9, 2) && at(0.9, 2) < at(0.9, 4));
  t.ok(at(0.8) < at(0.9));
  t.equal(at(0.9, 8), at(0.9, 80), 'no logit outvotes the rest');
});

t.test('calibrates a threshold to the wrong hits that are allowed', async (t) => {
  const different = Array.from({ length: 200 }, (_, index) => ({ probability: index / 200, isSame: false }));
  const threshold = calibrateThreshold([...different, { probability: 0.5, isSame: true }], 0.02, 0.5);
  t.equal(different.filter((pair) => pair.probability >= threshold).length, 4);
  t.equal(calibrateThreshold(different, 0.02, 0.99), 0.99, 'never below the least');
  t.equal(calibrateThreshold(different.slice(-10), 0.02, 0.7), 0.7, 'too little data');
});
