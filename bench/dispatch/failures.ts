import { createTrace } from '../../src/trace.js';
import {
  benchDispatcher,
  benchModel,
  benchPlan,
  runClosedLoop,
  runOpenLoop,
  sleep,
  type DispatchBench,
  type Finding,
} from '../lib/dispatch-bench.js';
import { round } from '../lib/report.js';

const never = (): AbortSignal => new AbortController().signal;

/** Two deployments, one of which fails half of its calls. */
export async function benchFailingHalf(bench: DispatchBench, calls: number): Promise<readonly Finding[]> {
  const fault = { kind: 'status', status: 500 } as const;
  await bench.upstream.setRules({ bad: { faults: [{ share: 0.5, fault }] } });
  const before = await bench.upstream.counts();
  const dispatcher = await benchDispatcher(bench);
  const plan = benchPlan([benchModel('m', ['good', 'bad'])]);
  let succeeded = 0;
  let failedAttempts = 0;
  await runClosedLoop(calls, 20, async () => {
    const trace = createTrace();
    await dispatcher.chat(plan, trace, never()).then(
      () => succeeded++,
      () => undefined,
    );
    failedAttempts += trace.attempts.filter(({ result }) => result !== 'ok').length;
  });
  const sent = (await bench.upstream.counts()).requestCount - before.requestCount;
  await dispatcher.close();
  const extra = sent - calls;
  return [
    {
      what: `one of 2 deployments fails 50%: calls that succeed, of ${calls}`,
      value: `${round((100 * succeeded) / calls, 3)}%`,
      target: '>= 99.9%',
      isMet: succeeded >= calls * 0.999,
    },
    {
      what: 'extra upstream calls over the failures that needed one',
      value: `${extra} for ${failedAttempts}`,
      target: '<= 110%',
      isMet: extra <= failedAttempts * 1.1,
    },
  ];
}

/** Two deployments, one ten times slower. */
export async function benchSlow(bench: DispatchBench, calls: number): Promise<readonly Finding[]> {
  await bench.upstream.setRules({ fast: { script: { delayMs: 20 } }, slow: { script: { delayMs: 200 } } });
  const before = (await bench.upstream.counts()).requestsByModel['slow'] ?? 0;
  const dispatcher = await benchDispatcher(bench);
  const plan = benchPlan([benchModel('m', ['fast', 'slow'])]);
  await runClosedLoop(calls, 10, async () => {
    await dispatcher.chat(plan, createTrace(), never());
  });
  const slow = ((await bench.upstream.counts()).requestsByModel['slow'] ?? 0) - before;
  await dispatcher.close();
  return [
    {
      what: 'traffic of a deployment that is 10 times slower',
      value: `${round((100 * slow) / calls, 2)}%`,
      target: '< 15%',
      isMet: slow < calls * 0.15,
    },
  ];
}

/** A deployment dies (its socket refuses) and comes back; another one carries on. */
export async function benchDeath(bench: DispatchBench, other: DispatchBench): Promise<readonly Finding[]> {
  await Promise.all([bench, other].map(({ upstream }) => upstream.setRules({ '*': { script: { delayMs: 10 } } })));
  const mortal = await benchDispatcherOfTwo(bench, other);
  const model = benchModel('m', ['steady', 'mortal']);
  const deployments = model.deployments.map((deployment) => ({ ...deployment, provider: deployment.id }));
  const plan = benchPlan([{ ...model, deployments }]);
  const marks = { diedAtMs: Infinity, backAtMs: Infinity };
  const sentToDead: number[] = [];
  const answeredByMortal: number[] = [];
  let failed = 0;
  const traffic = runOpenLoop(100, 20_000, async () => {
    const trace = createTrace();
    const atMs = performance.now();
    await mortal.chat(plan, trace, never()).catch(() => failed++);
    for (const { deployment, result } of trace.attempts) {
      if (deployment !== 'mortal') continue;
      if (result === 'ok') answeredByMortal.push(atMs);
      else sentToDead.push(atMs);
    }
  });
  await sleep(5000);
  marks.diedAtMs = performance.now();
  await other.upstream.stop();
  await sleep(7000);
  await other.upstream.start();
  marks.backAtMs = performance.now();
  await traffic;
  await mortal.close();
  const late = sentToDead.filter((atMs) => atMs > marks.diedAtMs + 1000 && atMs < marks.backAtMs).length;
  const reused = answeredByMortal.find((atMs) => atMs > marks.backAtMs);
  const reusedAfterMs = reused === undefined ? Infinity : reused - marks.backAtMs;
  return [
    {
      what: 'calls sent to a dead deployment after its first second, of about 600 (probes)',
      value: String(late),
      target: '<= 12',
      isMet: late <= 12,
    },
    {
      what: 'time from its recovery to its first answer',
      value: `${round(reusedAfterMs, 0)} ms`,
      target: '<= 5000 ms',
      isMet: reusedAfterMs <= 5000,
    },
    { what: 'calls that failed meanwhile, of 2000', value: String(failed), target: '0', isMet: failed === 0 },
  ];
}

/** Every deployment of the cheapest model is down; the next one would fail a gate; the third answers. */
export async function benchFallback(bench: DispatchBench, calls: number): Promise<readonly Finding[]> {
  await bench.upstream.setRules({ cheap: { faults: [{ share: 1, fault: { kind: 'status', status: 503 } }] } });
  const before = (await bench.upstream.counts()).requestsByModel['gated'] ?? 0;
  const dispatcher = await benchDispatcher(bench);
  const models = ['cheap', 'gated', 'next'].map((id) => benchModel(id, [id]));
  const plan = {
    ...benchPlan(models),
    recheck: (candidate: { model: { id: string } }) =>
      candidate.model.id === 'gated' ? [{ reason: 'MODEL_DISABLED' as const, message: 'disabled' }] : [],
  };
  let answeredByNext = 0;
  await runClosedLoop(calls, 10, async () => {
    const answer = await dispatcher.chat(plan, createTrace(), never()).catch(() => undefined);
    if (answer?.model === 'next') answeredByNext++;
  });
  const gated = ((await bench.upstream.counts()).requestsByModel['gated'] ?? 0) - before;
  await dispatcher.close();
  return [
    {
      what: `cheapest model down: answered by the next capable one, of ${calls}`,
      value: String(answeredByNext),
      target: String(calls),
      isMet: answeredByNext === calls,
    },
    { what: 'calls sent to a model that fails a gate', value: String(gated), target: '0', isMet: gated === 0 },
  ];
}

function benchDispatcherOfTwo(steady: DispatchBench, mortal: DispatchBench): ReturnType<typeof benchDispatcher> {
  return benchDispatcher(steady, {}, { steady: steady.upstream.url, mortal: mortal.upstream.url });
}
