import { RouterError, throwIfAborted } from '../errors.js';

/**
 * How a leader's work ended: with a value for the others; without one, so that the next tries ("retry": it failed or was cancelled); or with
 * something that can't be shared, so that nobody should wait for it again ("release").
 */
export type FlightOutcome<T> = { readonly value: T } | 'retry' | 'release';

/** A turn at producing what several callers wait for. */
export type Turn<T> =
  /** The caller produces it. Calling `settle` again has no effect. */
  | { readonly kind: 'lead'; readonly settle: (outcome: FlightOutcome<T>) => void }
  /** Another caller produced it. */
  | { readonly kind: 'follow'; readonly value: T }
  /** The caller goes by itself and owes nobody anything. */
  | { readonly kind: 'alone' };

/** Lets one of several callers with the same key do the work. */
export interface SingleFlight<T> {
  /**
   * The first caller of a key leads. The others wait for its value, at most `maxWaitMs` and never past their own signal. Where a leader
   * settles with "retry" the caller that waited longest leads next; with "release" all go alone.
   *
   * @throws RouterError CALL_CANCELLED or DEADLINE_EXCEEDED when the caller's own signal aborts
   */
  join(key: string, options: { readonly signal: AbortSignal; readonly maxWaitMs: number }): Promise<Turn<T>>;
  /** Keys in flight. */
  readonly size: number;
}

type Waiter<T> = (turn: Turn<T>) => void;

/** A single flight in this process. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Set<Waiter<T>>>();

  const lead = (key: string, waiters: Set<Waiter<T>>): Turn<T> => {
    let isSettled = false;
    return {
      kind: 'lead',
      settle(outcome) {
        if (isSettled) return;
        isSettled = true;
        const [next] = waiters;
        if (outcome === 'retry' && next !== undefined) {
          next(lead(key, waiters));
          return;
        }
        flights.delete(key);
        const turn: Turn<T> =
          typeof outcome === 'object' ? { kind: 'follow', value: outcome.value } : { kind: 'alone' };
        for (const waiter of [...waiters]) waiter(turn);
      },
    };
  };

  return {
    get size() {
      return flights.size;
    },
    async join(key, { signal, maxWaitMs }) {
      throwIfAborted(signal);
      const waiters = flights.get(key);
      if (waiters === undefined) {
        const created = new Set<Waiter<T>>();
        flights.set(key, created);
        return lead(key, created);
      }
      return new Promise<Turn<T>>((resolve, reject) => {
        const leave = (): void => {
          waiters.delete(waiter);
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        const waiter: Waiter<T> = (turn) => {
          leave();
          resolve(turn);
        };
        const onAbort = (): void => {
          leave();
          reject(RouterError.from(signal.reason));
        };
        const timer = setTimeout(() => waiter({ kind: 'alone' }), maxWaitMs);
        waiters.add(waiter);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
