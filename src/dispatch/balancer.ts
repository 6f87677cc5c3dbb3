/** How busy a deployment is. */
export interface Load {
  /** Share of the traffic it should get, relative to the others. */
  readonly weight: number;
  /** Peak-EWMA latency; undefined where it was never asked. */
  readonly latencyMs: number | undefined;
  readonly inFlight: number;
  /** Recent share of failed calls, 0 to 1. */
  readonly failureShare: number;
}

/** A deployment that mostly fails still counts as this reliable, so that its score stays finite. */
const MIN_RELIABILITY = 0.05;
/** Latency that stands for "nobody was asked yet". */
const UNKNOWN_LATENCY_MS = 1;

/**
 * Load scores, lower is better: latency × (1 + in-flight per relative weight) / reliability². A deployment that was
 * never asked takes the lowest latency of the others: it is tried soon, and its own in-flight calls keep it from being
 * flooded.
 */
export function loadScores(loads: readonly Load[]): readonly number[] {
  const known = loads.flatMap(({ latencyMs }) => latencyMs ?? []);
  const unknownMs = known.length === 0 ? UNKNOWN_LATENCY_MS : Math.min(...known);
  const meanWeight = loads.reduce((sum, { weight }) => sum + weight, 0) / loads.length;
  return loads.map(({ weight, latencyMs, inFlight, failureShare }) => {
    const relativeWeight = weight > 0 && meanWeight > 0 ? weight / meanWeight : 1;
    const reliability = Math.max(MIN_RELIABILITY, 1 - failureShare);
    const latency = Math.max(latencyMs ?? unknownMs, Number.EPSILON);
    return (latency * (1 + inFlight / relativeWeight)) / reliability ** 2;
  });
}

/**
 * Power of two choices: draws two deployments by weight and compares their scores. The first drawn is kept unless the
 * other is less loaded; then it is kept with probability (score of the other / its own)². So equal load gives traffic
 * exactly by weight, twice the load gives at most a quarter of it, and ten times the load a hundredth.
 *
 * @returns an index into `loads`, which must not be empty. Weight 0 is drawn only where all weights are 0.
 */
export function pickByLoad(loads: readonly Load[], random: () => number): number {
  const first = drawByWeight(loads, random, -1);
  if (loads.length === 1) return first;
  const second = drawByWeight(loads, random, first);
  if (second < 0) return first;
  const scores = loadScores(loads);
  const ratio = (scores[second] ?? 0) / (scores[first] ?? 1);
  return ratio >= 1 || random() < ratio ** 2 ? first : second;
}

/** Draws an index by weight, leaving one out; -1 where nothing but weight 0 is left beside it. */
function drawByWeight(loads: readonly Load[], random: () => number, leftOut: number): number {
  let total = 0;
  for (const [index, { weight }] of loads.entries()) if (index !== leftOut) total += weight;
  if (total <= 0) return leftOut >= 0 ? -1 : Math.floor(random() * loads.length);
  let rest = random() * total;
  let last = -1;
  for (const [index, { weight }] of loads.entries()) {
    if (index === leftOut || weight <= 0) continue;
    last = index;
    rest -= weight;
    if (rest < 0) return index;
  }
  return last;
}
