import { createTrace } from '../../src/trace.js';
import { RouterError } from '../../src/errors.js';
import {
  benchDispatcher,
  benchModel,
  benchPlan,
  sleep,
  type DispatchBench,
  type Finding,
} from '../lib/dispatch-bench.js';
import { round } from '../lib/report.js';
import { quantile } from '../lib/statistics.js';

const gone = (): RouterError => new RouterError({ reason: 'CALL_CANCELLED', message: 'the client cancelled the call' });

/** Many clients vanish in the middle of their streams, all at once. */
export async function benchVanish(bench: DispatchBench, clients: number): Promise<readonly Finding[]> {
  await bench.upstream.setRules({ '*': { script: { fault: { kind: 'endless', everyMs: 2000 } } } });
  const dispatcher = await benchDispatcher(bench);
  const plan = benchPlan([benchModel('m', ['endless'])]);
  const controllers = Array.from({ length: clients }, () => new AbortController());
  const streams = controllers.map(({ signal }) => dispatcher.stream(plan, createTrace(), signal));
  await Promise.all(streams.map((stream) => stream.next()));
  const ends = Promise.allSettled(streams.map(drain));
  const leftAtMs = performance.now();
  for (const controller of controllers) controller.abort(gone());
  const tookMs = await timeUntilIdle(bench, leftAtMs);
  await ends;
  await dispatcher.close();
  return [
    {
      what: `${clients} clients vanish in mid-stream: time until no upstream connection is left`,
      value: `${round(tookMs, 0)} ms`,
      target: '<= 1000 ms',
      isMet: tookMs <= 1000,
    },
  ];
}

/** Single clients leave; the time until the upstream notices. */
export async function benchCancel(bench: DispatchBench, rounds: number): Promise<readonly Finding[]> {
  await bench.upstream.setRules({ '*': { script: { fault: { kind: 'endless', everyMs: 20 } } } });
  const dispatcher = await benchDispatcher(bench);
  const plan = benchPlan([benchModel('m', ['endless'])]);
  const times: number[] = [];
  for (let index = 0; index < rounds; index++) {
    const controller = new AbortController();
    const stream = dispatcher.stream(plan, createTrace(), controller.signal);
    await stream.next();
    const ended = drain(stream).catch(() => undefined);
    const leftAtMs = performance.now();
    controller.abort(gone());
    times.push(await timeUntilIdle(bench, leftAtMs));
    await ended;
  }
  await dispatcher.close();
  const p99 = quantile(times, 0.99);
  return [
    {
      what: `a client leaves: time until its upstream request is gone, p50 / p99 of ${rounds}`,
      value: `${round(quantile(times, 0.5), 1)} / ${round(p99, 1)} ms`,
      target: '<= 50 ms',
      isMet: p99 <= 50,
    },
  ];
}

/** Many streams at a steady pace. */
export async function benchPace(
  bench: DispatchBench,
  { streams, piecesPerSecond, seconds }: { streams: number; piecesPerSecond: number; seconds: number },
): Promise<readonly Finding[]> {
  const everyMs = 1000 / piecesPerSecond;
  await bench.upstream.setRules({ '*': { script: { fault: { kind: 'endless', everyMs } } } });
  const dispatcher = await benchDispatcher(bench);
  const plan = benchPlan([benchModel('m', ['endless'])]);
  const gaps: number[] = [];
  let pieces = 0;
  const isOver = { value: false };
  const read = async (): Promise<void> => {
    let lastMs = 0;
    for await (const event of dispatcher.stream(plan, createTrace(), new AbortController().signal)) {
      if (event.kind !== 'textDelta') continue;
      const nowMs = performance.now();
      if (lastMs > 0) gaps.push(nowMs - lastMs);
      lastMs = nowMs;
      pieces++;
      if (isOver.value) break;
    }
  };
  const startedAtMs = performance.now();
  const reading = Array.from({ length: streams }, read);
  await sleep(seconds * 1000);
  const rssMb = process.memoryUsage.rss() / 2 ** 20;
  isOver.value = true;
  await Promise.all(reading);
  const rate = pieces / streams / ((performance.now() - startedAtMs) / 1000);
  await dispatcher.close();
  return [
    {
      what: `${streams} streams at ${piecesPerSecond} pieces/s: pieces a second and stream`,
      value: `${round(rate, 2)} (gap p50 ${round(quantile(gaps, 0.5), 1)}, p99 ${round(quantile(gaps, 0.99), 1)} ms)`,
      target: `>= ${round(piecesPerSecond * 0.9, 1)}`,
      isMet: rate >= piecesPerSecond * 0.9,
    },
    {
      what: 'resident memory meanwhile, the upstream included',
      value: `${round(rssMb, 0)} MB`,
      target: '< 500 MB',
      isMet: rssMb < 500,
    },
  ];
}

async function timeUntilIdle({ upstream }: DispatchBench, sinceMs: number): Promise<number> {
  for (;;) {
    const { activeCount } = await upstream.counts();
    if (activeCount === 0) return performance.now() - sinceMs;
    await sleep(1);
  }
}

async function drain(stream: AsyncGenerator): Promise<void> {
  while ((await stream.next()).done !== true);
}
