// Written by `npm run fit:acceptance`; not to be edited.
import type { AcceptanceWeights } from './acceptance.js';

/** The `revision` of the verifier that the weights belong to. */
export const FITTED_VERIFIER_REVISION = 'bb8904b5bd7d62b7';

/**
 * For pairs that the verifier scored. Logistic regression on 1542 pairs of our own writing that the verifier has not
 * seen and that no check of the guard refuses. The cosine's weight is held at 10 times the logit's: most of the
 * different pairs were written to be near, so on them the cosine tells less than it does in use. The bias lets 0.0195
 * of the different pairs of a QQP sample hit at the default threshold; no weight was fitted to QQP pairs.
 */
export const WEIGHTS_WITH_VERIFIER: AcceptanceWeights = {
  bias: -7.45,
  inputs: { similarity: 7.6, verifierLogit: 0.76, uncovered: 2.2, isSuspected: -0.6 },
};

/**
 * For pairs without a score; fitted and set in the same way, without the pairs that the judge refuses for a
 * substitution or a suspicion.
 */
export const WEIGHTS_WITHOUT_VERIFIER: AcceptanceWeights = {
  bias: -7,
  inputs: { similarity: 8.76, verifierLogit: 0, uncovered: 0, isSuspected: 0 },
};
