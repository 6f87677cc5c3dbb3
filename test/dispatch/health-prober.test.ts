import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { createDeploymentPool } from '../../src/dispatch/deployment-pool.js';
import { PROBE_TENANT } from '../../src/dispatch/health-prober.js';
import { createSavingsLedger } from '../../src/dispatch/ledger.js';
import type { FetchFunction } from '../../src/dispatch/provider.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { failureOf } from '../support/failure-of.js';
import { NEVER, testDispatcher, testPlan } from '../support/dispatch-fixture.js';
import { startScriptedUpstream, type UpstreamFault } from '../support/scripted-upstream.js';
import type { Teardown } from '../support/service.js';
import { until } from '../support/until.js';
import { TEST_KEY, testProvider } from '../support/vendors.js';

interface SetUp {
  readonly deployments?: readonly string[];
  readonly probe?: object;
  readonly breaker?: object;
}

/** A dispatcher that probes every 10 ms or so, on a clock that runs on top of `shiftMs`. */
async function setUp(t: Teardown, { deployments = ['a'], probe = {}, breaker = {} }: SetUp = {}) {
  const upstream = await startScriptedUpstream();
  const time = { shiftMs: 0 };
  const ledger = createSavingsLedger();
  const model = testModel('m', {
    deployments: deployments.map((id, priority) => testDeployment({ id, provider: 'up', model: id, priority })),
  });
  const settings = dispatchSettings({
    retry: { rounds: 1 },
    breaker,
    probe: { enabled: true, intervalMs: 10, idleMs: 60_000, ...probe },
  });
  const dispatcher = await testDispatcher(
    { up: testProvider({ kind: 'openai-compatible', baseUrl: `${upstream.url}/v1` }) },
    { settings, ledger, models: () => [model], clock: () => performance.now() + time.shiftMs },
  );
  t.teardown(async () => {
    await dispatcher.close();
    await upstream.stop();
  });
  const stateOf = (id: string) => dispatcher.status().find(({ deployment }) => deployment === id);
  /** Lets the prober look a few times. */
  const looks = () => new Promise((resolve) => setTimeout(resolve, 60));
  return { upstream, time, ledger, model, dispatcher, stateOf, looks };
}

const status = (code: number, headers: Record<string, string> = {}): UpstreamFault => ({
  kind: 'status',
  status: code,
  headers,
});

t.test('probes are off unless asked for', async (t) => {
  t.match(dispatchSettings().probe, { enabled: false, intervalMs: 5000, timeoutMs: 5000, idleMs: 300_000 });
  const { upstream, time, looks } = await setUp(t, { probe: { enabled: false } });
  time.shiftMs = 600_000;
  await looks();
  t.equal(upstream.requestCount, 0);
});

t.test('a deployment that was left alone for long comes back by probes, before its rest is over', async (t) => {
  const { upstream, model, dispatcher, ledger, stateOf } = await setUp(t);
  upstream.script = () => ({ fault: status(401) });
  await failureOf(dispatcher.chat(testPlan([model]), createTrace(), NEVER));
  t.equal(dispatcher.health.isHealthy('m', 'a'), false);
  await until(() => upstream.requestCount >= 3);
  t.equal(stateOf('a')?.state, 'open', 'probes that fail leave it open');
  upstream.script = () => ({});
  await until(() => stateOf('a')?.state === 'closed');
  t.equal(dispatcher.health.isHealthy('m', 'a'), true);
  const { body } = upstream.requests.at(-1)!;
  t.match(body, { model: 'a', max_tokens: 16, messages: [{ role: 'user', content: 'ping' }] });
  const { total, rows } = ledger.sums();
  t.match(rows, [{ tenant: PROBE_TENANT, task: '', model: 'm' }]);
  t.equal(total.calls, upstream.requestCount - 1, 'each probe has one entry');
  t.equal(total.promptTokens, upstream.billed.promptTokens);
  t.equal(total.calls - total.failures, 2, 'two good ones close it, and then it is left alone');
});

t.test('one that idles is probed once in so long; one in use is not', async (t) => {
  const { upstream, time, model, dispatcher, looks } = await setUp(t, { deployments: ['used', 'spare'] });
  const sentTo = (id: string) => upstream.requests.filter(({ model: sent }) => sent === id).length;
  await looks();
  t.equal(upstream.requestCount, 0);
  for (const expected of [1, 2]) {
    time.shiftMs += 50_000;
    await dispatcher.chat(testPlan([model]), createTrace(), NEVER);
    time.shiftMs += 11_000;
    await until(() => sentTo('spare') === expected);
    await looks();
    t.equal(sentTo('spare'), expected);
    t.equal(sentTo('used'), expected, 'only its calls');
  }
});

t.test('without an idle time only those that rest are probed', async (t) => {
  const { upstream, time, looks } = await setUp(t, { probe: { idleMs: 0 } });
  time.shiftMs = 3_600_000;
  await looks();
  t.equal(upstream.requestCount, 0);
});

t.test('a probe that fails counts as a call that fails', async (t) => {
  const { upstream, time, dispatcher, stateOf } = await setUp(t, { breaker: { consecutiveFailures: 1 } });
  upstream.script = () => ({ fault: status(503) });
  t.equal(dispatcher.health.isHealthy('m', 'a'), true);
  await until(() => stateOf('a') !== undefined);
  time.shiftMs = 61_000;
  await until(() => !dispatcher.health.isHealthy('m', 'a'));
  t.match(stateOf('a'), { model: 'm', state: 'open' });
});

t.test('a pause that the provider asked for is kept', async (t) => {
  const { upstream, time, model, dispatcher, looks } = await setUp(t);
  upstream.script = () => ({ fault: status(429, { 'retry-after': '200' }) });
  await failureOf(dispatcher.chat(testPlan([model]), createTrace(), NEVER));
  time.shiftMs = 100_000;
  await looks();
  t.equal(upstream.requestCount, 1);
});

t.test('probes at one look are bounded in number and time; a slow one has failed', async (t) => {
  const { upstream, time, dispatcher, stateOf } = await setUp(t, {
    deployments: ['a', 'b', 'c', 'd', 'e'],
    probe: { maxConcurrent: 2, timeoutMs: 30 },
  });
  let most = 0;
  upstream.script = () => {
    most = Math.max(
      most,
      dispatcher.status().reduce((sum, { inFlight }) => sum + inFlight, 0),
    );
    return { fault: { kind: 'hang' } };
  };
  await until(() => stateOf('e') !== undefined);
  time.shiftMs = 61_000;
  await until(() => dispatcher.status().every(({ failures }) => failures === 1));
  t.equal(most, 2);
  t.ok(dispatcher.status().every(({ inFlight }) => inFlight === 0));
});

t.test('closing cancels the probe under way and sends no other; the cancelled one says nothing', async (t) => {
  const { upstream, time, dispatcher, stateOf, looks } = await setUp(t, { breaker: { consecutiveFailures: 1 } });
  upstream.script = () => ({ fault: { kind: 'hang' } });
  await until(() => stateOf('a') !== undefined);
  time.shiftMs = 61_000;
  await until(() => upstream.activeCount === 1);
  await dispatcher.close();
  await until(() => upstream.activeCount === 0);
  t.match(stateOf('a'), { state: 'closed', inFlight: 0, failures: 0 });
  await looks();
  t.equal(upstream.requestCount, 1);
});

t.test('a probe says nothing about how long answers take', async (t) => {
  const { breaker, session } = dispatchSettings();
  const pool = createDeploymentPool({ breaker, session, clock: () => 0, random: () => 0, isConfigured: () => true });
  const model = testModel('m');
  for (let probe = 0; probe < 30; probe++) {
    const lease = pool.openProbe({ model, deployment: model.deployments[0]! });
    lease?.succeed(1000);
    lease?.release();
  }
  const { lease } = pool.pick(model, { excluded: new Set(), regions: [], isStream: false });
  t.equal(lease?.percentileMs(0.5), undefined);
  t.match(pool.status(), [{ calls: 31, failures: 0, inFlight: 1 }]);
});

for (const [healthPath, url] of [
  ['/health', 'http://fake/health?team=a'],
  ['models', 'http://fake/v1/models?team=a'],
] as const) {
  t.test(`a server with the health path ${healthPath} is asked there, and costs nothing`, async (t) => {
    const asked: { url: string; authorization: string | null }[] = [];
    let code = 503;
    const fetch: FetchFunction = async (input, init) => {
      const { authorization = null } = Object.fromEntries(new Headers(init?.headers));
      asked.push({ url: input as string, authorization });
      return new Response('', { status: code });
    };
    const ledger = createSavingsLedger();
    const model = testModel('m', { deployments: [testDeployment({ id: 'a', provider: 'up' })] });
    const provider = testProvider({
      ...{ kind: 'openai-compatible', baseUrl: 'http://fake/v1', apiKey: TEST_KEY },
      ...{ healthPath, queryParameters: { team: 'a' } },
    });
    const dispatcher = await testDispatcher(
      { up: provider },
      {
        fetchFor: () => fetch,
        ledger,
        models: () => [model],
        settings: dispatchSettings({
          breaker: { consecutiveFailures: 1, openMs: 60_000, maxOpenMs: 60_000 },
          probe: { enabled: true, intervalMs: 10, idleMs: 1 },
        }),
      },
    );
    t.teardown(() => dispatcher.close());
    await until(() => !dispatcher.health.isHealthy('m', 'a'));
    code = 200;
    await until(() => dispatcher.health.isHealthy('m', 'a'));
    t.same(asked[0], { url, authorization: 'Bearer test-key' });
    t.equal(ledger.sums().total.calls, 0);
  });
}
