import type { BreakerSettings } from '../config/dispatch-settings.js';
import type { MonotonicClock } from '../trace.js';
import type { AttemptFailure } from './error-class.js';

/** `closed` takes calls · `open` takes none · `halfOpen` takes one probe at a time · `paused` was asked to wait. */
export type BreakerState = 'closed' | 'open' | 'halfOpen' | 'paused';

/** A call that was let through. Exactly one of its methods is called, once. */
export interface Passage {
  readonly isProbe: boolean;
  succeed(): void;
  fail(failure: AttemptFailure): void;
  /** The call ended without saying anything about the deployment. */
  cancel(): void;
}

/** Watches one deployment and leaves it alone while it fails. */
export interface Breaker {
  state(): BreakerState;
  /** Whether `enter` would let a call through. */
  canEnter(): boolean;
  /** Lets a call through, or returns undefined. */
  enter(): Passage | undefined;
  /** Whether `enterEarly` would let a probe through. */
  canEnterEarly(): boolean;
  /** Lets a health probe through: also before a rest is over, but never beside another probe or within a pause. */
  enterEarly(): Passage | undefined;
  /** A failure of a call that had succeeded at first, such as a stream that broke. */
  noteFailure(failure: AttemptFailure): void;
  /** Milliseconds until calls may be let through; 0 when they may. */
  waitMs(): number;
}

/** What {@link createBreaker} needs. */
export interface BreakerOptions {
  readonly settings: BreakerSettings;
  readonly clock: MonotonicClock;
  readonly random: () => number;
  /** Told of each change. */
  readonly onChange?: (state: BreakerState) => void;
}

/** Part of an opening's length that is random, so that replicas don't probe in step. */
const JITTER_SHARE = 0.2;
const WINDOW_BUCKETS = 10;

/**
 * Creates a breaker. It opens after so many failures in a row, or when a share of recent calls fails; after a pause it
 * lets single probes through, closes once enough of them succeed, and doubles the pause when one fails. Refused keys
 * and unknown models open it at once and for longer. A rate limit pauses it for as long as the provider asks. Failures
 * of calls that were sent before it opened change nothing.
 */
export function createBreaker({ settings, clock, random, onChange }: BreakerOptions): Breaker {
  const window = createOutcomeWindow(settings.windowMs, clock);
  let opened: { readonly untilMs: number; readonly lengthMs: number } | undefined;
  let pausedUntilMs = 0;
  let failuresInRow = 0;
  let probesDone = 0;
  let isProbing = false;

  function state(): BreakerState {
    const nowMs = clock();
    if (opened !== undefined) return nowMs < opened.untilMs ? 'open' : 'halfOpen';
    return nowMs < pausedUntilMs ? 'paused' : 'closed';
  }

  function open(lengthMs: number): void {
    opened = { lengthMs, untilMs: clock() + lengthMs * (1 - JITTER_SHARE * random()) };
    probesDone = 0;
    onChange?.('open');
  }

  function close(): void {
    opened = undefined;
    failuresInRow = 0;
    window.clear();
    onChange?.('closed');
  }

  function noteFailure(failure: AttemptFailure): void {
    const { errorClass } = failure;
    if (errorClass === 'rateLimited') {
      pausedUntilMs = Math.max(pausedUntilMs, clock() + (failure.retryAfterMs ?? settings.rateLimitedMs));
      onChange?.('paused');
      return;
    }
    if (errorClass === 'auth' || errorClass === 'gone') {
      open(settings.brokenMs);
      return;
    }
    if (errorClass !== 'retryable' || opened !== undefined) return;
    failuresInRow++;
    window.add(false);
    const { calls, failures } = window.sums();
    const isTooMany = calls >= settings.minCalls && failures >= calls * settings.failureShare;
    if (failuresInRow >= settings.consecutiveFailures || isTooMany) open(settings.openMs);
  }

  function succeedProbe(): void {
    isProbing = false;
    probesDone++;
    if (probesDone >= settings.probes) close();
  }

  function enterProbe(): Passage {
    isProbing = true;
    return {
      isProbe: true,
      succeed: succeedProbe,
      fail(failure) {
        isProbing = false;
        const lengthMs = opened?.lengthMs ?? settings.openMs;
        if (failure.errorClass === 'retryable') open(Math.min(lengthMs * 2, Math.max(settings.maxOpenMs, lengthMs)));
        else if (isAnswered(failure)) succeedProbe();
        else noteFailure(failure);
      },
      cancel() {
        isProbing = false;
      },
    };
  }

  const canEnter = (): boolean => {
    const current = state();
    return current === 'closed' || (current === 'halfOpen' && !isProbing && clock() >= pausedUntilMs);
  };

  const canEnterEarly = (): boolean => !isProbing && clock() >= pausedUntilMs;
  const enterCall = (): Passage => ({
    isProbe: false,
    succeed() {
      failuresInRow = 0;
      window.add(true);
    },
    fail: noteFailure,
    cancel: () => undefined,
  });
  const enterAny = (): Passage => (opened === undefined ? enterCall() : enterProbe());

  return {
    state,
    canEnter,
    noteFailure,
    enter: () => (canEnter() ? enterAny() : undefined),
    canEnterEarly,
    enterEarly: () => (canEnterEarly() ? enterAny() : undefined),
    waitMs: () => Math.max(0, (opened?.untilMs ?? 0) - clock(), pausedUntilMs - clock()),
  };
}

/** Whether the deployment is alive, though it refused this request. */
function isAnswered({ errorClass }: AttemptFailure): boolean {
  return errorClass === 'badRequest' || errorClass === 'contextTooLong' || errorClass === 'contentFiltered';
}

interface OutcomeWindow {
  add(isSuccess: boolean): void;
  sums(): { readonly calls: number; readonly failures: number };
  clear(): void;
}

/** Counts of calls and failures over the last while, in a few buckets. */
function createOutcomeWindow(lengthMs: number, clock: MonotonicClock): OutcomeWindow {
  const bucketMs = Math.max(1, lengthMs / WINDOW_BUCKETS);
  let buckets: { readonly id: number; calls: number; failures: number }[] = [];
  const recent = (): typeof buckets => {
    const oldest = Math.floor(clock() / bucketMs) - WINDOW_BUCKETS;
    if ((buckets[0]?.id ?? Infinity) <= oldest) buckets = buckets.filter(({ id }) => id > oldest);
    return buckets;
  };
  return {
    add(isSuccess) {
      const id = Math.floor(clock() / bucketMs);
      let last = recent().at(-1);
      if (last?.id !== id) {
        last = { id, calls: 0, failures: 0 };
        buckets.push(last);
      }
      last.calls++;
      if (!isSuccess) last.failures++;
    },
    sums() {
      const sums = { calls: 0, failures: 0 };
      for (const { calls, failures } of recent()) {
        sums.calls += calls;
        sums.failures += failures;
      }
      return sums;
    },
    clear() {
      buckets = [];
    },
  };
}
