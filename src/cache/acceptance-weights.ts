import type { AcceptanceWeights } from './acceptance.js';

/** The `revision` of the verifier that the weights belong to. */
export const FITTED_VERIFIER_REVISION = 'b6999037c4735542';

/**
 * For pairs that the verifier scored. Logistic regression (L2, C = 10) on pairs that no check refused: the calibration pairs of
 * bench/data (weight 4), pairs of different Disfl-QA questions, nearest pairs of equal and of different intents of BANKING77 and
 * CLINC150, and 300 statement pairs of the GPTCache mock set; all with a cosine of at least .75. The cosine's weight is held at ten
 * times the logit's, since the verifier has seen questions of these sets and is surer of them than of others. No weight was
 * fitted to QQP pairs; the default threshold was set where a sample of them shows 2% false hits.
 */
export const WEIGHTS_WITH_VERIFIER: AcceptanceWeights = {
  bias: -7.65,
  inputs: { similarity: 8.11, verifierLogit: 0.81, uncovered: 0.89, isSubstituted: 0.17, isSuspected: -1 },
};

/** For pairs without a score; fitted to the same pairs. */
export const WEIGHTS_WITHOUT_VERIFIER: AcceptanceWeights = {
  bias: -12.28,
  inputs: { similarity: 14.42, verifierLogit: 0, uncovered: 0, isSubstituted: -0.1, isSuspected: 0 },
};
