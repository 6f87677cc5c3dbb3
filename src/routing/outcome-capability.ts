import type { CapabilityEstimate } from '../trace.js';
import type { CapabilityInput, CapabilityModel } from './capability.js';
import type { OutcomeCapabilityData, OutcomeModelData } from './outcome-capability-data.js';
import { classProbabilities, standardisedSurface, writeFeatures } from './outcome-features.js';
import { promptSurface } from './prompt-surface.js';

/** What {@link createOutcomeCapability} works from. */
export interface OutcomeCapabilityOptions {
  readonly data: OutcomeCapabilityData;
  /** Capability from the catalogue's evidence. */
  readonly evidence: CapabilityModel;
  /** Normal quantile of the bundle's one-sided confidence. */
  readonly z: number;
}

/** Standard deviation by which a benchmark's mean score misses the one that a service's own outcomes would give. */
const EVIDENCE_SHIFT = 0.1;
/** Added uncertainty where a model has no outcomes on tasks like the prompt's. */
const UNFAMILIAR_DEVIATION = 0.25;
/** Outcomes on a task after which it is half familiar. */
const HALF_FAMILIAR_COUNT = 10;
/** Outcomes with tokens that the catalogue's figure counts as. */
const TOKENS_PRIOR_COUNT = 3;

/**
 * Capability from outcomes, with the catalogue's evidence as prior: both give a mean and a variance for the prompt,
 * and each counts by the inverse of its variance. Models without outcomes keep their evidence. Takes some tens of
 * microseconds for 20 models.
 */
export function createOutcomeCapability(options: OutcomeCapabilityOptions): CapabilityModel {
  const { data, evidence, z } = options;
  const byModelIndex = new Map(data.models.map((model) => [model.modelIndex, model]));
  const features = new Float64Array(data.features.featureMean.length + 1);
  const directionCount = data.directions.length / features.length;
  const along = new Float64Array(directionCount);

  /** Posterior variances by group, in units of the noise variance, at the features. */
  function variances(): readonly number[] {
    let squares = 0;
    for (const value of features) squares += value * value;
    for (let row = 0; row < directionCount; row += 1) {
      const share = dotAt(data.directions, row * features.length, features);
      along[row] = share;
      squares -= share * share;
    }
    return data.groups.map(
      (group) => quadraticForm(group.covariance, along) + group.restVariance * Math.max(0, squares),
    );
  }

  return {
    estimate(input) {
      const prior = evidence.estimate(input);
      const surface = standardisedSurface(data.features, promptSurface(input.text));
      const probabilities = classProbabilities(data.features.head, input.vector, surface);
      writeFeatures({ vector: input.vector, surface, probabilities }, data.features.featureMean, features);
      const groupVariances = variances();
      return prior.map((estimate, modelIndex) => {
        const model = byModelIndex.get(modelIndex);
        if (model === undefined) return estimate;
        const deviation = model.noiseDeviation * data.widening;
        const unfamiliar = (1 - familiarity(model, input)) * UNFAMILIAR_DEVIATION ** 2;
        return combine(estimate, {
          mean: model.offset + dotAt(model.weights, 0, features),
          variance: deviation * deviation * (groupVariances[model.groupIndex] ?? 1) + unfamiliar,
          model,
          z,
        });
      });
    },
    expectedCompletionTokens(modelIndex, input) {
      const stated = evidence.expectedCompletionTokens(modelIndex, input);
      const model = byModelIndex.get(modelIndex);
      const count = model?.completionCountByTask[input.taskIndex] ?? 0;
      const mean = model?.completionTokensByTask[input.taskIndex] ?? Number.NaN;
      if (count === 0 || Number.isNaN(mean)) return stated;
      return (count * mean + TOKENS_PRIOR_COUNT * stated) / (count + TOKENS_PRIOR_COUNT);
    },
  };
}

/** 0 to 1: how much of the prompt's likely tasks the model's outcomes cover. Outcomes without a task cover all. */
function familiarity(model: OutcomeModelData, input: CapabilityInput): number {
  let known = 0;
  let covered = 0;
  for (let task = 0; task < model.countByTask.length; task += 1) {
    const count = model.countByTask[task] ?? 0;
    known += count;
    covered += ((input.probabilities[task] ?? 0) * count) / (count + HALF_FAMILIAR_COUNT);
  }
  const unlabelled = model.outcomeCount - known;
  return Math.max(covered, unlabelled / (unlabelled + known + HALF_FAMILIAR_COUNT));
}

interface OutcomeEstimate {
  readonly mean: number;
  readonly variance: number;
  readonly model: OutcomeModelData;
  readonly z: number;
}

function combine(prior: CapabilityEstimate, { mean, variance, model, z }: OutcomeEstimate): CapabilityEstimate {
  let combinedMean = mean;
  let combinedVariance = variance;
  if (prior.basis !== 'none') {
    const priorDeviation = (prior.mean - prior.lowerBound) / z;
    const priorVariance = priorDeviation * priorDeviation + EVIDENCE_SHIFT * EVIDENCE_SHIFT;
    combinedVariance = 1 / (1 / variance + 1 / priorVariance);
    combinedMean = combinedVariance * (mean / variance + prior.mean / priorVariance);
  }
  const bounded = clamp(combinedMean);
  const sources = prior.source === '' ? '' : `; ${prior.source}`;
  return {
    mean: bounded,
    lowerBound: Math.min(bounded, clamp(combinedMean - z * Math.sqrt(combinedVariance))),
    evidenceCount: model.outcomeCount + prior.evidenceCount,
    basis: 'outcomes',
    source: `${model.outcomeCount} outcomes${sources}`,
  };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function dotAt(rows: Float32Array, start: number, vector: Float64Array): number {
  // Two sums, so that the processor need not wait for one addition to begin the next.
  const width = vector.length;
  let even = 0;
  let odd = 0;
  let k = 0;
  for (; k + 1 < width; k += 2) {
    even += (rows[start + k] ?? 0) * (vector[k] ?? 0);
    odd += (rows[start + k + 1] ?? 0) * (vector[k + 1] ?? 0);
  }
  if (k < width) even += (rows[start + k] ?? 0) * (vector[k] ?? 0);
  return even + odd;
}

/** vector · matrix · vector for a symmetric matrix, row-major; at least 0. Reads the lower triangle only. */
export function quadraticForm(matrix: Float32Array, vector: Float64Array): number {
  const size = vector.length;
  let sum = 0;
  for (let row = 0; row < size; row += 1) {
    let below = 0;
    for (let column = 0; column < row; column += 1) {
      below += (matrix[row * size + column] ?? 0) * (vector[column] ?? 0);
    }
    const own = vector[row] ?? 0;
    sum += own * (2 * below + (matrix[row * size + row] ?? 0) * own);
  }
  return Math.max(0, sum);
}
