/** One pair of prompts and what a cache made of it. */
export interface PairOutcome {
  readonly isSame: boolean;
  readonly category: string;
  readonly isHit: boolean;
  /** Where it hit: whether it returned the answer that was stored for its partner. False in stream mode for another's answer. */
  readonly isOwnAnswer: boolean;
}

/** Figures of one way to decide hits. Rates in 0..1. */
export interface CacheFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Wrong hits among the pairs that must not hit; in stream mode among all prompts asked. */
  readonly falseHitRate: number;
  readonly hits: number;
  readonly wrongHits: number;
  readonly n: number;
  readonly byCategory: Readonly<
    Record<string, { readonly n: number; readonly hits: number; readonly wrongHits: number }>
  >;
}

/** Sums outcomes up. A ratio without anything to divide by is 0. */
export function cacheFigures(outcomes: readonly PairOutcome[], mode: 'pairs' | 'stream'): CacheFigures {
  const isWrong = (outcome: PairOutcome): boolean => outcome.isHit && !(outcome.isSame && outcome.isOwnAnswer);
  const count = (test: (outcome: PairOutcome) => boolean): number => outcomes.filter(test).length;
  const hits = count((outcome) => outcome.isHit);
  const wrongHits = count(isWrong);
  const same = count((outcome) => outcome.isSame);
  const precision = ratio(hits - wrongHits, hits);
  const recall = ratio(hits - wrongHits, same);
  const byCategory: Record<string, { n: number; hits: number; wrongHits: number }> = {};
  for (const outcome of outcomes) {
    const row = (byCategory[outcome.category] ??= { n: 0, hits: 0, wrongHits: 0 });
    row.n += 1;
    if (outcome.isHit) row.hits += 1;
    if (isWrong(outcome)) row.wrongHits += 1;
  }
  return {
    precision,
    recall,
    f1: ratio(2 * precision * recall, precision + recall),
    falseHitRate: ratio(wrongHits, mode === 'stream' ? outcomes.length : outcomes.length - same),
    hits,
    wrongHits,
    n: outcomes.length,
    byCategory,
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
