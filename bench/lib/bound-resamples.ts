import { shareOf, type Judged } from './classification-figures.js';
import type { Random } from './random.js';
import { mean, quantile } from './statistics.js';

/** How a promise about wrong routes fared on many draws of held-out prompts. */
export interface BoundResamples {
  /** Share of the draws in which the rate of wrong routes was at most the risk. */
  readonly heldShare: number;
  readonly meanWrongRate: number;
  /** Rate that 95 in 100 draws stay under. */
  readonly wrongRate95: number;
  readonly meanRoutedShare: number;
}

/** Wrong routes among the prompts that were routed; 0 where none was. */
export function wrongRateOf(rows: readonly Judged[]): number {
  const routed = rows.filter((row) => !row.isAbstained);
  return routed.length === 0 ? 0 : shareOf(routed, (row) => row.predicted !== row.label);
}

/** Draws as many rows as there are, with replacement, `draws` times, and compares each draw's wrong routes with the risk. */
export function resampleBound(
  rows: readonly Judged[],
  { risk, draws, random }: { readonly risk: number; readonly draws: number; readonly random: Random },
): BoundResamples {
  const rates: number[] = [];
  const routedShares: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = rows.map(() => rows[Math.floor(random() * rows.length)] as Judged);
    rates.push(wrongRateOf(drawn));
    routedShares.push(shareOf(drawn, (row) => !row.isAbstained));
  }
  return {
    heldShare: rates.filter((rate) => rate <= risk).length / draws,
    meanWrongRate: mean(rates),
    wrongRate95: quantile(rates, 0.95),
    meanRoutedShare: mean(routedShares),
  };
}
