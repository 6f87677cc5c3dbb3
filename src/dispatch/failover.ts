import type { RouterError } from '../errors.js';
import { throwIfAborted } from '../errors.js';
import type { AttemptTrace, MonotonicClock } from '../trace.js';
import type { Target } from './attempt.js';
import { deploymentKey, type DeploymentPool, type Lease } from './deployment-pool.js';
import type { DispatchCandidate, DispatchPlan } from './dispatch-plan.js';
import { allFailed, finalFailure } from './dispatch-error.js';
import { AttemptError, isFinal, type AttemptFailure } from './error-class.js';
import type { Provider } from './provider.js';

/** What one attempt brought, and where. */
export interface Attempted<Result> {
  readonly result: Result;
  readonly target: Target;
  readonly lease: Lease;
  readonly startedAtMs: number;
}

/** One call, as the failover sees it. */
export interface FailoverCall<Result> {
  readonly plan: DispatchPlan;
  readonly signal: AbortSignal;
  readonly isStream: boolean;
  /** Throws AttemptError. */
  attempt(target: Target, signal: AbortSignal): Promise<Result>;
  /** Told of each attempt that failed. */
  onFailure(attempt: AttemptTrace): void;
}

/** A failed attempt with its place, for the error that ends the call. */
export interface FailedAttempt {
  readonly model: string;
  readonly deployment: string;
  readonly failure: AttemptFailure;
}

/** What {@link createFailover} needs. */
export interface FailoverOptions {
  readonly pool: DeploymentPool;
  readonly clock: MonotonicClock;
  readonly providerOf: (name: string) => Provider | undefined;
}

/** Finds somebody who answers. */
export interface Failover {
  /**
   * Tries the deployments of the first model, then those of the next, until one answers.
   *
   * @throws RouterError with every attempt's reason when nobody does, or with the reason of the signal.
   */
  run<Result>(call: FailoverCall<Result>): Promise<Attempted<Result>>;
}

/** Creates the failover. */
export function createFailover(options: FailoverOptions): Failover {
  const { pool, clock, providerOf } = options;

  async function tryOnce<Result>(
    call: FailoverCall<Result>,
    target: Target,
    lease: Lease,
  ): Promise<Attempted<Result> | AttemptFailure> {
    const startedAtMs = clock();
    try {
      const result = await call.attempt(target, call.signal);
      lease.succeed(clock() - startedAtMs);
      return { result, target, lease, startedAtMs };
    } catch (error) {
      if (!(error instanceof AttemptError)) {
        lease.release();
        throw error;
      }
      const { failure } = error;
      lease.fail(failure);
      lease.release();
      call.onFailure({
        model: target.model.id,
        deployment: target.deployment.id,
        result: failure.errorClass,
        durationMs: clock() - startedAtMs,
        costUsd: 0,
        message: failure.message,
        isHedge: false,
      });
      return failure;
    }
  }

  async function tryModel<Result>(
    call: FailoverCall<Result>,
    candidate: DispatchCandidate,
    failures: FailedAttempt[],
  ): Promise<Attempted<Result> | undefined> {
    const { model } = candidate;
    const excluded = new Set<string>();
    for (;;) {
      throwIfAborted(call.signal);
      const { regions } = call.plan.request.constraints;
      const { sessionId } = call.plan.request;
      const session = sessionId === undefined ? {} : { sessionId };
      const pick = pool.pick(model, { excluded, regions, isStream: call.isStream, ...session });
      if (pick.lease === undefined) return undefined;
      const { lease } = pick;
      const { deployment } = lease;
      excluded.add(deploymentKey(model.id, deployment.id));
      const provider = providerOf(deployment.provider);
      if (provider === undefined) {
        lease.release();
        continue;
      }
      const outcome = await tryOnce(call, { model, deployment, provider }, lease);
      if ('result' in outcome) return outcome;
      throwIfAborted(call.signal);
      const failed = { model: model.id, deployment: deployment.id, failure: outcome };
      if (isFinal(outcome.errorClass)) throw finalFailure(failed);
      failures.push(failed);
      if (outcome.errorClass === 'contextTooLong') return undefined;
    }
  }

  return {
    async run(call) {
      const failures: FailedAttempt[] = [];
      for (const candidate of call.plan.candidates) {
        const answered = await tryModel(call, candidate, failures);
        if (answered !== undefined) return answered;
      }
      throw allFailed(failures) satisfies RouterError;
    },
  };
}
