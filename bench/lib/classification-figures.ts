import { expectedCalibrationError } from '../../src/learning/calibration.js';
import { ranks } from './statistics.js';

/** What was found for one prompt. */
export interface Judged {
  readonly label: string;
  readonly predicted: string;
  /** Label of the nearest exemplar. */
  readonly nearest: string;
  readonly probability: number;
  readonly score: number;
  readonly isAbstained: boolean;
}

/** Share of rows for which the test holds; NaN of none. */
export function shareOf<T>(rows: readonly T[], test: (row: T) => boolean): number {
  let count = 0;
  for (const row of rows) if (test(row)) count += 1;
  return count / rows.length;
}

/** Share of right tasks, abstention or not. */
export const accuracyOf = (rows: readonly Judged[]): number => shareOf(rows, (row) => row.predicted === row.label);

/** Share of right tasks where an abstention counts as wrong. */
export const accuracyWithAbstentionOf = (rows: readonly Judged[]): number =>
  shareOf(rows, (row) => row.predicted === row.label && !row.isAbstained);

/** Share of abstentions: recall out of scope, false alarms in scope. */
export const abstainedShareOf = (rows: readonly Judged[]): number => shareOf(rows, (row) => row.isAbstained);

/** Share of prompts whose nearest exemplar has their label. */
export const nearestAccuracyOf = (rows: readonly Judged[]): number => shareOf(rows, (row) => row.nearest === row.label);

/** Expected calibration error of the predicted task's probability. */
export function calibrationErrorOf(rows: readonly Judged[]): number {
  return expectedCalibrationError({
    probabilities: rows.map((row) => row.probability),
    outcomes: rows.map((row) => (row.predicted === row.label ? 1 : 0)),
  });
}

/** Mean of the labels' F1. */
export function macroF1Of(rows: readonly Judged[]): number {
  const labels = [...new Set(rows.map((row) => row.label))];
  let sum = 0;
  for (const label of labels) {
    let hits = 0;
    let involved = 0;
    for (const row of rows) {
      if (row.label === label && row.predicted === label) hits += 1;
      involved += Number(row.label === label) + Number(row.predicted === label);
    }
    sum += involved === 0 ? 0 : (2 * hits) / involved;
  }
  return sum / labels.length;
}

/** Probability that a prompt in scope scores above one out of scope (Mann and Whitney). */
export function aurocOf(inScope: readonly Judged[], outOfScope: readonly Judged[]): number {
  const order = ranks([...inScope, ...outOfScope].map((row) => row.score));
  let sum = 0;
  inScope.forEach((_, place) => (sum += order[place] ?? 0));
  const count = inScope.length;
  return (sum - (count * (count - 1)) / 2) / (count * outOfScope.length);
}
