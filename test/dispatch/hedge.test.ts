import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { NEVER, testDispatcher, testPlan } from '../support/dispatch-fixture.js';
import { fakeFetch } from '../support/fake-fetch.js';
import { testProvider } from '../support/vendors.js';

async function setUp(hedge: object) {
  const state = { slow: '', sent: [] as string[] };
  const fetch = fakeFetch((model) => {
    state.sent.push(model);
    return { delayMs: model === state.slow ? 20_000 : 1 };
  });
  const dispatcher = await testDispatcher(
    { fake: testProvider({ kind: 'openai-compatible', baseUrl: 'http://fake/v1' }) },
    { fetchFor: () => fetch, settings: dispatchSettings({ hedge: { enabled: true, minDelayMs: 200, ...hedge } }) },
  );
  const deployments = ['a', 'b'].map((id) => testDeployment({ id, provider: 'fake', model: id }));
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
    let hedged = 0;
    for (let call = 0; call < 1000 && hedged === 0; call++) {
      state.slow = 'a';
      const trace = createTrace();
      const startedAtMs = performance.now();
      const answer = await dispatcher.chat(plan, trace, NEVER);
      t.ok(performance.now() - startedAtMs < 10_000, 'nobody waits for the slow one');
      t.equal(answer.deployment, 'b');
      if (trace.attempts.length === 2) {
        hedged++;
        t.match(trace.attempts, [
          { deployment: 'a', result: 'cancelled', isHedge: false, usage: { isEstimated: true, promptTokens: 3 } },
          { deployment: 'b', result: 'ok', isHedge: true },
        ]);
        t.ok(answer.costUsd > 0.00002, 'both attempts are paid for');
      }
    }
    t.equal(hedged, 1);
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
