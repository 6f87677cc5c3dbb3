/** Latency as a balancer sees it: jumps up at once, comes down slowly. */
export interface PeakEwma {
  observe(latencyMs: number, nowMs: number): void;
  /** Undefined until the first observation. Decays while nothing is observed, so that a slow deployment is asked again. */
  value(nowMs: number): number | undefined;
}

/** Time after which an observation counts 1/e. */
const DEFAULT_TAU_MS = 10_000;

/**
 * Peak exponentially weighted moving average, as in Twitter's Finagle: a latency above the average replaces it; one
 * below pulls it down with weight 1 - exp(-dt / tau), dt being the time since the last observation.
 */
export function createPeakEwma(tauMs = DEFAULT_TAU_MS): PeakEwma {
  let average: number | undefined;
  let observedAtMs = 0;
  const weight = (nowMs: number): number => Math.exp(-Math.max(0, nowMs - observedAtMs) / tauMs);
  return {
    observe(latencyMs, nowMs) {
      if (average === undefined || latencyMs > average * weight(nowMs)) average = latencyMs;
      else average = average * weight(nowMs) + latencyMs * (1 - weight(nowMs));
      observedAtMs = nowMs;
    },
    value: (nowMs) => (average === undefined ? undefined : average * weight(nowMs)),
  };
}
