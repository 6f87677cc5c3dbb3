import { RouterError, throwIfAborted } from '../errors.js';
import type { Turn } from './single-flight.js';

/** Short leases on keys, shared by the replicas of a service. Both operations fail open. */
export interface LeaseKeeper {
  /** Whether the lease is ours now. True also where the keeper is away: better two dispatches than none. */
  acquire(partition: string, key: string): Promise<boolean>;
  release(partition: string, key: string): void;
}

/** What {@link leadAcrossReplicas} needs. */
export interface LeadOptions<T> {
  readonly leases: LeaseKeeper;
  readonly partition: string;
  readonly exactKey: string;
  /** The value that another replica may have stored by now. */
  readonly read: () => Promise<T | undefined>;
  readonly signal: AbortSignal;
  readonly maxWaitMs: number;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Turns the lead of this process into the lead of the fleet: takes the lease, or waits until the replica that has it stores a value, gives the
 * lease back, or lets it run out. Waits at most `maxWaitMs`, never past the caller's signal.
 */
export async function leadAcrossReplicas<T>(
  turn: Extract<Turn<T>, { kind: 'lead' }>,
  options: LeadOptions<T>,
): Promise<Turn<T>> {
  const { leases, partition, exactKey, read, signal, maxWaitMs } = options;
  let waitedMs = 0;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const isOurs = await leases.acquire(partition, exactKey);
      const value = waitedMs === 0 ? undefined : await read().catch(() => undefined);
      if (value !== undefined) {
        if (isOurs) leases.release(partition, exactKey);
        turn.settle({ value });
        return { kind: 'follow', value };
      }
      if (isOurs) break;
      if (waitedMs >= maxWaitMs) return turn;
      await pause(pauseMs, signal);
      waitedMs += pauseMs;
    }
    throwIfAborted(signal);
  } catch (error) {
    turn.settle('retry');
    throw error;
  }
  return {
    kind: 'lead',
    settle(outcome) {
      leases.release(partition, exactKey);
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
