import pino from 'pino';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { providerSettings } from '../../src/config/provider-settings.js';
import type { Model } from '../../src/bundle/bundle.js';
import type { DispatchPlan } from '../../src/dispatch/dispatch-plan.js';
import { createDispatcher, type Dispatcher } from '../../src/dispatch/dispatcher.js';
import { textRequest } from '../../src/request.js';
import { testDeployment, testModel } from '../../test/support/catalogue-model.js';
import type { BenchUpstream } from './upstream.js';

/** What each part of the bench gets. */
export interface DispatchBench {
  readonly upstream: BenchUpstream;
  readonly random: () => number;
}

/** One figure against what it has to reach. */
export interface Finding {
  readonly what: string;
  readonly value: string;
  readonly target: string;
  readonly isMet: boolean;
}

/** A dispatcher whose providers are upstreams: by default one, named `upstream`. */
export function benchDispatcher(
  { upstream, random }: DispatchBench,
  settings: Parameters<typeof dispatchSettings>[0] = {},
  urls: Readonly<Record<string, string>> = { upstream: upstream.url },
): Promise<Dispatcher> {
  const providers = Object.entries(urls).map(([name, url]) => {
    const provider = { kind: 'openai-compatible', baseUrl: `${url}/v1`, maxConnections: 5000 } as const;
    return [name, providerSettings(provider)] as const;
  });
  return createDispatcher({
    providers: Object.fromEntries(providers),
    settings: dispatchSettings(settings),
    clock: () => performance.now(),
    random,
    logger: pino({ level: 'silent' }),
  });
}

/** A catalogue entry with one deployment for each upstream model. */
export function benchModel(id: string, upstreamModels: readonly string[]): Model {
  const deployments = upstreamModels.map((model) => testDeployment({ id: model, provider: 'upstream', model }));
  return testModel(id, { deployments });
}

/** A plan for one short prompt. */
export function benchPlan(models: readonly Model[]): DispatchPlan {
  return {
    request: textRequest('Say hello'),
    candidates: models.map((model) => ({ model, expectedCostUsd: 0.001 })),
    promptTokens: 3,
  };
}

/** Runs work `count` times, so many at a time. */
export async function runClosedLoop(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** Starts work at a constant rate, whether or not earlier work has ended. Resolves when all of it has. */
export async function runOpenLoop(
  perSecond: number,
  lengthMs: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  const startedAtMs = performance.now();
  const running: Promise<void>[] = [];
  const count = Math.round((perSecond * lengthMs) / 1000);
  for (let index = 0; index < count; index++) {
    const waitMs = startedAtMs + (index * 1000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    running.push(work(index));
  }
  await Promise.all(running);
}

/** Waits. */
export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
