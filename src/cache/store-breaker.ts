import { setTimeout as sleep } from 'node:timers/promises';

/** Lets look-ups through while the store answers, and none while it does not. */
export interface StoreBreaker {
  /**
   * Runs a look-up with a deadline.
   *
   * @throws StoreAwayError where the store is away, does not answer in time, or fails
   */
  run<T>(look: () => Promise<T>): Promise<T>;
  readonly isOpen: boolean;
  /** Probes no more. */
  close(): void;
}

/** The store did not serve; the caller makes a miss of it. */
export class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError';
}

/** Options of {@link createStoreBreaker}. */
export interface StoreBreakerOptions {
  /** A look-up has this long, and a probe. */
  readonly deadlineMs: number;
  /** Failures in a row that open the breaker. */
  readonly failuresToOpen: number;
  /** Asks the store for a sign of life. No call waits for it. */
  readonly probe: () => Promise<unknown>;
  /** Time before the first probe. */
  readonly firstPauseMs: number;
  /** It doubles up to this while no look-up succeeds. */
  readonly longestPauseMs: number;
}

/**
 * A breaker that is closed. While it is open it probes the store in the background, so that no call pays for finding out whether the
 * store is back. After a probe that succeeds a single failure opens it again: a store may be alive and yet too slow for look-ups.
 */
export function createStoreBreaker(options: StoreBreakerOptions): StoreBreaker {
  const { deadlineMs, failuresToOpen, probe, firstPauseMs, longestPauseMs } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let failures = 0;
  let pauseMs = firstPauseMs;
  let isOpen = false;

  const probeUntilBack = async (): Promise<void> => {
    while (isOpen) {
      await sleep(pauseMs, undefined, { signal, ref: false });
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      isOpen = await withDeadline(probe(), deadlineMs).then(
        () => false,
        () => true,
      );
    }
  };

  const open = (): void => {
    if (isOpen) return;
    isOpen = true;
    // Ends by itself, or when the breaker is done with.
    probeUntilBack().catch(() => undefined);
  };

  return {
    get isOpen() {
      return isOpen;
    },
    async run(look) {
      if (isOpen) throw new StoreAwayError('the store was away a moment ago');
      try {
        const result = await withDeadline(look(), deadlineMs);
        failures = 0;
        pauseMs = firstPauseMs;
        return result;
      } catch (cause) {
        failures += 1;
        if (failures >= failuresToOpen) open();
        throw cause instanceof StoreAwayError ? cause : new StoreAwayError('the store failed', { cause });
      }
    },
    close: () => closing.abort(),
  };
}

/**
 * What the work comes to, if it does in time. The work itself goes on: what it asked of the store is not taken back.
 * A busy thread runs a timer that is due before it reads what has arrived, so a reply that is already here gets its turn first.
 *
 * @throws StoreAwayError at the deadline, and what the work throws
 */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new StoreAwayError(`the store did not answer in ${deadlineMs} ms`));
    const timer = setTimeout(() => setImmediate(giveUp), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
