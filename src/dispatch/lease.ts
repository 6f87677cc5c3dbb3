import type { Deployment } from '../bundle/bundle.js';
import type { Passage } from './breaker.js';
import type { CallRecord, DeploymentState } from './deployment-state.js';
import type { AttemptFailure } from './error-class.js';

/** The right to make one call to one deployment. Ended by `release`, after at most one of the others. */
export interface Lease {
  readonly deployment: Deployment;
  /** The call got its answer, or its first piece, after so long. */
  succeed(latencyMs: number): void;
  /** The call failed; also after `succeed`, where a stream broke. */
  fail(failure: AttemptFailure): void;
  /** The call is over. Safe to repeat. */
  release(): void;
  /** Latency that a share of recent calls stayed under, where there were enough. */
  percentileMs(share: number): number | undefined;
}

/** What {@link createLease} needs. */
export interface LeaseParts {
  readonly deployment: Deployment;
  readonly state: DeploymentState;
  readonly passage: Passage;
  readonly isStream: boolean;
  /** Enters the success in the record, once. */
  readonly onSuccess: (record: CallRecord, latencyMs: number) => void;
}

/** Begins a call: it is in flight until the lease is released. */
export function createLease({ deployment, state, passage, isStream, onSuccess }: LeaseParts): Lease {
  const record = state.begin();
  let isDecided = false;
  return {
    deployment,
    percentileMs: (share) => state.percentileMs(share, isStream),
    succeed(latencyMs) {
      isDecided = true;
      passage.succeed();
      onSuccess(record, latencyMs);
    },
    fail(failure) {
      if (isDecided) state.breaker.noteFailure(failure);
      else if (failure.errorClass === 'cancelled') passage.cancel();
      else passage.fail(failure);
      isDecided = true;
      record.fail(failure);
    },
    release() {
      if (!isDecided) passage.cancel();
      isDecided = true;
      record.release();
    },
  };
}
