import t from 'tap';
import { calibrateThreshold, fitWeights, hitRates, settleBias } from '../../bench/cache/acceptance-fit.js';
import type { LabelledEvidence, SampledPair } from '../../bench/cache/acceptance-fit.js';
import { renderWeights } from '../../bench/cache/render-weights.js';
import { createRandom } from '../../bench/lib/random.js';

const features = {
  coverage: 1,
  isSuspected: false,
};

/** Pairs whose truth follows from the logit, with noise; the cosine says nothing. */
function drawPairs(count: number): (LabelledEvidence & SampledPair)[] {
  const random = createRandom(7);
  return Array.from({ length: count }, () => {
    const verifierLogit = 8 * (random() - 0.5);
    const isSame = 1 / (1 + Math.exp(-2 * verifierLogit)) > random();
    return { isSeen: true, evidence: { similarity: 0.75 + random() / 4, features, verifierLogit }, isSame };
  });
}

const names = ['similarity', 'verifierLogit', 'uncovered', 'isSuspected'] as const;

t.test('finds the weights that made the labels', async (t) => {
  const { bias, inputs } = fitWeights(drawPairs(4000), { names });
  t.ok(Math.abs(inputs.verifierLogit - 2) < 0.2, `logit ${inputs.verifierLogit}`);
  t.ok(Math.abs(bias + 0.875 * inputs.similarity) < 0.3, 'the cosine moves nothing on average');
  t.equal(inputs.uncovered, 0);
});

t.test('holds the cosine at a multiple of the logit, and leaves unnamed inputs out', async (t) => {
  const { inputs } = fitWeights(drawPairs(4000), { names, similarityPerLogit: 10 });
  t.ok(inputs.verifierLogit > 0.3);
  t.ok(Math.abs(inputs.similarity - 10 * inputs.verifierLogit) < 1e-9);
  const { inputs: both } = fitWeights(drawPairs(4000), { names, similarityPerLogit: 10, uncoveredPerLogit: 5 });
  t.equal(both.uncovered, Number((5 * both.verifierLogit).toFixed(2)));
  t.equal(both.similarity, Number((10 * both.verifierLogit).toFixed(2)));
  t.equal(fitWeights(drawPairs(500), { names: ['similarity'] }).inputs.verifierLogit, 0);
});

t.test('calibrates a threshold to the wrong hits that are allowed', async (t) => {
  const different = Array.from({ length: 200 }, (_, index) => ({ probability: index / 200, isSame: false }));
  const threshold = calibrateThreshold([...different, { probability: 0.5, isSame: true }], 0.02, 0.5);
  t.equal(different.filter((pair) => pair.probability >= threshold).length, 4);
  t.equal(calibrateThreshold(different, 0.02, 0.99), 0.99, 'never below the least');
  t.equal(calibrateThreshold(different.slice(-10), 0.02, 0.7), 0.7, 'too little data');
});

t.test('sets the bias to the wrong hits that are allowed, counting refused pairs as no hits', async (t) => {
  const pairs: SampledPair[] = [
    ...drawPairs(1000),
    ...Array.from({ length: 500 }, (_, place) => ({ isSame: place === 0, isSeen: false })),
  ];
  const weights = fitWeights(drawPairs(1000), { names });
  const settled = settleBias(weights, pairs, { threshold: 0.9, maxFalseHitRate: 0.02 });
  const { recall, falseHitRate } = hitRates(pairs, settled, 0.9);
  t.ok(falseHitRate <= 0.02 && falseHitRate > 0.017, `false hits ${falseHitRate}`);
  t.ok(recall > 0.2);
  t.same(settled.inputs, weights.inputs);
});

t.test('writes a module that says what it was fitted to', async (t) => {
  const weights = {
    bias: -1,
    inputs: { similarity: 2, verifierLogit: 3, uncovered: 0, isSuspected: -1 },
  };
  const options = {
    verified: weights,
    unverified: weights,
    verifierRevision: 'abc',
    judged: 42,
    maxFalseHitRate: 0.018,
  };
  const source = renderWeights({ ...options, similarityPerLogit: 10 });
  t.match(source, "FITTED_VERIFIER_REVISION = 'abc'");
  t.match(source, /on 42 pairs/);
  t.match(source, /held at\s(\* )?10 times/);
  t.match(
    source,
    'WITH_VERIFIER: AcceptanceWeights = {\n  bias: -1,\n  inputs: { similarity: 2, verifierLogit: 3, uncovered: 0, isSuspected: -1 },\n};',
  );
  t.match(renderWeights({ ...options, uncoveredPerLogit: 5 }), /unmatched words is held at\s(\* )?5 times/);
  t.notMatch(renderWeights(options), 'held');
  t.notOk(source.split('\n').some((line) => line.length > 120));
});
