/** Coefficients of Lanczos' approximation of the gamma function (g = 7, n = 9; relative error below 1e-14). */
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/**
 * One-sided upper bound of a rate of which `events` were seen in `trials` (Clopper and Pearson 1934): the rate at which
 * so few events would have a probability of 1 - confidence. 1 without trials.
 */
export function clopperPearsonUpper(events: number, trials: number, confidence: number): number {
  if (trials <= 0 || events >= trials) return 1;
  let low = events / trials;
  let high = 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (isUpperBoundUnder(middle, { events, trials, confidence })) high = middle;
    else low = middle;
  }
  return high;
}

/** Whether {@link clopperPearsonUpper} is at most `rate`, at a sixtieth of its cost. */
export function isUpperBoundUnder(
  rate: number,
  seen: { readonly events: number; readonly trials: number; readonly confidence: number },
): boolean {
  const { events, trials, confidence } = seen;
  if (trials <= 0 || events >= trials) return rate >= 1;
  // P(X <= events) = I_{1 - rate}(trials - events, events + 1)
  return regularisedBeta(1 - rate, trials - events, events + 1) <= 1 - confidence;
}

/** Regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (Press et al., section 6.4). */
export function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return (front * continuedFraction(x, a, b)) / a;
  return 1 - (front * continuedFraction(1 - x, b, a)) / b;
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guard = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const change = d * c;
    result *= change;
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return result;
}

function logGamma(x: number): number {
  const shifted = x - 1;
  let series = LANCZOS[0] ?? 1;
  for (let index = 1; index < LANCZOS.length; index += 1) series += (LANCZOS[index] ?? 0) / (shifted + index);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series);
}
