import type { GuardFeatures } from './guard/hit-guard.js';
import { WEIGHTS_WITH_VERIFIER, WEIGHTS_WITHOUT_VERIFIER } from './acceptance-weights.js';

/** Parameters of {@link acceptanceProbability}. */
export interface AcceptanceWeights {
  readonly bias: number;
  readonly inputs: {
    readonly similarity: number;
    readonly verifierLogit: number;
    readonly uncovered: number;
    readonly isSuspected: number;
  };
}

/** What is known of a stored and an asked prompt that no check of the guard refused outright. */
export interface AcceptanceEvidence {
  /** Cosine, -1 to 1. */
  readonly similarity: number;
  readonly features: GuardFeatures;
  /** The verifier's logit; absent where it is off or did not answer. */
  readonly verifierLogit?: number;
}

/** Beyond these the verifier is as sure as it gets; keeps one number from outvoting the rest. */
const LOGIT_BOUND = 8;

/** Inputs of the logistic function, in the order of {@link AcceptanceWeights.inputs}. */
export function acceptanceInputs(
  evidence: AcceptanceEvidence,
): Readonly<Record<keyof AcceptanceWeights['inputs'], number>> {
  const { similarity, features, verifierLogit = 0 } = evidence;
  return {
    similarity,
    verifierLogit: Math.max(-LOGIT_BOUND, Math.min(LOGIT_BOUND, verifierLogit)),
    uncovered: 1 - features.coverage,
    isSuspected: features.isSuspected ? 1 : 0,
  };
}

/** What speaks against a hit where the verifier did not read the whole pair: then a suspicion or one telling word more is enough. */
export function unverifiedRefusal({
  features,
  verifierLogit,
}: AcceptanceEvidence): 'suspicion' | 'unmatched' | undefined {
  if (verifierLogit !== undefined) return undefined;
  if (features.isSuspected) return 'suspicion';
  return features.coverage < 1 ? 'unmatched' : undefined;
}

/**
 * Probability that both prompts want the same answer: a logistic function of cosine, the verifier's logit and the guard's features; 0
 * where {@link unverifiedRefusal} speaks. By default with the shipped weights; without a logit other weights hold, fitted without it.
 */
export function acceptanceProbability(
  evidence: AcceptanceEvidence,
  weights = evidence.verifierLogit === undefined ? WEIGHTS_WITHOUT_VERIFIER : WEIGHTS_WITH_VERIFIER,
): number {
  if (unverifiedRefusal(evidence) !== undefined) return 0;
  const inputs = acceptanceInputs(evidence);
  let sum = weights.bias;
  for (const name of Object.keys(inputs) as (keyof typeof inputs)[]) sum += weights.inputs[name] * inputs[name];
  return 1 / (1 + Math.exp(-sum));
}

/** The lowest threshold, at most 1, that no more than `allowed` of the probabilities reach. */
export function lowestThreshold(probabilities: readonly number[], allowed: number): number {
  const descending = [...probabilities].sort((left, right) => right - left);
  return Math.min(1, (descending[allowed] ?? 0) + Number.EPSILON);
}
