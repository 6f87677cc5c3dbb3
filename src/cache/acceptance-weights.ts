// Written by `npm run fit:acceptance`; not to be edited.
import type { AcceptanceWeights } from './acceptance.js';

/** The `revision` of the verifier that the weights belong to. */
export const FITTED_VERIFIER_REVISION = '4d65a2e7db9364a8';

/**
 * For pairs that the verifier scored. Logistic regression on 2648 pairs of our own writing that the verifier has not
 * seen and that no check of the guard refuses. The cosine's weight is held at 15 times the logit's: most of the
 * different pairs were written to be near, so on them the cosine tells less than it does in use. The weight of
 * unmatched words is held at 5 times the logit's: a high logit in spite of them tells more than one of nearly equal
 * texts. Of the ratios tried these find most of our own unseen paraphrases at the same rate of wrong hits. The bias
 * lets 0.0195 of the different pairs of a QQP sample hit at the default threshold; no weight was fitted to QQP pairs.
 */
export const WEIGHTS_WITH_VERIFIER: AcceptanceWeights = {
  bias: -9.09,
  inputs: { similarity: 9.45, verifierLogit: 0.63, uncovered: 3.15, isSuspected: -0.48 },
};

/**
 * For pairs without a score; fitted and set in the same way, without the pairs that the judge refuses for a
 * substitution or a suspicion.
 */
export const WEIGHTS_WITHOUT_VERIFIER: AcceptanceWeights = {
  bias: -7.81,
  inputs: { similarity: 9.64, verifierLogit: 0, uncovered: 0, isSuspected: 0 },
};
