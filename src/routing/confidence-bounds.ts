/** A share seen in a number of trials. */
export interface ShareBoundOptions {
  /** 0 to 1. */
  readonly share: number;
  /** Trials; need not be whole. */
  readonly count: number;
  /** Quantile of the standard normal distribution at the one-sided confidence. */
  readonly z: number;
}

/** One-sided Wilson lower bound of a share (Wilson 1927), 0 to 1; 0 without trials. */
export function wilsonLowerBound({ share, count, z }: ShareBoundOptions): number {
  if (count <= 0) return 0;
  const z2 = z * z;
  const centre = share + z2 / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count));
  return Math.min(share, Math.max(0, (centre - spread) / (1 + z2 / count)));
}

/** Coefficients of Acklam's rational approximation of the inverse normal distribution (relative error below 1.2e-9). */
const CENTRE_NUMERATOR = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const CENTRE_DENOMINATOR = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL_NUMERATOR = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_DENOMINATOR = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
const TAIL = 0.02425;

/** Quantile of the standard normal distribution at `probability`, which lies strictly between 0 and 1. */
export function standardNormalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`a probability lies between 0 and 1, got ${probability}`);
  }
  if (probability > 1 - TAIL) return -standardNormalQuantile(1 - probability);
  if (probability < TAIL) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL_NUMERATOR, q) / polynomial(TAIL_DENOMINATOR, q);
  }
  const q = probability - 0.5;
  const r = q * q;
  return (polynomial(CENTRE_NUMERATOR, r) * q) / polynomial(CENTRE_DENOMINATOR, r);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
