import t from 'tap';
import type { Task } from '../../src/bundle/bundle.js';
import type { ThresholdDecision, ThresholdDecisions } from '../../src/cache/pair-calibration.js';
import { configuredThresholds, thresholdsInForce } from '../../src/chat/acceptance-thresholds.js';

const tasks = [
  { id: 'towns', cache: {} },
  { id: 'laws', cache: { minProbability: 0.95 } },
  { id: 'jokes', cache: { minProbability: 0.6 } },
] as unknown as readonly Task[];
const plain = { minProbabilityUnverified: 0.75 };

const decided = (outcome: ThresholdDecision['outcome'], threshold: number): ThresholdDecisions => {
  const decision = { outcome, threshold, differentPairs: 200, wrongHits: 0 };
  return { verified: decision, unverified: { ...decision, outcome: 'kept', threshold: 0.75 } };
};

t.test('a task has the bundle’s threshold, the others the default', (t) => {
  const of = configuredThresholds({ tasks }, plain);
  t.same(of(), { minProbability: 0.9, minProbabilityUnverified: 0.75 });
  t.equal(of('towns').minProbability, 0.9);
  t.equal(of('laws').minProbability, 0.95);
  t.equal(of('jokes').minProbability, 0.6);
  t.equal(of('unknown').minProbability, 0.9);
  t.end();
});

t.test('what the config says is the least for every task', (t) => {
  const of = configuredThresholds({ tasks }, { ...plain, minProbability: 0.8 });
  t.equal(of().minProbability, 0.8);
  t.equal(of('towns').minProbability, 0.8);
  t.equal(of('laws').minProbability, 0.95);
  t.equal(of('jokes').minProbability, 0.8);
  t.end();
});

t.test('pairs without a task raise all thresholds, and lower only what the bundle leaves open', (t) => {
  const configured = configuredThresholds({ tasks }, plain);
  const lowered = thresholdsInForce(configured, { general: decided('lowered', 0.8), tasks: new Map() });
  t.same(
    [undefined, 'towns', 'laws', 'jokes'].map((task) => lowered(task).minProbability),
    [0.8, 0.8, 0.95, 0.6],
  );
  const raised = thresholdsInForce(configured, { general: decided('raised', 0.97), tasks: new Map() });
  t.same(
    [undefined, 'towns', 'laws', 'jokes'].map((task) => raised(task).minProbability),
    [0.97, 0.97, 0.97, 0.97],
  );
  t.equal(raised('laws').minProbabilityUnverified, 0.75);
  t.equal(thresholdsInForce(configured, undefined), configured);
  t.end();
});

t.test('a task’s own pairs have the last word', (t) => {
  const configured = configuredThresholds({ tasks }, plain);
  const own = new Map([['laws', decided('lowered', 0.85)]]);
  const inForce = thresholdsInForce(configured, { general: decided('raised', 0.97), tasks: own });
  t.equal(inForce('laws').minProbability, 0.85);
  t.equal(inForce('towns').minProbability, 0.97);
  t.end();
});
