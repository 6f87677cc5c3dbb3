import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { failureOf } from '../support/failure-of.js';
import { NEVER, testDispatcher, testPlan } from '../support/dispatch-fixture.js';
import { fakeFetch } from '../support/fake-fetch.js';
import { testProvider } from '../support/vendors.js';

async function setUp(hedge: object, retry: object = {}) {
  const state = { slow: '', sent: [] as string[], status: 200 };
  const fetch = fakeFetch((model) => {
    state.sent.push(model);
    if (state.slow === 'both') return { delayMs: 2000, status: state.status };
    return { delayMs: model === state.slow ? 20_000 : 1 };
  });
  const dispatcher = await testDispatcher(
    { fake: testProvider({ kind: 'openai-compatible', baseUrl: 'http://fake/v1' }) },
    {
      fetchFor: () => fetch,
      settings: dispatchSettings({ hedge: { enabled: true, minDelayMs: 200, ...hedge }, retry }),
    },
  );
  // By priority, so that the first attempt goes to a.
  const deployments = ['a', 'b'].map((id, priority) => testDeployment({ id, provider: 'fake', model: id, priority }));
  const plan = testPlan([testModel('m', { deployments })]);
  for (const deployment of deployments) {
    const only = testPlan([testModel('m', { deployments: [deployment] })]);
    for (let call = 0; call < 30; call++) await dispatcher.chat(only, createTrace(), NEVER);
  }
  state.sent.length = 0;
  return { state, dispatcher, plan };
}

t.test(
  'an unusually slow attempt gets a second one beside it; the faster wins and the other is cancelled',
  async (t) => {
    const { state, dispatcher, plan } = await setUp({});
    state.slow = 'a';
    const trace = createTrace();
    const startedAtMs = performance.now();
    const answer = await dispatcher.chat(plan, trace, NEVER);
    t.ok(performance.now() - startedAtMs < 10_000, 'nobody waits for the slow one');
    t.equal(answer.deployment, 'b');
    t.match(trace.attempts, [
      { deployment: 'a', result: 'cancelled', isHedge: false, usage: { isEstimated: true, promptTokens: 3 } },
      { deployment: 'b', result: 'ok', isHedge: true },
    ]);
    t.ok(answer.costUsd > 0.00002, 'both attempts are paid for');
    t.ok(dispatcher.status().every(({ inFlight }) => inFlight === 0));
  },
);

t.test('a call that may cost much is not hedged', async (t) => {
  const { state, dispatcher, plan } = await setUp({ maxCostUsd: 0.0001 });
  state.slow = 'a';
  const controller = new AbortController();
  const calls = Array.from({ length: 6 }, () =>
    dispatcher.chat(plan, createTrace(), controller.signal).catch(() => undefined),
  );
  await new Promise((resolve) => setTimeout(resolve, 400));
  t.equal(state.sent.length, 6);
  controller.abort();
  await Promise.all(calls);
});

t.test('when both attempts fail, both are told and neither is asked again in vain', async (t) => {
  const { state, dispatcher, plan } = await setUp({});
  state.status = 401;
  state.slow = 'both';
  const trace = createTrace();
  const error = await failureOf(dispatcher.chat(plan, trace, NEVER));
  t.match(error, { reason: 'ALL_DEPLOYMENTS_FAILED', metadata: { attempts: '2' } });
  t.match((error as Error).message, /m at a: HTTP 401/u);
  t.match((error as Error).message, /m at b: HTTP 401/u);
  t.equal(trace.attempts.length, 2);
  t.equal(state.sent.length, 2);
});

t.test('a hedge that would break the limit on cost together with the attempt beside it is not sent', async (t) => {
  const { state, dispatcher, plan } = await setUp({});
  state.slow = 'both';
  const constraints = { ...plan.request.constraints, maxCostUsd: 0.0015 };
  await dispatcher.chat({ ...plan, request: { ...plan.request, constraints } }, createTrace(), NEVER);
  t.equal(state.sent.length, 1);
});

t.test('a hedge is one of the attempts that a call may make', async (t) => {
  for (const [maxAttempts, deployments] of [
    [1, ['a']],
    [2, ['a', 'b']],
  ] as const) {
    const { state, dispatcher, plan } = await setUp({}, { maxAttempts });
    state.status = 500;
    state.slow = 'both';
    const trace = createTrace();
    t.match(await failureOf(dispatcher.chat(plan, trace, NEVER)), { reason: 'ALL_DEPLOYMENTS_FAILED' });
    t.same(state.sent, deployments);
    t.equal(trace.attempts.length, maxAttempts);
  }
});
