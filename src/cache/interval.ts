/** Bounds of a rate. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Clopper-Pearson interval of a binomial rate: covers the true rate at least with `confidence`, however few trials. Quantiles of the
 * beta distribution by bisection on the binomial tail (Clopper and Pearson, Biometrika 26, 1934). {0, 1} without trials.
 */
export function binomialInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials <= 0) return { lower: 0, upper: 1 };
  const tail = (1 - confidence) / 2;
  const lower = successes === 0 ? 0 : bisect((rate) => 1 - binomialCdf(successes - 1, trials, rate) < tail);
  const upper = successes === trials ? 1 : bisect((rate) => binomialCdf(successes, trials, rate) > tail);
  return { lower, upper };
}

/** The largest rate for which `isBelow` holds. */
function bisect(isBelow: (rate: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X <= k) for X ~ Binomial(n, rate), summed in logarithms. */
function binomialCdf(k: number, n: number, rate: number): number {
  if (rate <= 0) return 1;
  if (rate >= 1) return k >= n ? 1 : 0;
  let logTerm = n * Math.log1p(-rate);
  let sum = Math.exp(logTerm);
  for (let index = 1; index <= k; index += 1) {
    logTerm += Math.log((n - index + 1) / index) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}
