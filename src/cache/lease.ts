import { RouterError, throwIfAborted } from '../errors.js';
import type { Turn } from './single-flight.js';

/** A lease that we hold. */
export interface Lease {
  /** The keeper was away: another may have it too. */
  readonly isUnconfirmed?: boolean;
  /** Gives it back, unless it has run out and another holds it. */
  release(): void;
}

/** Short leases on keys, shared by the replicas of a service. */
export interface LeaseKeeper {
  /** A lease, or undefined where another holds it. Where the keeper is away it counts as ours: better two dispatches than none. Never throws. */
  acquire(partition: string, key: string): Promise<Lease | undefined>;
}

/** Leases of a process that has no other replicas. */
export const UNSHARED_LEASES: LeaseKeeper = { acquire: () => Promise.resolve({ release: () => undefined }) };

/** What {@link leadAcrossReplicas} needs. */
export interface LeadOptions<T> {
  readonly leases: LeaseKeeper;
  readonly partition: string;
  readonly exactKey: string;
  /** The value that another call may have stored by now. */
  readonly read: () => Promise<T | undefined>;
  readonly signal: AbortSignal;
  readonly maxWaitMs: number;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Turns the lead of this process into the lead of the fleet: takes the lease, or waits until the replica that has it stores a value, gives the
 * lease back, or lets it run out. Even whoever gets the lease at once looks for a value first: its last holder may have stored one after the
 * caller's look-up. Waits at most `maxWaitMs`, never past the caller's signal.
 */
export async function leadAcrossReplicas<T>(
  turn: Extract<Turn<T>, { kind: 'lead' }>,
  options: LeadOptions<T>,
): Promise<Turn<T>> {
  const { leases, partition, exactKey, read, signal, maxWaitMs } = options;
  let lease: Lease | undefined;
  let waitedMs = 0;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      lease = await leases.acquire(partition, exactKey);
      const value = await read().catch(() => undefined);
      throwIfAborted(signal);
      if (value !== undefined) {
        lease?.release();
        turn.settle({ value });
        return { kind: 'follow', value };
      }
      if (lease !== undefined) break;
      if (waitedMs >= maxWaitMs) return turn;
      await pause(pauseMs, signal);
      waitedMs += pauseMs;
    }
  } catch (error) {
    lease?.release();
    turn.settle('retry');
    throw error;
  }
  const held = lease;
  return {
    kind: 'lead',
    settle(outcome) {
      held.release();
      turn.settle(outcome);
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(RouterError.from(signal.reason));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
