import { acceptanceInputs, acceptanceProbability, lowestThreshold } from '../../src/cache/acceptance.js';
import type { AcceptanceEvidence, AcceptanceWeights } from '../../src/cache/acceptance.js';
import { fitLogisticRegression } from '../../src/learning/logistic-regression.js';
import { sparseMatrixOf } from '../../src/learning/sparse-matrix.js';

/** A pair that the guard let through, with its truth. */
export interface LabelledEvidence {
  readonly evidence: AcceptanceEvidence;
  readonly isSame: boolean;
}

/** A pair of a sample; without evidence where a look-up refuses it before weighing. */
export interface SampledPair {
  readonly evidence?: AcceptanceEvidence;
  /** Whether a look-up would look at the stored prompt at all. */
  readonly isSeen: boolean;
  readonly isSame: boolean;
}

export type InputName = keyof AcceptanceWeights['inputs'];

/** As half the squared norm of the binary weights against the summed loss. */
const REGULARISATION = 0.1;
/** The scale of the weights that are written. */
const DIGITS = 2;

/** How {@link fitWeights} fits. */
export interface FitOptions {
  /** Inputs that weigh something. */
  readonly names: readonly InputName[];
  /** Holds the cosine's weight at so many times the logit's; fitted freely where absent. */
  readonly similarityPerLogit?: number;
  /** The same for the share of words without a counterpart. */
  readonly uncoveredPerLogit?: number;
}

/** Logistic regression, its weights rounded. */
export function fitWeights(
  pairs: readonly LabelledEvidence[],
  { names, similarityPerLogit, uncoveredPerLogit }: FitOptions,
): AcceptanceWeights {
  const perLogit: Partial<Record<InputName, number | undefined>> = {
    similarity: similarityPerLogit,
    uncovered: uncoveredPerLogit,
  };
  const columns = names.filter((name) => perLogit[name] === undefined);
  const rows = pairs.map(({ evidence }) => {
    const inputs = acceptanceInputs(evidence);
    const held = (similarityPerLogit ?? 0) * inputs.similarity + (uncoveredPerLogit ?? 0) * inputs.uncovered;
    return columns.map((name) => inputs[name] + (name === 'verifierLogit' ? held : 0));
  });
  const { weights, bias } = fitLogisticRegression({
    features: {
      dense: { values: Float64Array.from(rows.flat()), rowCount: rows.length, columnCount: columns.length },
      sparse: sparseMatrixOf(
        rows.map(() => ({ columns: [], values: [] })),
        0,
      ),
    },
    labels: Int32Array.from(pairs, ({ isSame }) => (isSame ? 1 : 0)),
    classCount: 2,
    // Two classes share each binary weight, so their squared norm is half of its square.
    regularisation: 2 * REGULARISATION,
    maxIterations: 200,
  });
  const weightOf = (name: InputName): number => {
    const column = columns.indexOf(name);
    const [different = 0, same = 0] = [column, columns.length + column].map((cell) => weights.values[cell]);
    return column === -1 ? 0 : round(same - different);
  };
  const verifierLogit = weightOf('verifierLogit');
  const heldOrFitted = (name: InputName): number => {
    const held = perLogit[name];
    return held === undefined ? weightOf(name) : round(held * verifierLogit);
  };
  return {
    bias: round((bias[1] ?? 0) - (bias[0] ?? 0)),
    inputs: {
      similarity: heldOrFitted('similarity'),
      verifierLogit,
      uncovered: heldOrFitted('uncovered'),
      isSuspected: weightOf('isSuspected'),
    },
  };
}

/** A scored pair whose truth is known. */
export interface ScoredPair {
  readonly probability: number;
  readonly isSame: boolean;
}

/**
 * The lowest threshold at which wrong hits among the different pairs stay within `maxFalseHitRate`, never below `least`. With fewer
 * than `1 / maxFalseHitRate` different pairs the data can't show the rate, and `least` is the answer.
 */
export function calibrateThreshold(pairs: readonly ScoredPair[], maxFalseHitRate: number, least: number): number {
  const different = pairs.filter((pair) => !pair.isSame).map((pair) => pair.probability);
  const allowed = different.length * maxFalseHitRate;
  return allowed < 1 ? least : Math.max(least, lowestThreshold(different, Math.floor(allowed)));
}

/**
 * The weights with the bias at which `threshold` lets through at most `maxFalseHitRate` of the different pairs of the sample. A
 * bias from the fit would only tell how many of the fitted pairs were written to be the same.
 */
export function settleBias(
  weights: AcceptanceWeights,
  sample: readonly SampledPair[],
  { threshold, maxFalseHitRate }: { readonly threshold: number; readonly maxFalseHitRate: number },
): AcceptanceWeights {
  const scored = sample.map(({ evidence, isSame }) => ({
    probability: evidence === undefined ? 0 : acceptanceProbability(evidence, weights),
    isSame,
  }));
  const lowest = calibrateThreshold(scored, maxFalseHitRate, 0);
  const scale = 10 ** DIGITS;
  // Rounded down, so that rounding lets no pair in.
  const bias = Math.floor((weights.bias + logitOf(threshold) - logitOf(lowest)) * scale) / scale;
  return { ...weights, bias };
}

/** Shares of hits among the pairs that are the same, and among those that are not. */
export function hitRates(
  sample: readonly SampledPair[],
  weights: AcceptanceWeights,
  threshold: number,
): { readonly recall: number; readonly falseHitRate: number } {
  const rateOf = (isSame: boolean): number => {
    const pairs = sample.filter((pair) => pair.isSame === isSame);
    const hits = pairs.filter(
      ({ evidence }) => evidence !== undefined && acceptanceProbability(evidence, weights) >= threshold,
    );
    return pairs.length === 0 ? 0 : hits.length / pairs.length;
  };
  return { recall: rateOf(true), falseHitRate: rateOf(false) };
}

function logitOf(probability: number): number {
  return Math.log(probability / (1 - probability));
}

function round(value: number): number {
  return Number(value.toFixed(DIGITS));
}
