import { softmaxInPlace } from '../learning/logistic-regression.js';
import { SURFACE_COUNT } from './prompt-surface.js';

/** How a prompt becomes the regression's features. Plain values and typed arrays: structured clone carries it. */
export interface OutcomeFeatureMap {
  readonly dimensions: number;
  /** By which the surface's numbers are standardised. */
  readonly surfaceMean: Float32Array;
  readonly surfaceDeviation: Float32Array;
  /** Tells the task among those that outcomes name; absent where they name fewer than two. */
  readonly head?: OutcomeTaskHead;
  /** Of the features before the constant one, which are centred by it. */
  readonly featureMean: Float32Array;
}

/** A calibrated linear head over vector and surface. */
export interface OutcomeTaskHead {
  /** Task index by class. */
  readonly taskOfClass: Int32Array;
  /** Row-major, one row a class: the vector's weights, then the surface's. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Scales of the groups of features: a larger scale is a weaker prior on the group's weights. Settled by marginal
 * likelihood and cross-validated AIQ on two public sets; both are flat around these.
 */
const POSTERIOR_SCALE = 2;
const SURFACE_SCALE = 0.15;
const INTERACTION_SCALE = 0.15;
/** Leaves each model's level nearly free. */
const CONSTANT = 5;
/** Of the surface beside the vector in the head. */
export const HEAD_SURFACE_SCALE = 0.2;
/** Standardised surface numbers are cut here. */
const SURFACE_LIMIT = 4;
/** Classes whose surface slopes are learned apart; classes come by size, the largest first. */
const MAX_INTERACTING_CLASSES = 16;

/** Features before the constant one. */
export function centredFeatureCount(dimensions: number, classCount: number): number {
  return dimensions + classCount + SURFACE_COUNT * (1 + Math.min(classCount, MAX_INTERACTING_CLASSES));
}

/** The surface's numbers with mean 0 and deviation 1 over the outcomes' prompts. */
export function standardisedSurface(
  map: Pick<OutcomeFeatureMap, 'surfaceMean' | 'surfaceDeviation'>,
  surface: Float64Array,
): Float64Array {
  return surface.map((value, index) => {
    const scaled = (value - (map.surfaceMean[index] ?? 0)) / (map.surfaceDeviation[index] ?? 1);
    return Math.min(SURFACE_LIMIT, Math.max(-SURFACE_LIMIT, scaled));
  });
}

/** Probability of each class of the head; empty without one. */
export function classProbabilities(
  head: OutcomeTaskHead | undefined,
  vector: Float32Array,
  surface: Float64Array,
): Float64Array {
  if (head === undefined) return new Float64Array(0);
  const { weights, bias } = head;
  const logits = Float64Array.from(bias);
  const width = vector.length + SURFACE_COUNT;
  for (let row = 0; row < logits.length; row += 1) {
    const start = row * width;
    let sum = 0;
    for (let k = 0; k < vector.length; k += 1) sum += (weights[start + k] ?? 0) * (vector[k] ?? 0);
    for (let k = 0; k < SURFACE_COUNT; k += 1) {
      sum += (weights[start + vector.length + k] ?? 0) * HEAD_SURFACE_SCALE * (surface[k] ?? 0);
    }
    logits[row] = (logits[row] ?? 0) + sum;
  }
  softmaxInPlace(logits);
  return logits;
}

/** What {@link writeFeatures} reads. */
export interface FeatureParts {
  readonly vector: ArrayLike<number>;
  /** Standardised. */
  readonly surface: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

/** Writes vector, probabilities, surface and their products, centred by `mean`, then the constant, into `target`. */
export function writeFeatures(parts: FeatureParts, mean: ArrayLike<number>, target: Float64Array): void {
  const { vector, surface, probabilities } = parts;
  let cell = 0;
  for (let k = 0; k < vector.length; k += 1, cell += 1) target[cell] = (vector[k] ?? 0) - (mean[cell] ?? 0);
  for (let k = 0; k < probabilities.length; k += 1, cell += 1) {
    target[cell] = POSTERIOR_SCALE * (probabilities[k] ?? 0) - (mean[cell] ?? 0);
  }
  for (let k = 0; k < SURFACE_COUNT; k += 1, cell += 1) {
    target[cell] = SURFACE_SCALE * (surface[k] ?? 0) - (mean[cell] ?? 0);
  }
  const interacting = Math.min(probabilities.length, MAX_INTERACTING_CLASSES);
  for (let row = 0; row < interacting; row += 1) {
    const weight = INTERACTION_SCALE * (probabilities[row] ?? 0);
    for (let k = 0; k < SURFACE_COUNT; k += 1, cell += 1) {
      target[cell] = weight * (surface[k] ?? 0) - (mean[cell] ?? 0);
    }
  }
  target[cell] = CONSTANT;
}
