import fc from 'fast-check';
import t from 'tap';
import type { Usage } from '../../src/answer.js';
import { createSavingsLedger, OTHER_TENANTS } from '../../src/dispatch/ledger.js';
import { createTrace, type AttemptTrace } from '../../src/trace.js';
import { testModel } from '../support/catalogue-model.js';

const usage = (promptTokens: number, completionTokens: number, isEstimated = false): Usage => ({
  promptTokens,
  completionTokens,
  cachedPromptTokens: 0,
  reasoningTokens: 0,
  isEstimated,
});
const attempt = (values: Partial<AttemptTrace>): AttemptTrace => ({
  model: 'm',
  deployment: 'd',
  result: 'ok',
  durationMs: 1,
  costUsd: 0,
  message: '',
  isHedge: false,
  ...values,
});
const baselinePrice = { ...testModel('big').price, inputUsdPerMtok: 10, outputUsdPerMtok: 20 };

t.test('a call is charged for all its attempts and compared with the baseline', async (t) => {
  const ledger = createSavingsLedger({ routerUsdPerHour: 3.6 });
  const trace = createTrace();
  trace.attempts.push(
    attempt({ result: 'retryable', usage: usage(1000, 50, true), costUsd: 0.0011 }),
    attempt({ usage: usage(1000, 500), costUsd: 0.002 }),
  );
  trace.timings.push({ step: 'embed', durationMs: 10 });
  ledger.open('acme').settle({
    task: 'translation',
    model: 'm',
    outcome: 'answered',
    trace,
    answerUsage: usage(1000, 500),
    baselinePrice,
  });
  const [row] = ledger.sums().rows;
  t.match(row, {
    tenant: 'acme',
    task: 'translation',
    model: 'm',
    calls: 1,
    cacheHits: 0,
    failures: 0,
    promptTokens: 2000,
    completionTokens: 550,
    estimatedPromptTokens: 1000,
    estimatedCompletionTokens: 50,
  });
  const microUsd = (usd: number | undefined): number => Math.round((usd ?? 0) * 1e9) / 1e3;
  t.equal(microUsd(row?.costUsd), 3100);
  t.equal(microUsd(row?.baselineCostUsd), 20_000);
  t.equal(microUsd(row?.routerCostUsd), 10);
  t.equal(microUsd(row?.savedUsd), 16_890);
});

t.test('a cache hit saves the whole baseline, a failure saves nothing', async (t) => {
  const ledger = createSavingsLedger({ routerUsdPerHour: 0 });
  const trace = createTrace();
  ledger
    .open('acme')
    .settle({ task: 'a', model: 'm', outcome: 'cacheHit', trace, answerUsage: usage(1000, 500), baselinePrice });
  ledger.open('acme').settle({ task: 'a', model: 'm', outcome: 'failed', trace, baselinePrice });
  t.match(ledger.sums().total, { calls: 2, cacheHits: 1, failures: 1, costUsd: 0, savedUsd: 0.02, promptTokens: 0 });
});

t.test('an entry counts once, however often it is settled', async (t) => {
  const ledger = createSavingsLedger();
  const entry = ledger.open('acme');
  entry.settle({ task: 'a', model: 'm', outcome: 'answered', trace: createTrace() });
  entry.settle({ task: 'b', model: 'm', outcome: 'failed', trace: createTrace() });
  t.match(ledger.sums(), { rows: [{ task: 'a', calls: 1, failures: 0 }], total: { calls: 1 } });
});

t.test('sums can be asked for one tenant', async (t) => {
  const ledger = createSavingsLedger();
  for (const tenant of ['a', 'b', 'b']) {
    ledger.open(tenant).settle({ task: 'x', model: 'm', outcome: 'answered', trace: createTrace() });
  }
  t.match(ledger.sums('b'), { rows: [{ tenant: 'b', calls: 2 }], total: { tenant: 'b', calls: 2 } });
  t.equal(ledger.sums('b').rows.length, 1);
});

t.test('tenants beyond the bound share a row', async (t) => {
  const ledger = createSavingsLedger({ maxRows: 2 });
  for (const tenant of ['a', 'b', 'c', 'd']) {
    ledger.open(tenant).settle({ task: 'x', model: 'm', outcome: 'answered', trace: createTrace() });
  }
  t.same(
    ledger.sums().rows.map(({ tenant, calls }) => [tenant, calls]),
    [
      [OTHER_TENANTS, 2],
      ['a', 1],
      ['b', 1],
    ],
  );
});

t.test('the total is the sum of all attempts, whatever the calls', async () => {
  const anyAttempts = fc.array(fc.record({ prompt: fc.nat(1e6), completion: fc.nat(1e6), isEstimated: fc.boolean() }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y'), anyAttempts)), (calls) => {
      const ledger = createSavingsLedger();
      let tokens = 0;
      for (const [tenant, task, attempts] of calls) {
        const trace = createTrace();
        for (const { prompt, completion, isEstimated } of attempts) {
          trace.attempts.push(attempt({ usage: usage(prompt, completion, isEstimated) }));
          tokens += prompt + completion;
        }
        ledger.open(tenant).settle({ task, model: 'm', outcome: 'answered', trace });
      }
      const { total } = ledger.sums();
      return total.calls === calls.length && total.promptTokens + total.completionTokens === tokens;
    }),
  );
});
