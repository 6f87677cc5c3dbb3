import { setTimeout as sleep } from 'node:timers/promises';
import type { DispatchSettings } from '../config/dispatch-settings.js';
import { RouterError, throwIfAborted } from '../errors.js';
import type { MonotonicClock } from '../trace.js';
import type { Target } from './attempt.js';
import {
  runAttempt,
  type Attempted,
  type AttemptOrder,
  type AttemptOutcome,
  type FailedAttempt,
} from './attempt-runner.js';
import { deploymentKey, type DeploymentPool, type PickResult } from './deployment-pool.js';
import type { DispatchCandidate, DispatchPlan } from './dispatch-plan.js';
import { allFailed, finalFailure } from './dispatch-error.js';
import { isFinal, type ErrorClass } from './error-class.js';
import { raceAttempts } from './hedge.js';
import type { Lease } from './lease.js';
import type { Provider } from './provider.js';
import type { RetryBudget } from './retry-budget.js';
import { lateReason } from './time-left.js';

/** One call, as the failover sees it. */
export interface FailoverCall<Result> {
  readonly plan: DispatchPlan;
  readonly signal: AbortSignal;
  readonly isStream: boolean;
  /** Throws AttemptError. */
  readonly send: (target: Target, signal: AbortSignal) => Promise<Result>;
  /** Told of each attempt that failed or was cancelled. */
  readonly onFailure: (failed: FailedAttempt) => void;
  /** Told of an answer that came a moment after another; it has to be paid for all the same. */
  readonly onDiscard: (attempted: Attempted<Result>) => void;
  /** US dollars that this call has cost so far. */
  readonly spentUsd: () => number;
}

/** What {@link createFailover} needs. */
export interface FailoverOptions {
  readonly pool: DeploymentPool;
  readonly budget: RetryBudget;
  readonly settings: Pick<DispatchSettings, 'retry' | 'hedge'>;
  readonly clock: MonotonicClock;
  readonly random: () => number;
  readonly providerOf: (name: string) => Provider | undefined;
}

/** Finds somebody who answers. */
export interface Failover {
  /**
   * Tries the deployments of the first model, then those of the next that still passes its gates. When all have failed
   * in ways that may pass, waits a little and tries them once more, as far as budget and deadline allow.
   *
   * @throws RouterError with every attempt's reason when nobody answers, or with the reason of the signal.
   */
  run<Result>(call: FailoverCall<Result>): Promise<Attempted<Result>>;
}

type CallView = Pick<FailoverCall<never>, 'plan' | 'spentUsd'>;

/** What happened to one call so far. */
interface Course {
  readonly failures: FailedAttempt[];
  /** Why models and deployments were passed by in this round. */
  notes: string[];
  attempts: number;
  /** Deployments that need not be asked again, whatever the round. */
  readonly hopeless: Set<string>;
  /** Window that proved too small; 0 where none did. */
  tooSmallTokens: number;
  isBudgetSpent: boolean;
}

/** Classes that may be gone a moment later. */
const PASSING: ReadonlySet<ErrorClass> = new Set<ErrorClass>(['retryable', 'rateLimited']);

/** Creates the failover. */
export function createFailover(options: FailoverOptions): Failover {
  const { pool, budget, clock, random, providerOf } = options;
  const { retry, hedge } = options.settings;

  const leftMs = ({ plan }: CallView): number => (plan.deadlineAtMs ?? Infinity) - clock();

  function pick<Result>(
    call: FailoverCall<Result>,
    candidate: DispatchCandidate,
    tried: ReadonlySet<string>,
  ): PickResult {
    const { constraints, sessionId, tenant } = call.plan.request;
    return pool.pick(candidate.model, {
      excluded: tried,
      regions: constraints.regions,
      isStream: call.isStream,
      ...(sessionId === undefined ? {} : { session: JSON.stringify([tenant, sessionId]) }),
    });
  }

  function order<Result>(call: FailoverCall<Result>, model: DispatchCandidate, lease: Lease): AttemptOrder<Result> {
    const provider = providerOf(lease.deployment.provider);
    // The pool hands out deployments of configured providers only.
    if (provider === undefined) throw new Error(`no provider "${lease.deployment.provider}"`);
    const target = { model: model.model, deployment: lease.deployment, provider };
    return { target, lease, isHedge: false, signal: call.signal, send: call.send };
  }

  async function attempt<Result>(
    call: FailoverCall<Result>,
    candidate: DispatchCandidate,
    { lease, tried, course }: { readonly lease: Lease; readonly tried: Set<string>; readonly course: Course },
  ): Promise<AttemptOutcome<Result>> {
    const first = order(call, candidate, lease);
    const usualMs = hedge.enabled ? lease.percentileMs(hedge.percentile) : undefined;
    if (usualMs === undefined || candidate.expectedCostUsd > hedge.maxCostUsd) return await runAttempt(first, clock);
    const second = (): AttemptOrder<Result> | undefined => {
      // The first attempt is not paid for yet.
      if (call.signal.aborted || course.attempts >= retry.maxAttempts || isTooDear(call, candidate, 2))
        return undefined;
      const picked = pick(call, candidate, tried);
      if (picked.lease === undefined) return undefined;
      if (lateReason(picked.lease, leftMs(call)) !== undefined || !budget.spend()) {
        picked.lease.release();
        return undefined;
      }
      course.attempts++;
      tried.add(deploymentKey(candidate.model.id, picked.lease.deployment.id));
      return { ...order(call, candidate, picked.lease), isHedge: true };
    };
    const delayMs = Math.max(usualMs, hedge.minDelayMs);
    const race = await raceAttempts({ first, delayMs, second, discard: call.onDiscard }, clock);
    if (race.earlier?.kind === 'failed') {
      call.onFailure(race.earlier.failed);
      note(course, race.earlier.failed);
    }
    // The cancelled attempt ends within a moment; its entry must be in the trace before the call ends.
    const lost = await race.loser;
    if (lost?.kind === 'failed') call.onFailure(lost.failed);
    return race.outcome;
  }

  function note(course: Course, failed: FailedAttempt): void {
    const { target, failure } = failed;
    course.failures.push(failed);
    if (!PASSING.has(failure.errorClass)) course.hopeless.add(deploymentKey(target.model.id, target.deployment.id));
    if (failure.errorClass === 'contextTooLong') {
      course.tooSmallTokens = Math.max(course.tooSmallTokens, target.model.contextWindowTokens);
    }
  }

  async function tryModel<Result>(
    call: FailoverCall<Result>,
    candidate: DispatchCandidate,
    course: Course,
  ): Promise<Attempted<Result> | undefined> {
    const tried = new Set(course.hopeless);
    while (course.attempts < retry.maxAttempts && course.tooSmallTokens < candidate.model.contextWindowTokens) {
      throwIfAborted(call.signal);
      const picked = pick(call, candidate, tried);
      if (picked.lease === undefined) {
        course.notes.push(...picked.reasons.map((reason) => `${candidate.model.id} at ${reason}`));
        return undefined;
      }
      tried.add(deploymentKey(candidate.model.id, picked.lease.deployment.id));
      const late = course.attempts > 0 ? lateReason(picked.lease, leftMs(call)) : undefined;
      if (late !== undefined) {
        picked.lease.release();
        course.notes.push(`${candidate.model.id} at ${late}`);
        continue;
      }
      if (course.attempts > 0 && !budget.spend()) {
        picked.lease.release();
        course.isBudgetSpent = true;
        return undefined;
      }
      course.attempts++;
      const outcome = await attempt(call, candidate, { lease: picked.lease, tried, course });
      if (outcome.kind === 'answered') return outcome.attempted;
      call.onFailure(outcome.failed);
      throwIfAborted(call.signal);
      if (isFinal(outcome.failed.failure.errorClass)) throw finalFailure(outcome.failed);
      note(course, outcome.failed);
    }
    return undefined;
  }

  /** Time to wait before the next round; undefined where another round makes no sense. */
  function nextPauseMs(call: CallView, course: Course, round: number): number | undefined {
    if (course.isBudgetSpent || course.attempts >= retry.maxAttempts || round + 1 >= retry.rounds) return undefined;
    const regions = call.plan.request.constraints.regions;
    const hopeful = course.failures.filter(({ failure }) => PASSING.has(failure.errorClass));
    const waits = hopeful.flatMap(
      ({ target }) => pool.waitMs(target.model, { excluded: course.hopeless, regions }) ?? [],
    );
    if (waits.length === 0) return undefined;
    const backoffMs = random() * Math.min(retry.maxBackoffMs, retry.backoffMs * 2 ** round);
    const pauseMs = Math.max(backoffMs, Math.min(...waits));
    return pauseMs > retry.maxBackoffMs || pauseMs >= leftMs(call) ? undefined : pauseMs;
  }

  /** Time until one of the call's deployments can be tried again, where all of them rest. */
  function restMs({ plan }: CallView, course: Course): number | undefined {
    const { regions } = plan.request.constraints;
    const waits = plan.candidates.flatMap(
      ({ model }) => pool.waitMs(model, { excluded: course.hopeless, regions }) ?? [],
    );
    const least = Math.min(...waits);
    return Number.isFinite(least) && least > 0 ? Math.ceil(least) : undefined;
  }

  return {
    async run(call) {
      budget.noteCall();
      const course: Course = {
        failures: [],
        notes: [],
        attempts: 0,
        hopeless: new Set(),
        tooSmallTokens: 0,
        isBudgetSpent: false,
      };
      for (let round = 0; ; round++) {
        course.notes = [];
        for (const candidate of call.plan.candidates) {
          if (course.isBudgetSpent || isPassedBy(call, candidate, course)) continue;
          const answered = await tryModel(call, candidate, course);
          if (answered !== undefined) return answered;
        }
        const pauseMs = nextPauseMs(call, course, round);
        if (pauseMs === undefined) break;
        // Timers drop fractions and may fire a moment early, when what was waited for is not there yet.
        await sleep(Math.ceil(pauseMs) + 1, undefined, { signal: call.signal }).catch(() => undefined);
        // A deadline that passes between two rounds says less than why the first one failed.
        if (isDeadline(call.signal)) break;
        throwIfAborted(call.signal);
      }
      if (course.isBudgetSpent) course.notes.push('the retry budget is spent');
      throw allFailed(course.failures, course.notes, restMs(call, course));
    },
  };
}

function isDeadline({ aborted, reason }: AbortSignal): boolean {
  return aborted && RouterError.from(reason).reason === 'DEADLINE_EXCEEDED';
}

/** Whether the call's own limit forbids to pay for so many more attempts. */
function isTooDear({ plan, spentUsd }: CallView, candidate: DispatchCandidate, attempts = 1): boolean {
  const { maxCostUsd } = plan.request.constraints;
  return maxCostUsd !== undefined && spentUsd() + attempts * candidate.expectedCostUsd > maxCostUsd;
}

/** Gates of a fallback, asked again at the moment it is needed. The first model has just passed them. */
function isPassedBy(call: CallView, candidate: DispatchCandidate, course: Course): boolean {
  const { model } = candidate;
  const note = (why: string): true => {
    course.notes.push(`${model.id}: ${why}`);
    return true;
  };
  if (model.contextWindowTokens <= course.tooSmallTokens) return note('its context window is no larger');
  if (course.attempts === 0 && candidate === call.plan.candidates[0]) return false;
  if (isTooDear(call, candidate)) return note('the call may not cost that much');
  const rejection = call.plan.recheck?.(candidate)[0];
  return rejection === undefined ? false : note(rejection.message);
}
