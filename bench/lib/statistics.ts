import type { Random } from './random.js';

/** Bounds of a confidence interval. */
export type Interval = readonly [low: number, high: number];

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value below which the share `fraction` (0 to 1) of the values lies, interpolated; NaN of nothing. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

/** What latencies are told by, in the unit of the values. */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Percentiles of latencies. All values are kept and sorted, so nothing is rounded to a bucket. */
export function summarizeLatencies(values: readonly number[]): LatencySummary {
  return {
    count: values.length,
    mean: mean(values),
    p50: quantile(values, 0.5),
    p90: quantile(values, 0.9),
    p99: quantile(values, 0.99),
    p999: quantile(values, 0.999),
    max: quantile(values, 1),
  };
}

/**
 * 95% percentile bootstrap interval of a statistic of rows: rows are drawn with replacement `rounds` times.
 * Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
 */
export function bootstrapInterval<T>(
  rows: readonly T[],
  statistic: (rows: readonly T[]) => number,
  random: Random,
  rounds = 1000,
): Interval {
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    values.push(statistic(rows.map(() => rows[Math.floor(random() * rows.length)] as T)));
  }
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/** Pearson's correlation; NaN when one side is constant. */
export function pearson(a: readonly number[], b: readonly number[]): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let both = 0;
  let squaresA = 0;
  let squaresB = 0;
  a.forEach((value, index) => {
    const fromA = value - meanA;
    const fromB = (b[index] ?? 0) - meanB;
    both += fromA * fromB;
    squaresA += fromA * fromA;
    squaresB += fromB * fromB;
  });
  return both / Math.sqrt(squaresA * squaresB);
}

/** Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return pearson(ranks(a), ranks(b));
}

/** Ranks from 0; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((x, y) => x.value - y.value);
  const ranked = new Array<number>(values.length).fill(0);
  let from = 0;
  while (from < order.length) {
    let to = from;
    while (order[to + 1]?.value === order[from]?.value && to + 1 < order.length) to++;
    for (let place = from; place <= to; place++) ranked[order[place]?.index ?? 0] = (from + to) / 2;
    from = to + 1;
  }
  return ranked;
}
