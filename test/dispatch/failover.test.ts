import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import type { DispatcherOptions } from '../../src/dispatch/dispatcher.js';
import { RouterError } from '../../src/errors.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { failureOf } from '../support/failure-of.js';
import { NEVER, testDispatcher, testPlan } from '../support/dispatch-fixture.js';
import { fakeFetch, type FakeAnswer } from '../support/fake-fetch.js';
import { seededRandom } from '../support/seeded-random.js';
import { testProvider } from '../support/vendors.js';

/** A dispatcher on faked providers; deployments are told apart by their upstream model. */
async function setUp(answer: (model: string) => FakeAnswer, options: Partial<DispatcherOptions> = {}) {
  const sent: string[] = [];
  const fetch = fakeFetch((model) => {
    sent.push(model);
    return answer(model);
  });
  const settings = testProvider({ kind: 'openai-compatible', baseUrl: 'http://fake/v1' });
  return { sent, dispatcher: await testDispatcher({ fake: settings }, { fetchFor: () => fetch, ...options }) };
}

const at = (...models: string[]) =>
  models.map((model, priority) => testDeployment({ id: model, provider: 'fake', model, priority }));

t.test(
  '2 deployments, one failing half of its calls: nearly all of 10,000 calls succeed, with few extra calls',
  async (t) => {
    const random = seededRandom(5);
    let failures = 0;
    const time = { nowMs: 0 };
    const { sent, dispatcher } = await setUp(
      (model) => {
        const isFailure = model === 'bad' && random() < 0.5;
        if (isFailure) failures++;
        return { status: isFailure ? 500 : 200 };
      },
      { clock: () => (time.nowMs += 2), random },
    );
    const deployments = [
      testDeployment({ id: 'good', provider: 'fake', model: 'good' }),
      testDeployment({ id: 'bad', provider: 'fake', model: 'bad' }),
    ];
    const model = testModel('m', { deployments });
    let succeeded = 0;
    for (let call = 0; call < 10_000; call++) {
      await dispatcher.chat(testPlan([model]), createTrace(), NEVER).then(
        () => succeeded++,
        () => undefined,
      );
    }
    const extra = sent.length - 10_000;
    t.ok(succeeded >= 9990, `${succeeded} succeeded`);
    t.ok(failures > 50, `${failures} failures were met`);
    t.ok(extra <= failures * 1.1, `${extra} extra calls for ${failures} failures`);
  },
);

t.test('deployments in order of priority, then the next model', async (t) => {
  const { sent, dispatcher } = await setUp((model) => ({ status: model === 'third' ? 200 : 503 }));
  const cheap = testModel('cheap', { deployments: at('first', 'second') });
  const next = testModel('next', { deployments: at('third') });
  const trace = createTrace();
  const answer = await dispatcher.chat(testPlan([cheap, next]), trace, NEVER);
  t.same(sent, ['first', 'second', 'third']);
  t.match(answer, { model: 'next', deployment: 'third', isFallback: true });
  t.match(trace.attempts, [
    { model: 'cheap', deployment: 'first', result: 'retryable', message: 'HTTP 503', costUsd: 0 },
    { model: 'cheap', deployment: 'second', result: 'retryable' },
    { model: 'next', deployment: 'third', result: 'ok', usage: { promptTokens: 10, completionTokens: 5 } },
  ]);
});

t.test('a fallback is asked for its gates again, and passed by when it fails one', async (t) => {
  const { sent, dispatcher } = await setUp((model) => ({ status: model === 'first' ? 503 : 200 }));
  const models = ['first', 'second', 'third'].map((id) => testModel(id, { deployments: at(id) }));
  const recheck = (candidate: { model: { id: string } }) =>
    candidate.model.id === 'second'
      ? [{ reason: 'MODEL_DISABLED' as const, message: 'disabled in the catalogue' }]
      : [];
  const answer = await dispatcher.chat({ ...testPlan(models), recheck }, createTrace(), NEVER);
  t.equal(answer.model, 'third');
  t.same(sent, ['first', 'third']);
});

t.test('a fallback that would break the limit on cost is passed by', async (t) => {
  const { sent, dispatcher } = await setUp((model) => ({ status: model === 'first' ? 503 : 200 }));
  const plan = testPlan(['first', 'dear', 'fair'].map((id) => testModel(id, { deployments: at(id) })));
  const limited = {
    ...plan,
    request: { ...plan.request, constraints: { ...plan.request.constraints, maxCostUsd: 0.01 } },
    candidates: plan.candidates.map((candidate) => ({
      ...candidate,
      expectedCostUsd: candidate.model.id === 'dear' ? 0.02 : 0.001,
    })),
  };
  t.equal((await dispatcher.chat(limited, createTrace(), NEVER)).model, 'fair');
  t.same(sent, ['first', 'fair']);
});

t.test('only deployments in the wanted region are asked', async (t) => {
  const { sent, dispatcher } = await setUp(() => ({ status: 503 }), {
    settings: dispatchSettings({ retry: { rounds: 1 } }),
  });
  const deployments = [
    testDeployment({ id: 'us', provider: 'fake', model: 'us', region: 'us' }),
    testDeployment({ id: 'eu', provider: 'fake', model: 'eu', region: 'eu' }),
  ];
  const plan = testPlan([testModel('m', { deployments })]);
  const request = { ...plan.request, constraints: { ...plan.request.constraints, regions: ['eu'] } };
  t.match(await failureOf(dispatcher.chat({ ...plan, request }, createTrace(), NEVER)), {
    reason: 'ALL_DEPLOYMENTS_FAILED',
  });
  t.same(sent, ['eu']);
});

t.test('a refused request ends the call at once: no other deployment would take it', async (t) => {
  const { sent, dispatcher } = await setUp(() => ({ status: 400 }));
  t.match(
    await failureOf(dispatcher.chat(testPlan([testModel('m', { deployments: at('a', 'b') })]), createTrace(), NEVER)),
    {
      code: 'INVALID_ARGUMENT',
      reason: 'UPSTREAM_BAD_REQUEST',
      message: 'm at a refuses this request as malformed (HTTP 400); check tools, schema and settings',
    },
  );
  t.same(sent, ['a']);
});

t.test('a pause that the provider asks for is kept, and told when nobody else is there', async (t) => {
  const { sent, dispatcher } = await setUp(() => ({ status: 429 }), {
    settings: dispatchSettings({ retry: { rounds: 1 }, breaker: { rateLimitedMs: 60_000 } }),
  });
  const plan = testPlan([testModel('m', { deployments: at('a') })]);
  t.match(await failureOf(dispatcher.chat(plan, createTrace(), NEVER)), { reason: 'UPSTREAM_RATE_LIMITED' });
  const error: unknown = await dispatcher.chat(plan, createTrace(), NEVER).catch((thrown: unknown) => thrown);
  t.ok(error instanceof RouterError);
  t.match((error as RouterError).message, /^no deployment answered: m at a: rate limited for (60\.0|5\d\.\d) s$/u);
  t.ok(((error as RouterError).retryAfterMs ?? 0) > 50_000);
  t.same(sent, ['a'], 'the second call sent nothing');
  t.equal(dispatcher.health.isHealthy('m', 'a'), false);
});

t.test('the only deployment is tried once more after a short pause', async (t) => {
  let calls = 0;
  const { dispatcher } = await setUp(() => ({ status: calls++ === 0 ? 500 : 200 }));
  const trace = createTrace();
  await dispatcher.chat(testPlan([testModel('m', { deployments: at('a') })]), trace, NEVER);
  t.match(trace.attempts, [{ result: 'retryable' }, { result: 'ok' }]);
});

t.test('without retry budget a failure is not repeated', async (t) => {
  const { sent, dispatcher } = await setUp(() => ({ status: 500 }), {
    settings: dispatchSettings({ retry: { budgetShare: 0, minPerSecond: 0 } }),
  });
  t.match(
    await failureOf(dispatcher.chat(testPlan([testModel('m', { deployments: at('a', 'b') })]), createTrace(), NEVER)),
    {
      message: 'no deployment answered: m at a: HTTP 500; the retry budget is spent',
    },
  );
  t.same(sent, ['a']);
});

t.test('a deployment at its cap of concurrent calls is left alone', async (t) => {
  const { sent, dispatcher } = await setUp((model) => ({ delayMs: model === 'small' ? 30 : 0 }));
  const deployments = [
    testDeployment({ id: 'small', provider: 'fake', model: 'small', priority: 0, maxConcurrency: 1 }),
    testDeployment({ id: 'large', provider: 'fake', model: 'large', priority: 1 }),
  ];
  const plan = testPlan([testModel('m', { deployments })]);
  const answers = await Promise.all([1, 2, 3].map(() => dispatcher.chat(plan, createTrace(), NEVER)));
  t.same(sent.sort(), ['large', 'large', 'small']);
  t.equal(answers[0]?.deployment, 'small');
});

t.test('a model whose window proved too small is followed by one with a larger window only', async (t) => {
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    const { model } = JSON.parse(init?.body as string) as { model: string };
    if (model === 'large') return fakeFetch(() => ({}))('http://fake', init);
    const error = { message: 'too long', code: 'context_length_exceeded' };
    return new Response(JSON.stringify({ error }), { status: 400 });
  };
  const settings = testProvider({ kind: 'openai-compatible', baseUrl: 'http://fake/v1' });
  const dispatcher = await testDispatcher({ fake: settings }, { fetchFor: () => fetch });
  const models = [
    testModel('small', { contextWindowTokens: 8000, deployments: at('small', 'small-too') }),
    testModel('same', { contextWindowTokens: 8000, deployments: at('same') }),
    testModel('large', { contextWindowTokens: 32_000, deployments: at('large') }),
  ];
  const trace = createTrace();
  t.equal((await dispatcher.chat(testPlan(models), trace, NEVER)).model, 'large');
  t.same(
    trace.attempts.map(({ deployment }) => deployment),
    ['small', 'large'],
  );
});

t.test('none left: UNAVAILABLE with reasons, within the deadline', async (t) => {
  const { dispatcher } = await setUp(() => ({ status: 500 }), {
    settings: dispatchSettings({ retry: { rounds: 10, maxAttempts: 100, backoffMs: 60_000, maxBackoffMs: 60_000 } }),
  });
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new RouterError({ reason: 'DEADLINE_EXCEEDED', message: 'the deadline passed' })),
    100,
  );
  const startedAtMs = performance.now();
  t.match(
    await failureOf(
      dispatcher.chat(testPlan([testModel('m', { deployments: at('a') })]), createTrace(), deadline.signal),
    ),
    { code: 'UNAVAILABLE', reason: 'ALL_DEPLOYMENTS_FAILED', message: /^no deployment answered: m at a: HTTP 500/u },
  );
  t.ok(performance.now() - startedAtMs < 10_000, 'it ends with the deadline, not with the pause');
  clearTimeout(timer);
});

t.test('a provider that is not configured is passed by, and unhealthy', async (t) => {
  const model = testModel('m', {
    deployments: [testDeployment({ id: 'x', provider: 'elsewhere' }), ...at('a')],
  });
  const { dispatcher } = await setUp(() => ({}), { models: () => [model] });
  t.equal((await dispatcher.chat(testPlan([model]), createTrace(), NEVER)).deployment, 'a');
  t.equal(dispatcher.health.isHealthy('m', 'x'), false);
  t.equal(dispatcher.health.isHealthy('m', 'a'), true);
  t.same(dispatcher.healthyDeployments('m', []), ['a']);
  t.same(dispatcher.healthyDeployments('m', ['mars']), []);
});

t.test('a short pause that the provider asks for is waited out to its end, and the call goes on', async (t) => {
  let calls = 0;
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    if (calls++ % 2 === 1) return fakeFetch(() => ({}))('http://fake', init);
    return new Response('{}', { status: 429, headers: { 'retry-after-ms': '7.5' } });
  };
  const settings = testProvider({ kind: 'openai-compatible', baseUrl: 'http://fake/v1' });
  const dispatcher = await testDispatcher(
    { fake: settings },
    { fetchFor: () => fetch, settings: dispatchSettings({ retry: { backoffMs: 0, minPerSecond: 1000 } }) },
  );
  const plan = testPlan([testModel('m', { deployments: at('a') })]);
  for (let call = 0; call < 50; call++) {
    t.match(await dispatcher.chat(plan, createTrace(), NEVER).catch((error: unknown) => error), { deployment: 'a' });
  }
});
