/** Probabilities with what came true. */
export interface CalibrationInput {
  /** Of the predicted class, 0 to 1. */
  readonly probabilities: ArrayLike<number>;
  /** 1 where the prediction was right, else 0. */
  readonly outcomes: ArrayLike<number>;
}

/** One bar of a calibration curve. */
export interface CalibrationBin {
  readonly count: number;
  readonly meanProbability: number;
  readonly shareRight: number;
}

/** Equally wide bins over 0 to 1; empty ones are left out. */
export function calibrationBins(input: CalibrationInput, binCount = 15): readonly CalibrationBin[] {
  const bins = Array.from({ length: binCount }, () => ({ count: 0, probability: 0, right: 0 }));
  for (let index = 0; index < input.probabilities.length; index += 1) {
    const probability = input.probabilities[index] ?? 0;
    const bin = bins[Math.min(binCount - 1, Math.floor(probability * binCount))];
    if (bin === undefined) continue;
    bin.count += 1;
    bin.probability += probability;
    bin.right += input.outcomes[index] ?? 0;
  }
  return bins
    .filter(({ count }) => count > 0)
    .map(({ count, probability, right }) => ({
      count,
      meanProbability: probability / count,
      shareRight: right / count,
    }));
}

/** Mean gap between probability and share of right predictions, weighted by bin (Guo et al. 2017); 0 without data. */
export function expectedCalibrationError(input: CalibrationInput): number {
  const total = input.probabilities.length;
  let gap = 0;
  for (const bin of calibrationBins(input)) {
    gap += (bin.count / total) * Math.abs(bin.meanProbability - bin.shareRight);
  }
  return gap;
}
