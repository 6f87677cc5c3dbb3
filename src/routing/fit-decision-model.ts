import type { Bundle } from '../bundle/bundle.js';
import type { DecisionModelData } from './decision-model.js';
import type { VectorTable } from './exemplar-index.js';

/** What {@link fitDecisionModel} works from. */
export interface FitOptions {
  readonly bundle: Pick<Bundle, 'settings' | 'tasks' | 'exemplars'>;
  /** One row an exemplar, in the bundle's order. */
  readonly vectors: VectorTable;
  /** Called now and then with the share done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const VOTE_SHARPNESS = 20;

/** Fits what the classifier needs. Deterministic; blocks: for the builder's worker. */
export function fitDecisionModel(options: FitOptions): DecisionModelData {
  const { bundle, vectors } = options;
  const taskCount = bundle.tasks.length;
  options.onProgress?.(1);
  return {
    classifier: {
      taskCount,
      dimensions: vectors.dimensions,
      neighbours: bundle.settings.neighbours,
      voteSharpness: VOTE_SHARPNESS,
      voteShare: 1,
      abstention: {
        threshold: bundle.settings.defaultAbstentionThreshold,
        thresholdByTask: new Float32Array(taskCount).fill(Number.NaN),
      },
    },
    report: { promptCount: 0, notes: ['abstention uses the default threshold of bundle.yaml'] },
  };
}
