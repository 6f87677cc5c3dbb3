/** Lets look-ups through while the store answers, and few while it does not. */
export interface StoreBreaker {
  /**
   * Runs a look-up with a deadline.
   *
   * @throws StoreAwayError where the store was away lately, does not answer in time, or fails
   */
  run<T>(look: () => Promise<T>): Promise<T>;
  readonly isOpen: boolean;
}

/** The store did not serve; the caller makes a miss of it. */
export class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError';
}

/** Options of {@link createStoreBreaker}. */
export interface StoreBreakerOptions {
  /** A look-up has this long. */
  readonly deadlineMs: number;
  /** Failures in a row that open the breaker. */
  readonly failuresToOpen: number;
  /** Time before a single look-up may try again. */
  readonly pauseMs: number;
  /** Milliseconds from any start. */
  readonly clock: () => number;
}

/** A breaker that is closed. */
export function createStoreBreaker(options: StoreBreakerOptions): StoreBreaker {
  const { deadlineMs, failuresToOpen, pauseMs, clock } = options;
  let failures = 0;
  let retryAtMs = 0;

  const isOpen = (): boolean => failures >= failuresToOpen && clock() < retryAtMs;

  return {
    get isOpen() {
      return isOpen();
    },
    async run(look) {
      if (isOpen()) throw new StoreAwayError('the store was away a moment ago');
      // After the pause the first look-up is the probe; while it is under way the breaker is open to the others.
      if (failures >= failuresToOpen) retryAtMs = clock() + pauseMs;
      try {
        const result = await withDeadline(look(), deadlineMs);
        failures = 0;
        return result;
      } catch (cause) {
        failures += 1;
        if (failures >= failuresToOpen) retryAtMs = clock() + pauseMs;
        throw cause instanceof StoreAwayError ? cause : new StoreAwayError('the store failed', { cause });
      }
    },
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
