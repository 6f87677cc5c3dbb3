// Written by `npm run fit:acceptance`; not to be edited.
import type { AcceptanceWeights } from './acceptance.js';

/** The `revision` of the verifier that the weights belong to. */
export const FITTED_VERIFIER_REVISION = '076b0d7adc130f3b';

/**
 * For pairs that the verifier scored. Logistic regression on 3427 pairs of our own writing that the verifier has not
 * seen and that no check of the guard refuses. The cosine's weight is held at 10 times the logit's: most of the
 * different pairs were written to be near, so on them the cosine tells less than it does in use. The weight of
 * unmatched words is held at 7 times the logit's: a high logit in spite of them tells more than one of nearly equal
 * texts. Of the ratios tried these find most of our own unseen paraphrases at the same rate of wrong hits. The bias
 * lets 0.0195 of the different pairs of a QQP sample hit at the default threshold; no weight was fitted to QQP pairs.
 */
export const WEIGHTS_WITH_VERIFIER: AcceptanceWeights = {
  bias: -7.2,
  inputs: { similarity: 7.2, verifierLogit: 0.72, uncovered: 5.04, isSuspected: -0.6 },
};

/**
 * For pairs without a score; fitted and set in the same way, without the pairs that the judge refuses for a word
 * without a counterpart or a suspicion.
 */
export const WEIGHTS_WITHOUT_VERIFIER: AcceptanceWeights = {
  bias: -3.03,
  inputs: { similarity: 4.81, verifierLogit: 0, uncovered: 0, isSuspected: 0 },
};
