import type { Deployment } from '../bundle/bundle.js';
import type { MonotonicClock } from '../trace.js';
import type { Load } from './balancer.js';
import type { Breaker } from './breaker.js';
import { isDeploymentFault, type AttemptFailure } from './error-class.js';
import { createPeakEwma, type PeakEwma } from './peak-ewma.js';

/** What is remembered of one deployment, across snapshots. */
export interface DeploymentState {
  readonly breaker: Breaker;
  readonly inFlight: number;
  readonly calls: number;
  readonly failures: number;
  /** When the last call was begun; of a deployment that had none, when it was first looked at. */
  readonly lastCallAtMs: number;
  load(deployment: Deployment, isStream: boolean): Load;
  /** Latency that a share of recent calls stayed under; undefined with fewer than 20 of them. */
  percentileMs(share: number, isStream: boolean): number | undefined;
  begin(): CallRecord;
}

/** One call in flight. */
export interface CallRecord {
  succeed(latencyMs: number, isStream: boolean): void;
  /** A health probe was answered; its latency says nothing about that of real calls. */
  succeedProbe(): void;
  fail(failure: AttemptFailure): void;
  release(): void;
}

/** Latencies that percentiles are read from. */
const KEPT_LATENCIES = 128;
const MIN_LATENCIES = 20;
/** Weight of the newest call in the share of failures. */
const FAILURE_WEIGHT = 0.1;
/** The share of failures fades with this time constant while nobody asks. */
const FAILURE_TAU_MS = 10_000;

interface Latencies {
  readonly average: PeakEwma;
  readonly recent: number[];
  next: number;
}

/** Creates the memory of one deployment. */
export function createDeploymentState(breaker: Breaker, clock: MonotonicClock): DeploymentState {
  const latencies = { stream: newLatencies(), whole: newLatencies() };
  const waiting = new Set<{ readonly sinceMs: number }>();
  const counts = { inFlight: 0, calls: 0, failures: 0 };
  let failureShare = 0;
  let failureAtMs = 0;
  let lastCallAtMs = clock();

  const fadedShare = (): number => failureShare * Math.exp(-Math.max(0, clock() - failureAtMs) / FAILURE_TAU_MS);
  function noteOutcome(isFailure: boolean): void {
    failureShare = fadedShare() * (1 - FAILURE_WEIGHT) + (isFailure ? FAILURE_WEIGHT : 0);
    failureAtMs = clock();
  }

  /** Calls that wait longer than usual are news before they end: a black hole shows only so. */
  function latencyMs(isStream: boolean): number | undefined {
    const [oldest] = waiting;
    const averageMs = (isStream ? latencies.stream : latencies.whole).average.value(clock());
    const waitedMs = oldest === undefined ? 0 : clock() - oldest.sinceMs;
    return averageMs === undefined ? (waitedMs > 0 ? waitedMs : undefined) : Math.max(averageMs, waitedMs);
  }

  return {
    breaker,
    get inFlight() {
      return counts.inFlight;
    },
    get calls() {
      return counts.calls;
    },
    get failures() {
      return counts.failures;
    },
    get lastCallAtMs() {
      return lastCallAtMs;
    },
    load: ({ weight }, isStream) => ({
      weight,
      latencyMs: latencyMs(isStream),
      inFlight: counts.inFlight,
      failureShare: fadedShare(),
    }),
    percentileMs(share, isStream) {
      const { recent } = isStream ? latencies.stream : latencies.whole;
      if (recent.length < MIN_LATENCIES) return undefined;
      const sorted = [...recent].sort((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    },
    begin() {
      const wait = { sinceMs: clock() };
      lastCallAtMs = wait.sinceMs;
      waiting.add(wait);
      counts.inFlight++;
      counts.calls++;
      let isReleased = false;
      return {
        succeed(latency, isStream) {
          waiting.delete(wait);
          const kept = isStream ? latencies.stream : latencies.whole;
          kept.average.observe(latency, clock());
          kept.recent[kept.next++ % KEPT_LATENCIES] = latency;
          noteOutcome(false);
        },
        succeedProbe() {
          waiting.delete(wait);
          noteOutcome(false);
        },
        fail(failure) {
          waiting.delete(wait);
          if (!isDeploymentFault(failure.errorClass)) return;
          counts.failures++;
          noteOutcome(true);
        },
        release() {
          if (isReleased) return;
          isReleased = true;
          waiting.delete(wait);
          counts.inFlight--;
        },
      };
    },
  };
}

function newLatencies(): Latencies {
  return { average: createPeakEwma(), recent: [], next: 0 };
}
