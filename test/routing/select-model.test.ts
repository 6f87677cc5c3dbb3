import fc from 'fast-check';
import t from 'tap';
import { selectModel, traceCandidates, type Candidate, type SelectionInput } from '../../src/routing/select-model.js';
import { candidate, estimate, SETTINGS, task } from './support/fixtures.js';

const writing = task('writing', { qualityFloor: 0.7 });
const three = [candidate('strong', 0.95, 0.03), candidate('middle', 0.8, 0.01), candidate('weak', 0.5, 0.001)];
/** The same; a reference call of 1,000 tokens in and 500 out costs $0.03 with "strong". */
const priced = three.map((one) => {
  if (one.model.id !== 'strong') return one;
  return { ...one, model: { ...one.model, price: { ...one.model.price, inputUsdPerMtok: 10, outputUsdPerMtok: 40 } } };
});

function select(changes: Partial<SelectionInput> = {}) {
  return selectModel({ candidates: three, task: writing, isAbstained: false, settings: SETTINGS, ...changes });
}

t.test('takes the cheapest whose lower bound reaches the floor', async (t) => {
  const selection = select()!;
  t.equal(selection.chosen.model.id, 'middle');
  t.equal(selection.reason, 'cheapestCapable');
  t.equal(selection.isFloorMet, true);
  t.equal(
    selection.explanation,
    'middle is the cheapest of 2 models whose lower bound on writing reaches 0.70 (its own: 0.80).',
  );
  t.same(
    selection.fallbacks.map((fallback) => fallback.model.id),
    ['strong'],
    'the fallbacks are the other capable ones',
  );
});

t.test('a preference buys quality at the price of the baseline', async (t) => {
  // A reference call to the baseline, strong, costs 0.03 and the tolerance is 0.05: at 0.5 that should buy 0.05 of bound.
  const near = [...priced, candidate('near', 0.91, 0.02)];
  const chosen = (qualityPreference: number) => select({ candidates: near, qualityPreference })?.chosen.model.id;
  t.equal(chosen(0), 'middle', 'the floor alone counts');
  t.equal(chosen(0.12), 'middle', '0.11 for a third of the price is too little');
  t.equal(chosen(0.14), 'near', 'and here it is enough');
  t.equal(chosen(0.25), 'near', '0.04 for another third is too little');
  t.equal(chosen(0.3), 'strong');
  t.equal(chosen(1), 'strong', 'the best bound whatever it costs');
});

t.test('without a baseline among the candidates the dearest price counts', async (t) => {
  const settings = { ...SETTINGS, baselineModel: 'absent' };
  t.equal(select({ candidates: priced, settings, qualityPreference: 0.14 })?.chosen.model.id, 'middle');
  t.equal(select({ candidates: priced, settings, qualityPreference: 0.5 })?.chosen.model.id, 'strong');
});

t.test('quality that costs nothing more is taken at every preference above 0', async (t) => {
  const free = [candidate('a', 0.8, 0), candidate('b', 0.9, 0)];
  t.equal(select({ candidates: free, qualityPreference: 0.01 })?.chosen.model.id, 'b');
  t.equal(select({ candidates: free })?.chosen.model.id, 'b');
});

t.test("the caller's floor counts only where it is above the task's", async (t) => {
  t.equal(select({ minQuality: 0.9 })?.chosen.model.id, 'strong');
  t.equal(select({ minQuality: 0.1 })?.chosen.model.id, 'middle');
});

t.test('nobody capable: the highest bound, flagged', async (t) => {
  const selection = select({ minQuality: 0.99 })!;
  t.equal(selection.chosen.model.id, 'strong');
  t.equal(selection.reason, 'bestEffort');
  t.equal(selection.isFloorMet, false);
  t.equal(selection.explanation, "No model's lower bound on writing reaches 0.99; strong has the highest (0.95).");
  t.same(
    selection.fallbacks.map((fallback) => fallback.model.id),
    ['middle', 'weak'],
  );
});

t.test('a model without evidence is not capable, whatever the floor', async (t) => {
  const unknown = candidate('unknown', 0, 0.0001, { capability: estimate(0, { basis: 'none' }) });
  const selection = select({ candidates: [unknown, ...three], task: task('open', { qualityFloor: 0 }) })!;
  t.equal(selection.chosen.model.id, 'weak');
});

t.test('abstained: the default model, or the usual choice when it is gated', async (t) => {
  const selection = select({ isAbstained: true })!;
  t.equal(selection.chosen.model.id, 'strong');
  t.equal(selection.reason, 'abstainedDefault');
  t.equal(
    selection.explanation,
    'No task is certain enough (nearest: writing), so the default model strong was taken.',
  );
  const gated = three.map((one) =>
    one.model.id === 'strong' ? { ...one, gateRejections: [{ reason: 'DENIED' as const, message: 'denied' }] } : one,
  );
  t.equal(select({ candidates: gated, isAbstained: true })?.chosen.model.id, 'middle');
});

t.test('one candidate left', async (t) => {
  const selection = select({ candidates: [candidate('weak', 0.5, 0.001)] })!;
  t.equal(selection.reason, 'onlyCandidate');
  t.equal(selection.isFloorMet, false);
  t.equal(
    selection.explanation,
    "weak is the only model that meets the request's requirements; its lower bound on writing is 0.50.",
  );
});

t.test('no candidate', async (t) => {
  t.equal(select({ candidates: [] }), undefined);
});

t.test('ties go to the higher bound, then to the name', async (t) => {
  const tied = [candidate('b', 0.8, 0.01), candidate('a', 0.8, 0.01), candidate('c', 0.9, 0.01)];
  t.equal(select({ candidates: tied })?.chosen.model.id, 'c');
  t.equal(select({ candidates: tied.slice(0, 2) })?.chosen.model.id, 'a');
});

t.test('every candidate is listed with why it lost', async (t) => {
  const denied = candidate('denied', 0.9, 0.002, { gateRejections: [{ reason: 'DENIED', message: 'denied' }] });
  const unknown = candidate('unknown', 0, 0.0001, { capability: estimate(0, { basis: 'none' }) });
  const candidates = [...three, denied, unknown];
  const traces = traceCandidates(candidates, select({ candidates }));
  t.same(
    traces.map((trace) => [trace.model, trace.isChosen, trace.rejections]),
    [
      ['middle', true, []],
      ['unknown', false, [{ reason: 'NO_EVIDENCE', message: 'nothing is known of its quality on this task' }]],
      ['weak', false, [{ reason: 'BELOW_FLOOR', message: 'lower bound 0.500 is below the required 0.700' }]],
      ['denied', false, [{ reason: 'DENIED', message: 'denied' }]],
      ['strong', false, [{ reason: 'NOT_CHEAPEST', message: "expected cost $0.03000 is not below middle's $0.01000" }]],
    ],
  );
});

t.test('why they lost when nobody was capable, or the task was uncertain', async (t) => {
  const best = traceCandidates(three, select({ minQuality: 0.99 }));
  t.same(best[2]?.rejections, [
    { reason: 'BELOW_FLOOR', message: 'lower bound 0.800 is below the required 0.990' },
    { reason: 'LOWER_BOUND_NOT_HIGHEST', message: "lower bound 0.800 is not above strong's 0.950" },
  ]);
  const byDefault = traceCandidates(three, select({ isAbstained: true }));
  t.same(byDefault[1]?.rejections, [
    { reason: 'NOT_DEFAULT_MODEL', message: 'the task is uncertain, and the default model is strong' },
  ]);
});

const arbitraryCandidates: fc.Arbitrary<readonly Candidate[]> = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((pairs) => pairs.map(([bound, cost], index) => candidate(`m${index}`, bound, cost)));

t.test('law: cost and bound never fall while the preference rises', async () => {
  fc.assert(
    fc.property(
      arbitraryCandidates,
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      (candidates, preferences) => {
        const [low, high] = preferences.sort((a, b) => a - b);
        const atLow = select({ candidates, qualityPreference: low })!;
        const atHigh = select({ candidates, qualityPreference: high })!;
        return (
          atLow.chosen.expectedCostUsd <= atHigh.chosen.expectedCostUsd &&
          atLow.requiredQuality <= atHigh.requiredQuality
        );
      },
    ),
  );
});

t.test('law: the order of candidates does not matter, and nobody capable is cheaper', async () => {
  fc.assert(
    fc.property(arbitraryCandidates, (candidates) => {
      const selection = select({ candidates })!;
      const turned = select({ candidates: [...candidates].reverse() })!;
      const cheaper = candidates.filter(
        (one) =>
          one.capability.lowerBound >= selection.requiredQuality &&
          one.expectedCostUsd < selection.chosen.expectedCostUsd,
      );
      return selection.chosen === turned.chosen && cheaper.length === 0;
    }),
  );
});
