import fc from 'fast-check';
import t from 'tap';
import type { Task } from '../../src/bundle/bundle.js';
import { decideThreshold } from '../../src/cache/pair-calibration.js';
import type { ThresholdDecision, ThresholdDecisions } from '../../src/cache/pair-calibration.js';
import { thresholdsInForce } from '../../src/chat/acceptance-thresholds.js';

const tasks = [
  { id: 'towns', cache: {} },
  { id: 'laws', cache: { minProbability: 0.95 } },
  { id: 'jokes', cache: { minProbability: 0.6 } },
  { id: 'poems', cache: { minProbability: 0.9 } },
] as unknown as readonly Task[];
const ALL = [undefined, 'towns', 'laws', 'jokes', 'poems'];

const decided = (outcome: ThresholdDecision['outcome'], threshold: number): ThresholdDecisions => {
  const decision = { outcome, threshold, differentPairs: 200, wrongHits: 0 };
  return { verified: decision, unverified: { ...decision, outcome: 'kept', threshold: 0.75 } };
};
const fromPairs = (general: ThresholdDecisions, own: Readonly<Record<string, ThresholdDecisions>> = {}, least = {}) => {
  const of = thresholdsInForce({ tasks, least, calibration: { general, tasks: new Map(Object.entries(own)) } });
  return ALL.map((task) => of(task).minProbability);
};

t.test('a task has the bundle’s threshold, the others the default', async (t) => {
  const of = thresholdsInForce({ tasks, least: {} });
  t.same(of(), { minProbability: 0.9, minProbabilityUnverified: 0.75 });
  t.same(
    ALL.map((task) => of(task).minProbability),
    [0.9, 0.9, 0.95, 0.6, 0.9],
  );
  t.equal(of('unknown').minProbability, 0.9);
});

t.test('what the config says is the least for every task', async (t) => {
  const of = thresholdsInForce({ tasks, least: { minProbability: 0.8, minProbabilityUnverified: 0.7 } });
  t.same(
    ALL.map((task) => of(task).minProbability),
    [0.8, 0.8, 0.95, 0.8, 0.9],
  );
  t.equal(of('laws').minProbabilityUnverified, 0.7);
});

t.test('pairs without a task raise all thresholds, and lower only what the bundle leaves open', async (t) => {
  t.same(fromPairs(decided('lowered', 0.7)), [0.7, 0.7, 0.95, 0.6, 0.9], 'a stated .9 is no default');
  t.same(fromPairs(decided('raised', 0.93)), [0.93, 0.93, 0.95, 0.93, 0.93]);
  t.same(fromPairs(decided('kept', 0.9)), [0.9, 0.9, 0.95, 0.6, 0.9]);
});

t.test('pairs lower nothing below what the config states', async (t) => {
  const least = { minProbability: 0.95 };
  t.same(fromPairs(decided('lowered', 0.75), { laws: decided('lowered', 0.8) }, least), Array(5).fill(0.95));
});

t.test('a task’s own pairs have the last word, unless they are too few', async (t) => {
  const general = decided('raised', 0.97);
  t.same(fromPairs(general, { laws: decided('lowered', 0.85) }), [0.97, 0.97, 0.85, 0.97, 0.97]);
  t.same(fromPairs(general, { towns: decided('kept', 0.9) }), [0.97, 0.9, 0.97, 0.97, 0.97]);
  t.same(fromPairs(general, { towns: decided('tooFew', 0.9) }), fromPairs(general));
});

t.test('keeps its laws whatever config, bundle and pairs say', async () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const perhaps = fc.option(share, { nil: undefined });
  const pairs = fc
    .record({ count: fc.constantFrom(1, 49, 50, 120, 300), hits: fc.nat(20), hit: share, rest: share })
    .map(({ count, hits, hit, rest }) => Array.from({ length: count }, (_, place) => (place < hits ? hit : rest)));
  const cases = fc.record({ least: perhaps, stated: perhaps, own: pairs, general: pairs, mayLower: fc.boolean() });
  fc.assert(
    fc.property(cases, ({ least, stated, own, general, mayLower }) => {
      const sources = {
        tasks: [{ id: 'a', cache: { minProbability: stated } }] as unknown as readonly Task[],
        least: { minProbability: least },
      };
      const start = thresholdsInForce(sources);
      const judge = (probabilities: readonly number[], task?: string): ThresholdDecisions => {
        const configured = start(task).minProbability;
        const verified = decideThreshold(probabilities, { configured, least, mayLower });
        return { verified, unverified: verified };
      };
      const decisions = { general: judge(general), own: judge(own, 'a') };
      const inForce = (byOwn: boolean): number =>
        thresholdsInForce({
          ...sources,
          calibration: { general: decisions.general, tasks: new Map(byOwn ? [['a', decisions.own]] : []) },
        })('a').minProbability;
      const before = start('a').minProbability;
      const withoutOwn = inForce(false);
      const laws: readonly boolean[] = [
        inForce(true) >= (least ?? 0) && withoutOwn >= (least ?? 0),
        own.length < 50 ? inForce(true) === withoutOwn : inForce(true) === decisions.own.verified.threshold,
        general.length >= 50 || withoutOwn === before,
        stated === undefined || withoutOwn >= before,
        mayLower || inForce(true) >= before,
      ];
      return laws.every(Boolean);
    }),
    { numRuns: 500 },
  );
});
