import type { TaskHead } from './task-classifier.js';

/** Version of the fitted data. Raise it when the data or the way it is fitted changes: cached snapshots are then built anew. */
export const DECISION_MODEL_VERSION = 1;

/** Everything that is fitted when a snapshot is built. Typed arrays and plain values only: structured clone carries it. */
export interface DecisionModelData {
  readonly classifier: ClassifierData;
  readonly report: DecisionModelReport;
}

/** What the task classifier needs besides the exemplars' index. */
export interface ClassifierData {
  readonly taskCount: number;
  readonly dimensions: number;
  /** Neighbours that vote. */
  readonly neighbours: number;
  /** Learned head; absent where a bundle has too little data for one. */
  readonly head?: TaskHead;
  /** How sharply a neighbour's vote falls with its similarity: weight exp(sharpness * similarity). */
  readonly voteSharpness: number;
  /** Share of the neighbours' vote in the probability, 0 to 1. */
  readonly voteShare: number;
  readonly abstention: AbstentionData;
}

/** When the classifier declines to name a task. */
export interface AbstentionData {
  /** Score below which a prompt is abstained from. */
  readonly threshold: number;
  /** By task index; NaN where the bundle's threshold counts. */
  readonly thresholdByTask: Float32Array;
}

/** How well the fitted model does on prompts that it was not fitted on, and which promises hold. */
export interface DecisionModelReport {
  /** Prompts behind the figures below: out-of-fold predictions. */
  readonly promptCount: number;
  /** Share of right tasks, 0 to 1; absent where too few exemplars exist. */
  readonly accuracy?: number;
  /** Notes for people, one sentence each. */
  readonly notes: readonly string[];
}
