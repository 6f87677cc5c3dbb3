import type { Bundle, Evidence, Model } from '../bundle/bundle.js';
import type { CapabilityEstimate } from '../trace.js';
import type { CapabilityModel } from './capability.js';
import { standardNormalQuantile, wilsonLowerBound } from './confidence-bounds.js';

/** What {@link createCapabilityModel} works from. */
export interface CapabilityModelOptions {
  readonly bundle: Pick<Bundle, 'settings' | 'tasks' | 'models'>;
}

const NO_EVIDENCE: CapabilityEstimate = {
  mean: 0,
  lowerBound: 0,
  evidenceCount: 0,
  basis: 'none',
  source: '',
};

/**
 * Capability from the catalogue's evidence alone: for each model and task the mean of its measured scores and a Wilson
 * lower bound at the bundle's confidence. A declared value counts as a few prompts; where measured ones exist it is
 * left out. No evidence, no capability.
 */
export function createCapabilityModel(options: CapabilityModelOptions): CapabilityModel {
  const { settings, tasks, models } = options.bundle;
  const z = standardNormalQuantile(settings.confidence);
  const estimatesByTask = tasks.map((_, taskIndex) =>
    models.map((model) => estimateOf(model, taskIndex, { z, declaredCount: settings.declaredEquivalentCount })),
  );
  const none = models.map(() => NO_EVIDENCE);
  return {
    estimate: (input) => estimatesByTask[input.taskIndex] ?? none,
    expectedCompletionTokens(modelIndex, input) {
      const model = models[modelIndex];
      const taskTokens = tasks[input.taskIndex]?.expectedCompletionTokens ?? 0;
      if (model === undefined) return taskTokens;
      return model.completionTokensByTask[input.taskIndex] ?? model.completionTokensDefault ?? taskTokens;
    },
  };
}

interface BoundOptions {
  readonly z: number;
  /** Prompts that a declared value counts as. */
  readonly declaredCount: number;
}

function estimateOf(model: Model, taskIndex: number, options: BoundOptions): CapabilityEstimate {
  const evidence = model.evidence.filter((entry) => entry.taskIndex === taskIndex);
  const measured = evidence.filter((entry) => !entry.isDeclared && entry.n > 0);
  const used = measured.length > 0 ? measured : evidence.filter((entry) => entry.isDeclared);
  if (used.length === 0) return NO_EVIDENCE;
  const isMeasured = measured.length > 0;
  const pooled = pool(used, isMeasured ? undefined : options.declaredCount);
  return {
    mean: pooled.mean,
    lowerBound: wilsonLowerBound({ share: pooled.mean, count: pooled.effectiveCount, z: options.z }),
    evidenceCount: pooled.count,
    basis: isMeasured ? 'measured' : 'declared',
    source: used.map((entry) => `${entry.source} (${entry.date})`).join('; '),
  };
}

/**
 * Mean over all entries, weighted by their counts. Where the variance of the scores is known, the count is the number
 * of right-or-wrong answers that would leave the same standard error.
 */
function pool(entries: readonly Evidence[], countEach: number | undefined) {
  let weights = 0;
  let weighted = 0;
  let effectiveCount = 0;
  let count = 0;
  for (const entry of entries) {
    const weight = countEach ?? entry.n;
    weights += weight;
    weighted += weight * entry.score;
    count += entry.isDeclared ? 0 : entry.n;
    const bernoulli = entry.score * (1 - entry.score);
    const hasVariance = entry.variance !== undefined && entry.variance > 0 && bernoulli > 0;
    effectiveCount += hasVariance ? (weight * bernoulli) / (entry.variance ?? 1) : weight;
  }
  return { mean: weights === 0 ? 0 : weighted / weights, effectiveCount, count };
}
