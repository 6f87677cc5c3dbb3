import type { RetrySettings } from '../config/dispatch-settings.js';
import type { MonotonicClock } from '../trace.js';

/** Bounds the work that failures cause, so that an outage is not made worse by retries. */
export interface RetryBudget {
  /** A call came in: it earns a share of a retry. */
  noteCall(): void;
  /** Spends one retry or hedge; false when none is left. */
  spend(): boolean;
  /** Retries that could be spent now. */
  readonly balance: number;
}

/** Seconds of the constant allowance that can be saved up. */
const RESERVE_SECONDS = 10;
/** Most retries that calls can save up. */
const MAX_EARNED = 100;

/**
 * Creates a budget as Finagle's: every call earns `budgetShare` of a retry, and `minPerSecond` retries are always
 * allowed, so that a service with little traffic can retry too.
 */
export function createRetryBudget(settings: RetrySettings, clock: MonotonicClock): RetryBudget {
  const maxReserve = settings.minPerSecond * RESERVE_SECONDS;
  let reserve = maxReserve;
  let earned = 0;
  let refilledAtMs = clock();
  function refill(): void {
    const nowMs = clock();
    reserve = Math.min(maxReserve, reserve + (Math.max(0, nowMs - refilledAtMs) / 1000) * settings.minPerSecond);
    refilledAtMs = nowMs;
  }
  return {
    noteCall() {
      earned = Math.min(MAX_EARNED, earned + settings.budgetShare);
    },
    spend() {
      if (earned >= 1) {
        earned -= 1;
        return true;
      }
      refill();
      if (reserve < 1) return false;
      reserve -= 1;
      return true;
    },
    get balance() {
      refill();
      return Math.floor(earned) + Math.floor(reserve);
    },
  };
}
