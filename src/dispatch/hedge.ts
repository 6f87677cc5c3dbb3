import { runAttempt, type Attempted, type AttemptOrder, type AttemptOutcome } from './attempt-runner.js';
import type { MonotonicClock } from '../trace.js';

/** A race of two attempts. */
export interface HedgeRace<Result> {
  readonly first: AttemptOrder<Result>;
  /** How long the first may take alone. */
  readonly delayMs: number;
  /** The second attempt, asked for when the delay is over; undefined where none may be made. */
  readonly second: () => AttemptOrder<Result> | undefined;
  /** Told of an attempt that was answered as well, a moment too late. */
  readonly discard: (attempted: Attempted<Result>) => void;
}

/** What a race brought: one end, and what became of the other attempt, if there was one. */
export interface HedgeResult<Result> {
  readonly outcome: AttemptOutcome<Result>;
  /** An attempt that failed before the outcome, in its own right. */
  readonly earlier?: AttemptOutcome<Result>;
  /** Resolves with an attempt that was cancelled because the other was faster. */
  readonly loser?: Promise<AttemptOutcome<Result>>;
}

/**
 * Sends a second attempt when the first is unusually slow, takes whichever answers first and cancels the other.
 * (Dean and Barroso, "The Tail at Scale", 2013.)
 */
export async function raceAttempts<Result>(
  race: HedgeRace<Result>,
  clock: MonotonicClock,
): Promise<HedgeResult<Result>> {
  const first = start(race.first, clock);
  const early = await Promise.race([first.outcome, pause(race.delayMs)]);
  if (early !== undefined) return { outcome: early };
  const order = race.second();
  if (order === undefined) return { outcome: await first.outcome };
  const second = start(order, clock);
  const attempts = [first, second] as const;
  const firstDone = await Promise.race(attempts.map(async (attempt) => ({ attempt, outcome: await attempt.outcome })));
  const other = firstDone.attempt === first ? second : first;
  if (firstDone.outcome.kind === 'failed') return { outcome: await other.outcome, earlier: firstDone.outcome };
  other.cancel();
  const loser = other.outcome.then((outcome) => {
    if (outcome.kind === 'answered') race.discard(outcome.attempted);
    return outcome;
  });
  return { outcome: firstDone.outcome, loser };
}

interface Started<Result> {
  readonly outcome: Promise<AttemptOutcome<Result>>;
  cancel(): void;
}

function start<Result>(order: AttemptOrder<Result>, clock: MonotonicClock): Started<Result> {
  const controller = new AbortController();
  const signal = AbortSignal.any([order.signal, controller.signal]);
  return { outcome: runAttempt({ ...order, signal }, clock), cancel: () => controller.abort() };
}

function pause(delayMs: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(undefined);
    }, delayMs).unref();
  });
}
