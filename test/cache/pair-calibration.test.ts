import fc from 'fast-check';
import t from 'tap';
import { binomialInterval } from '../../src/cache/interval.js';
import { calibrateOnPairs, decideThreshold, MAX_FALSE_HIT_RATE } from '../../src/cache/pair-calibration.js';
import { createFakeEmbedder } from '../support/fake-embedder.js';

const limits = { configured: 0.9, mayLower: true };
/** `hits` pairs just above the configured threshold, the others at `rest`. */
const probabilities = (count: number, hits: number, rest = 0): number[] =>
  Array.from({ length: count }, (_, place) => (place < hits ? 0.95 : rest));

t.test('leaves the configured threshold where pairs are few', async (t) => {
  t.same(decideThreshold(probabilities(49, 49), limits), {
    threshold: 0.9,
    outcome: 'tooFew',
    differentPairs: 49,
    wrongHits: 49,
  });
  t.match(decideThreshold(probabilities(50, 1), limits), { threshold: 0.9, outcome: 'kept', wrongHits: 1 });
  t.match(decideThreshold(probabilities(182, 0), limits), { threshold: 0.9, outcome: 'kept' }, 'no proof yet');
});

t.test('raises on wrong hits, lowers on proof', async (t) => {
  const raised = decideThreshold(probabilities(60, 3), limits);
  t.match(raised, { outcome: 'raised', wrongHits: 0 });
  t.ok(raised.threshold > 0.95 && raised.threshold < 0.9501);
  const lowered = decideThreshold(probabilities(183, 0, 0.8), limits);
  t.match(lowered, { outcome: 'lowered', wrongHits: 0 });
  t.ok(lowered.threshold > 0.8 && lowered.threshold < 0.8001);
  t.ok(Math.abs(decideThreshold(probabilities(1000, 0), limits).threshold - 0.7) < 1e-12, 'never by more than .2');
  t.match(decideThreshold(probabilities(1000, 0), { ...limits, least: 0.85 }), { threshold: 0.85, outcome: 'lowered' });
  t.match(decideThreshold(probabilities(1000, 0), { ...limits, least: 0.9 }), { threshold: 0.9, outcome: 'kept' });
  t.match(decideThreshold(probabilities(1000, 0), { ...limits, mayLower: false }), { threshold: 0.9, outcome: 'kept' });
});

t.test('keeps the bound whatever the pairs are', async () => {
  const values = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 50, maxLength: 400 });
  fc.assert(
    fc.property(values, (pairs) => {
      const { threshold, outcome, wrongHits } = decideThreshold(pairs, limits);
      if (wrongHits > pairs.length * MAX_FALSE_HIT_RATE) return false;
      if (outcome !== 'lowered') return threshold >= 0.9;
      return binomialInterval(wrongHits, pairs.length).upper <= MAX_FALSE_HIT_RATE;
    }),
  );
});

t.test('a pair that names a task moves that task alone', async (t) => {
  const letters = Array.from({ length: 60 }, (_, place) => 'x'.repeat(place + 1));
  const pairs = letters.map((name) => ({
    stored: `tell me about ${name}`,
    asked: `Tell me about ${name}`,
    isSame: false,
    task: 'invoices',
  }));
  const { general, tasks } = await calibrateOnPairs(pairs, {
    configured: () => ({ minProbability: 0.5, minProbabilityUnverified: 0.5 }),
    least: {},
    mayLower: true,
    embedder: createFakeEmbedder(),
    minSimilarity: 0.7,
    signal: new AbortController().signal,
  });
  t.match(general.unverified, { outcome: 'tooFew', threshold: 0.5, differentPairs: 0 });
  t.same([...tasks.keys()], ['invoices']);
  t.match(tasks.get('invoices')?.unverified, { outcome: 'raised', differentPairs: 60 });
});

t.test('judges pairs with and without the verifier, and counts only different ones that are near', async (t) => {
  const sure = { score: async (pairs: readonly unknown[]) => pairs.map(() => 8), fingerprint: 'v', maxTokens: 128 };
  const places = Array.from({ length: 60 }, (_, place) => `town ${String.fromCharCode(97 + (place % 26))}${place}`);
  const pairs = [
    ...places.map((name) => ({ stored: `tell me about ${name}`, asked: `Tell me about ${name}`, isSame: false })),
    { stored: 'tell me about towns', asked: 'Tell me about towns', isSame: true },
    { stored: 'how do trees grow', asked: 'what did the senate decide', isSame: false },
    { stored: 'add 4 spoons', asked: 'add 5 spoons', isSame: false },
  ];
  const options = {
    configured: () => ({ minProbability: 0.5, minProbabilityUnverified: 0.5 }),
    least: {},
    mayLower: true,
    embedder: createFakeEmbedder(),
    minSimilarity: 0.7,
    signal: new AbortController().signal,
  };
  const { general } = await calibrateOnPairs(pairs, { ...options, verifier: sure });
  const { verified, unverified } = general;
  t.match(verified, { outcome: 'raised', differentPairs: 61 });
  t.match(unverified, { outcome: 'raised', differentPairs: 61 });
  t.ok(verified.threshold > unverified.threshold, 'each on its own scale');
  t.match((await calibrateOnPairs(pairs, options)).general.verified, {
    outcome: 'tooFew',
    differentPairs: 0,
    threshold: 0.5,
  });
});
