import t from 'tap';
import { binomialInterval } from '../../src/cache/interval.js';
import { createShadowAudit } from '../../src/cache/shadow-audit.js';
import { ANSWER } from './cache-fixture.js';

t.test('the interval is that of Clopper and Pearson', async (t) => {
  const cases = [
    [0, 10, 0, 0.3085],
    [1, 10, 0.0025, 0.445],
    [5, 10, 0.1871, 0.8129],
    [10, 10, 0.6915, 1],
    [20, 1000, 0.0123, 0.0307],
  ] as const;
  for (const [wrong, audited, lower, upper] of cases) {
    const interval = binomialInterval(wrong, audited);
    t.ok(
      Math.abs(interval.lower - lower) < 1e-4 && Math.abs(interval.upper - upper) < 1e-4,
      `${wrong} of ${audited}: ${JSON.stringify(interval)}`,
    );
  }
  t.same(binomialInterval(0, 0), { lower: 0, upper: 1 });
});

t.test('audits the share that is drawn and counts wrong and failed ones', async (t) => {
  const draws = [0.5, 0.005, 0.005, 0.009, 0.01];
  const audit = createShadowAudit({
    share: 0.01,
    maxConcurrent: 10,
    random: () => draws.shift() ?? 1,
    isSameAnswer: (_cached, fresh) => Promise.resolve(fresh.model === 'same'),
  });
  t.equal(audit.stats().wrongHitRate, undefined);
  const fresh = [
    { ...ANSWER, model: 'same' },
    { ...ANSWER, model: 'other' },
  ];
  let dispatched = 0;
  for (let hit = 0; hit < 5; hit += 1) {
    audit.consider(ANSWER, () => {
      const next = fresh[dispatched++];
      return next === undefined ? Promise.reject(new Error('upstream')) : Promise.resolve(next);
    });
  }
  await new Promise(setImmediate);
  t.equal(dispatched, 3);
  t.match(audit.stats(), {
    audited: 2,
    wrong: 1,
    failed: 1,
    skipped: 0,
    wrongHitRate: { lower: Number, upper: Number },
  });
  await audit.close();
});

t.test('runs no more audits at once than allowed, and ends them', async (t) => {
  const audit = createShadowAudit({
    share: 1,
    maxConcurrent: 1,
    random: () => 0,
    isSameAnswer: () => Promise.resolve(true),
  });
  const hang = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended')), { once: true }));
  audit.consider(ANSWER, hang);
  audit.consider(ANSWER, hang);
  await audit.close();
  t.match(audit.stats(), { failed: 1, skipped: 1 });
});
