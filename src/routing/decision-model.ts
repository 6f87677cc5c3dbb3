import type { Vocabulary } from './lexical-features.js';

/**
 * Version of the fitted data. Raise it when the data, the way they are fitted or the routing text of exemplars changes:
 * cached snapshots are then built anew.
 */
export const DECISION_MODEL_VERSION = 8;

/** Everything that is fitted when a snapshot is built. Typed arrays and plain values only: structured clone carries it. */
export interface DecisionModelData {
  readonly classifier: ClassifierData;
  readonly report: DecisionModelReport;
}

/** A linear head on vector and words: logits = weights · vector + the sum of its words' weights + bias. */
export interface TaskHead {
  /** Row-major, one row a task. */
  readonly weights: Float32Array;
  readonly vocabulary: Vocabulary;
  /** Row-major, one row a word of the vocabulary, one column a task; to be multiplied by the encoder's entries. */
  readonly wordWeights: Float32Array;
  readonly bias: Float32Array;
}

/** What the task classifier needs besides the exemplars' index. */
export interface ClassifierData {
  readonly taskCount: number;
  readonly dimensions: number;
  /** Neighbours that vote. */
  readonly neighbours: number;
  /** How sharply a neighbour's vote falls with its similarity: weight exp(sharpness * similarity). */
  readonly voteSharpness: number;
  /** Learned head; absent where a bundle has too little data for one. */
  readonly head?: TaskHead;
  /**
   * The task's probability is softmax(headScale * logit + voteScale * log vote), both scales fitted on predictions for
   * exemplars that the head was not fitted on, which calibrates it (Platt scaling with two scores).
   */
  readonly headScale: number;
  readonly voteScale: number;
  readonly abstention: AbstentionData;
}

/** What the abstention score is made of. */
export interface ScoreFeatures {
  /** Natural logarithm of the task's probability. */
  readonly logProbability: number;
  /** Largest logit of the head; 0 without a head. */
  readonly topLogit: number;
  /** Mean similarity of the nearest few neighbours. */
  readonly nearSimilarity: number;
}

/** When the classifier declines to name a task. The score is the logistic of a weighted sum of its features. */
export interface AbstentionData {
  readonly intercept: number;
  readonly weights: ScoreFeatures;
  /** Score below which a prompt is abstained from. */
  readonly threshold: number;
  /** By task index; NaN where the bundle's threshold counts. */
  readonly thresholdByTask: Float32Array;
}

/** A promise about wrong routes, and the data behind it. */
export interface RiskBound {
  readonly threshold: number;
  /** Exemplars that would have been routed at the threshold. */
  readonly routedCount: number;
  /** Of them, to the wrong task. */
  readonly wrongCount: number;
  /** Upper 95% bound of the rate of wrong routes. */
  readonly upperBound: number;
}

/** How well the fitted model does on prompts that it was not fitted on, and which promises hold. */
export interface DecisionModelReport {
  /** Exemplars with an out-of-fold prediction: all figures below rest on them. 0 where there are too few exemplars. */
  readonly promptCount: number;
  /** Share of right tasks, 0 to 1. */
  readonly accuracy: number;
  readonly expectedCalibrationError: number;
  /** Chosen strength of the head's L2 penalty; 0 without a head. */
  readonly regularisation: number;
  /** Chosen weight of the words beside the vector; 0 without a head. */
  readonly wordScale: number;
  readonly abstainedShare: number;
  /** Bound that holds for the bundle; absent where the data support none and the default threshold counts. */
  readonly bound?: RiskBound;
  /** Bounds of single tasks with enough data. */
  readonly taskBounds: readonly (RiskBound & { readonly taskIndex: number })[];
  readonly outOfFold: OutOfFoldPredictions;
  /** Notes for people, one sentence each. */
  readonly notes: readonly string[];
}

/** What was predicted for exemplars by models that had not seen them. Parallel arrays, one entry an exemplar. */
export interface OutOfFoldPredictions {
  readonly exemplarIndex: Int32Array;
  readonly predictedTask: Int32Array;
  /** Of the predicted task. */
  readonly probability: Float32Array;
  /** Of the task that the exemplar belongs to. */
  readonly ownProbability: Float32Array;
  readonly score: Float32Array;
  /** As in {@link ScoreFeatures}. With the probability they are all that another risk's thresholds are fitted on. */
  readonly topLogit: Float64Array;
  readonly nearSimilarity: Float64Array;
}
