/** Parameters of {@link acceptanceProbability}. */
export interface AcceptanceWeights {
  readonly bias: number;
  readonly inputs: {
    readonly similarity: number;
    readonly verifierLogit: number;
    readonly uncovered: number;
    readonly isSubstituted: number;
    readonly isQuestionDoubtful: number;
    readonly brevity: number;
  };
}

/** For pairs that the verifier scored. */
export const WEIGHTS_WITH_VERIFIER: AcceptanceWeights = {
  bias: -9,
  inputs: {
    similarity: 10,
    verifierLogit: 0.4,
    uncovered: -1,
    isSubstituted: -0.5,
    isQuestionDoubtful: -0.3,
    brevity: 0,
  },
};

/** For pairs without a score. */
export const WEIGHTS_WITHOUT_VERIFIER: AcceptanceWeights = {
  bias: -22.5,
  inputs: { similarity: 25, verifierLogit: 0, uncovered: -2, isSubstituted: -3, isQuestionDoubtful: -0.5, brevity: 0 },
};
