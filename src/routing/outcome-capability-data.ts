import type { OutcomeFeatureMap } from './outcome-features.js';

/** Capability learned from outcomes, as the builder fits it. Typed arrays and plain values only. */
export interface OutcomeCapabilityData {
  readonly features: OutcomeFeatureMap;
  /** Orthonormal directions of feature space along which the posterior covariance is kept; row-major, one a row. */
  readonly directions: Float32Array;
  /** Models by the prompts that they were measured on: equal sets share a covariance. */
  readonly groups: readonly OutcomeGroupData[];
  /** Models with outcomes. */
  readonly models: readonly OutcomeModelData[];
  /** Factor on standard deviations, 1 or more, under which the bounds held on outcomes left out. */
  readonly widening: number;
  /** Precision of the prior on the weights, in units of the noise. */
  readonly precision: number;
  readonly report: OutcomeCapabilityReport;
}

/** A posterior covariance in units of the noise variance, along the directions and on average across the rest. */
export interface OutcomeGroupData {
  /** Row-major, directions × directions. */
  readonly covariance: Float32Array;
  /** Variance per squared length of what the directions leave out. */
  readonly restVariance: number;
}

/** What outcomes tell of one model. */
export interface OutcomeModelData {
  /** Index into the catalogue. */
  readonly modelIndex: number;
  readonly groupIndex: number;
  /** Expected score = offset + weights · features. */
  readonly offset: number;
  readonly weights: Float32Array;
  readonly noiseDeviation: number;
  readonly outcomeCount: number;
  /** Prompts measured, by task index. */
  readonly countByTask: Float32Array;
  /** Mean completion tokens, by task index; NaN where no outcome tells. */
  readonly completionTokensByTask: Float32Array;
  /** Outcomes behind them. */
  readonly completionCountByTask: Float32Array;
}

/** How well the fit does on outcomes that it has not seen. */
export interface OutcomeCapabilityReport {
  readonly promptCount: number;
  readonly outcomeCount: number;
  /** Tasks that the outcomes' own head tells apart; 0 without a head. */
  readonly taskCount: number;
  /** Mean squared error of predictions for outcomes left out. */
  readonly leftOutError: number;
  /** The same for each model's mean score. */
  readonly meanScoreError: number;
  /** Groups of prompts on which the best model's bound was compared with its scores, and the share where it held. */
  readonly checkedGroups: number;
  readonly heldShare: number;
  /** For people, one sentence each. */
  readonly notes: readonly string[];
}
