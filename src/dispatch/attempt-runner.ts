import type { MonotonicClock } from '../trace.js';
import type { Target } from './attempt.js';
import type { Lease } from './lease.js';
import { AttemptError, type AttemptFailure } from './error-class.js';

/** What one attempt brought, and where. */
export interface Attempted<Result> {
  readonly result: Result;
  readonly target: Target;
  /** Released by whoever uses the result up. */
  readonly lease: Lease;
  readonly startedAtMs: number;
  readonly isHedge: boolean;
}

/** An attempt that failed; its lease is released. */
export interface FailedAttempt {
  readonly target: Target;
  readonly failure: AttemptFailure;
  readonly durationMs: number;
  readonly isHedge: boolean;
}

/** How an attempt ended. */
export type AttemptOutcome<Result> =
  | { readonly kind: 'answered'; readonly attempted: Attempted<Result> }
  | { readonly kind: 'failed'; readonly failed: FailedAttempt };

/** One attempt to make. */
export interface AttemptOrder<Result> {
  readonly target: Target;
  readonly lease: Lease;
  readonly isHedge: boolean;
  readonly signal: AbortSignal;
  /** Throws AttemptError. */
  readonly send: (target: Target, signal: AbortSignal) => Promise<Result>;
}

/** Makes one attempt and tells its deployment how it went. Throws only defects. */
export async function runAttempt<Result>(
  order: AttemptOrder<Result>,
  clock: MonotonicClock,
): Promise<AttemptOutcome<Result>> {
  const { target, lease, isHedge, signal } = order;
  const startedAtMs = clock();
  try {
    const result = await order.send(target, signal);
    lease.succeed(clock() - startedAtMs);
    return { kind: 'answered', attempted: { result, target, lease, startedAtMs, isHedge } };
  } catch (error) {
    if (!(error instanceof AttemptError)) {
      lease.release();
      throw error;
    }
    lease.fail(error.failure);
    lease.release();
    return { kind: 'failed', failed: { target, failure: error.failure, durationMs: clock() - startedAtMs, isHedge } };
  }
}
