import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Model } from '../bundle/bundle.js';
import type { ProbeSettings } from '../config/dispatch-settings.js';
import { textRequest, type RouteRequest } from '../request.js';
import { createTrace, type MonotonicClock } from '../trace.js';
import { requestAnswer, type Target } from './attempt.js';
import { runAttempt, type AttemptOrder } from './attempt-runner.js';
import { openScope } from './attempt-scope.js';
import { createAccount } from './call-account.js';
import type { DeploymentPool, QuietDeployment } from './deployment-pool.js';
import type { MappedResult } from './from-language-model.js';
import type { Lease } from './lease.js';
import type { SavingsLedger } from './ledger.js';
import type { Provider } from './provider.js';

/** Asks deployments how they are that no call tells about. */
export interface HealthProber {
  /** Stops, cancels the probes under way, and resolves when they have ended. */
  close(): Promise<void>;
}

/** What {@link startHealthProber} needs. */
export interface HealthProberOptions {
  readonly pool: DeploymentPool;
  readonly settings: ProbeSettings;
  readonly clock: MonotonicClock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly providerOf: (name: string) => Provider | undefined;
  /** The catalogue in service; without one nothing is probed. */
  readonly models?: () => readonly Model[];
  readonly ledger?: SavingsLedger;
}

/** Tenant under which the ledger shows what health probes cost. */
export const PROBE_TENANT = '(probe)';

/** Share by which the time between two looks varies up and down, so that replicas don't probe in step. */
const JITTER_SHARE = 0.2;
/** The least that every vendor takes as a limit. */
const MAX_OUTPUT_TOKENS = 16;
/** Of the request below, roughly. */
const PROMPT_TOKENS = 8;

const REQUEST: RouteRequest = (() => {
  const request = textRequest('ping', { tenant: PROBE_TENANT });
  return { ...request, prompt: { ...request.prompt, sampling: { maxOutputTokens: MAX_OUTPUT_TOKENS } } };
})();

/**
 * Looks at intervals for deployments that rest after failures or idle, and sends a few of them a probe: a request to
 * the provider's health path where it has one, a tiny prompt otherwise. A probe counts for the breaker as a call does;
 * its latency does not count. One that rests is probed until it is closed or fails again. A pause that a provider has
 * asked for is kept. The echo provider is not probed.
 */
export function startHealthProber(options: HealthProberOptions): HealthProber {
  const { pool, settings, clock, random, logger, providerOf, ledger } = options;
  const closing = new AbortController();
  const { signal } = closing;

  async function askForAnswer(target: Target, lease: Lease): Promise<boolean> {
    const { model } = target;
    const trace = createTrace();
    const plan = { request: REQUEST, candidates: [{ model, expectedCostUsd: 0 }], promptTokens: PROMPT_TOKENS };
    const account = createAccount(plan, trace, clock);
    const entry = ledger?.open(PROBE_TENANT);
    const order: AttemptOrder<MappedResult> = {
      ...{ target, lease, isHedge: false, signal },
      send: () => requestAnswer(target, REQUEST.prompt, signal, settings.timeoutMs),
    };
    const outcome = await runAttempt(order, clock);
    if (outcome.kind === 'failed') {
      account.noteFailure(outcome.failed);
      entry?.settle({ task: '', model: model.id, outcome: 'failed', trace });
      return false;
    }
    lease.release();
    const { usage } = account.noteAnswer(outcome.attempted, outcome.attempted.result);
    entry?.settle({ task: '', model: model.id, outcome: 'answered', trace, answerUsage: usage });
    return true;
  }

  async function askForHealth(
    check: NonNullable<Provider['checkHealth']>,
    target: Target,
    lease: Lease,
  ): Promise<boolean> {
    const send = async (): Promise<void> => {
      const scope = openScope(signal);
      scope.limit(settings.timeoutMs, 'no answer');
      try {
        await check(scope.signal);
      } catch (error) {
        throw scope.explain(error);
      } finally {
        scope.close();
      }
    };
    const outcome = await runAttempt({ target, lease, isHedge: false, signal, send }, clock);
    lease.release();
    return outcome.kind === 'answered';
  }

  /** One probe; whether it was answered. */
  async function probe(place: QuietDeployment, provider: Provider): Promise<boolean> {
    const lease = pool.openProbe(place);
    if (lease === undefined) return false;
    const target: Target = { ...place, provider };
    const check = provider.checkHealth;
    return check === undefined ? await askForAnswer(target, lease) : await askForHealth(check, target, lease);
  }

  async function visit(place: QuietDeployment, provider: Provider): Promise<void> {
    const { model, deployment } = place;
    let isAlive = await probe(place, provider);
    while (isAlive && !signal.aborted && pool.isResting(model.id, deployment.id)) {
      isAlive = await probe(place, provider);
    }
  }

  async function look(): Promise<void> {
    const visits = pool.quiet(options.models?.() ?? [], settings.idleMs).flatMap((place) => {
      const provider = providerOf(place.deployment.provider);
      return provider === undefined || provider.kind === 'echo' ? [] : [{ place, provider }];
    });
    const chosen = visits.slice(0, settings.maxConcurrent);
    await Promise.all(chosen.map(({ place, provider }) => visit(place, provider)));
  }

  async function run(): Promise<void> {
    for (;;) {
      const pauseMs = settings.intervalMs * (1 + JITTER_SHARE * (2 * random() - 1));
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await look().catch((error: unknown) => logger.error({ err: error }, 'health probes failed'));
    }
  }

  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
