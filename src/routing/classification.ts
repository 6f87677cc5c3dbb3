/** An exemplar found near a prompt. */
export interface Neighbour {
  /** Index into the bundle's exemplars. */
  readonly exemplarIndex: number;
  readonly taskIndex: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** What kind of work a prompt is. */
export interface Classification {
  /** Most probable task. */
  readonly taskIndex: number;
  /** Calibrated, 0 to 1. */
  readonly probability: number;
  /** Every task's probability, by task index; sums to 1. */
  readonly probabilities: Float32Array;
  /** Nearest first. */
  readonly neighbours: readonly Neighbour[];
  /** Higher is surer; compared with the threshold. */
  readonly score: number;
  readonly threshold: number;
  readonly isAbstained: boolean;
}

/** Finds the task of a prompt from its vector and its words. Synchronous, microseconds, no I/O. */
export interface TaskClassifier {
  /** `routingText` is the text that the vector stands for. */
  classify(vector: Float32Array, routingText: string): Classification;
}
