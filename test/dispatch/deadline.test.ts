import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { RouterError } from '../../src/errors.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { failureOf } from '../support/failure-of.js';
import { NEVER, testDispatcher, testPlan } from '../support/dispatch-fixture.js';
import { fakeFetch } from '../support/fake-fetch.js';
import { testProvider } from '../support/vendors.js';

/** Two deployments of one model on a clock that only answers move: `slow` takes 1 s, the other fails after `failsAfterMs`. */
async function setUp(failsAfterMs: number, options: { readonly retry?: object } = {}) {
  const time = { nowMs: 0 };
  const sent: string[] = [];
  const fetch = fakeFetch((model) => {
    sent.push(model);
    time.nowMs += model === 'slow' ? 1000 : failsAfterMs;
    return { status: model === 'slow' ? 200 : 500 };
  });
  const dispatcher = await testDispatcher(
    { fake: testProvider({ kind: 'openai-compatible', baseUrl: 'http://fake/v1' }) },
    {
      fetchFor: () => fetch,
      clock: () => time.nowMs,
      settings: dispatchSettings({ retry: { rounds: 1 }, ...options }),
    },
  );
  const [failing, slow] = ['failing', 'slow'].map((id, priority) =>
    testDeployment({ id, provider: 'fake', model: id, priority }),
  );
  const plan = testPlan([testModel('m', { deployments: [failing!, slow!] })]);
  const onlySlow = testPlan([testModel('m', { deployments: [slow!] })]);
  return { time, sent, dispatcher, plan, onlySlow };
}

t.test('a retry that cannot end before the deadline is not begun', async (t) => {
  const { time, sent, dispatcher, plan, onlySlow } = await setUp(100);
  for (let call = 0; call < 20; call++) await dispatcher.chat(onlySlow, createTrace(), NEVER);
  sent.length = 0;
  const trace = createTrace();
  const error = await failureOf(dispatcher.chat({ ...plan, deadlineAtMs: time.nowMs + 600 }, trace, NEVER));
  t.match(error, {
    code: 'UNAVAILABLE',
    reason: 'ALL_DEPLOYMENTS_FAILED',
    message:
      'no deployment answered: m at failing: HTTP 500; m at slow: the deadline leaves 500 ms, too few for answers that take 1000 ms at best',
  });
  t.same(sent, ['failing']);
  t.match(trace.attempts, [{ deployment: 'failing', result: 'retryable' }]);
  t.ok(dispatcher.status().every(({ inFlight }) => inFlight === 0));
});

t.test('a retry that can end before it is begun, also where nobody knows how long answers take', async (t) => {
  const { time, sent, dispatcher, plan, onlySlow } = await setUp(100);
  t.match(await dispatcher.chat({ ...plan, deadlineAtMs: time.nowMs + 600 }, createTrace(), NEVER), {
    deployment: 'slow',
  });
  for (let call = 0; call < 20; call++) await dispatcher.chat(onlySlow, createTrace(), NEVER);
  sent.length = 0;
  t.match(await dispatcher.chat({ ...plan, deadlineAtMs: time.nowMs + 1200 }, createTrace(), NEVER), {
    deployment: 'slow',
  });
  t.same(sent, ['failing', 'slow']);
});

t.test('the first attempt is made however little time is left: only retries are extra work', async (t) => {
  const { time, sent, dispatcher, onlySlow } = await setUp(100);
  for (let call = 0; call < 20; call++) await dispatcher.chat(onlySlow, createTrace(), NEVER);
  sent.length = 0;
  await dispatcher.chat({ ...onlySlow, deadlineAtMs: time.nowMs + 10 }, createTrace(), NEVER);
  t.same(sent, ['slow']);
});

t.test('a first attempt that took all the time leaves none for another', async (t) => {
  const { time, sent, dispatcher, plan } = await setUp(700);
  t.match(await failureOf(dispatcher.chat({ ...plan, deadlineAtMs: time.nowMs + 600 }, createTrace(), NEVER)), {
    code: 'UNAVAILABLE',
    message: 'no deployment answered: m at failing: HTTP 500; m at slow: the deadline leaves no time',
  });
  t.same(sent, ['failing']);
});

t.test('no pause is begun that would outlast the deadline', async (t) => {
  const retry = { rounds: 10, maxAttempts: 100, backoffMs: 60_000, maxBackoffMs: 60_000 };
  const { time, sent, dispatcher, plan } = await setUp(100, { retry });
  const onlyFailing = testPlan([testModel('m', { deployments: [plan.candidates[0]!.model.deployments[0]!] })]);
  const startedAtMs = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new RouterError({ reason: 'DEADLINE_EXCEEDED', message: 'the deadline passed' })),
    20_000,
  );
  t.match(
    await failureOf(
      dispatcher.chat({ ...onlyFailing, deadlineAtMs: time.nowMs + 150 }, createTrace(), deadline.signal),
    ),
    {
      code: 'UNAVAILABLE',
      reason: 'ALL_DEPLOYMENTS_FAILED',
      message: /^no deployment answered: m at failing: HTTP 500/u,
    },
  );
  clearTimeout(timer);
  t.ok(performance.now() - startedAtMs < 10_000, 'it ends at once, not with the deadline');
  t.same(sent, ['failing']);
});
