import * as wire from '../gen/pointsman/router/v1/decision.js';
import type { Decision, SelectionReason } from '../routing/decision.js';
import type {
  AttemptTrace,
  CacheOutcome,
  CacheVerdict,
  CandidateTrace,
  CapabilityEstimate,
  EvidenceBasis,
  RoutingTrace,
} from '../trace.js';

const BASES = {
  none: wire.EvidenceBasis.UNSPECIFIED,
  declared: wire.EvidenceBasis.DECLARED,
  measured: wire.EvidenceBasis.MEASURED,
  outcomes: wire.EvidenceBasis.OUTCOMES,
} satisfies Record<EvidenceBasis, wire.EvidenceBasis>;

const REASONS = {
  cheapestCapable: wire.SelectionReason.CHEAPEST_CAPABLE,
  bestEffort: wire.SelectionReason.BEST_EFFORT,
  abstainedDefault: wire.SelectionReason.ABSTAINED_DEFAULT,
  onlyCandidate: wire.SelectionReason.ONLY_CANDIDATE,
  sessionAffinity: wire.SelectionReason.SESSION_AFFINITY,
} satisfies Record<SelectionReason, wire.SelectionReason>;

const OUTCOMES = {
  exactHit: wire.CacheVerdict_Outcome.EXACT_HIT,
  semanticHit: wire.CacheVerdict_Outcome.SEMANTIC_HIT,
  miss: wire.CacheVerdict_Outcome.MISS,
  bypass: wire.CacheVerdict_Outcome.BYPASS,
  unavailable: wire.CacheVerdict_Outcome.UNAVAILABLE,
} satisfies Record<CacheOutcome, wire.CacheVerdict_Outcome>;

/** How many likely tasks a decision names besides the first. */
const ALTERNATIVES = 3;

/** A decision as the API sends it. `tasks` are the likely tasks of the trace, most probable first. */
export function toWireDecision(decision: Decision, tasks: RoutingTrace['tasks']): wire.Decision {
  return {
    decisionId: decision.decisionId,
    snapshotId: decision.snapshotId,
    task: {
      task: decision.task,
      probability: decision.classification.probability,
      isAbstained: decision.classification.isAbstained,
      alternatives: (tasks ?? []).filter((entry) => entry.task !== decision.task).slice(0, ALTERNATIVES),
    },
    model: decision.model,
    expectedCostUsd: decision.expectedCostUsd,
    capability: toWireCapability(decision.capability),
    reason: REASONS[decision.reason],
    explanation: decision.explanation,
    fallbackModels: decision.fallbackModels,
    baselineCostUsd: decision.baselineCostUsd,
    qualityFloor: decision.qualityFloor,
    isFloorMet: decision.isFloorMet,
  };
}

/** What stands in a decision's place where the cache answered: nothing was chosen. */
export function toWireCachedDecision(origin: {
  readonly decisionId: string;
  readonly snapshotId: string;
  readonly task: string;
  readonly model: string;
}): wire.Decision {
  return wire.Decision.fromPartial({
    ...origin,
    task: { task: origin.task },
    reason: wire.SelectionReason.CACHE_HIT,
    explanation: `answered from the cache; ${origin.model} gave the answer`,
  });
}

/** A trace as the API sends it. */
export function toWireTrace(trace: RoutingTrace): wire.Trace {
  return {
    ...(trace.view === undefined
      ? {}
      : {
          view: {
            ...trace.view,
            estimatedPromptTokens: BigInt(Math.ceil(trace.view.estimatedPromptTokens)),
            omittedCharacters: BigInt(trace.view.omittedCharacters),
          },
        }),
    neighbours: trace.neighbours ?? [],
    tasks: trace.tasks ?? [],
    abstentionScore: trace.abstentionScore ?? 0,
    abstentionThreshold: trace.abstentionThreshold ?? 0,
    candidates: (trace.candidates ?? []).map(toWireCandidate),
    timings: trace.timings,
    degradations: trace.degradations,
    ...(trace.cache === undefined ? {} : { cache: toWireVerdict(trace.cache) }),
    attempts: trace.attempts.map(toWireAttempt),
  };
}

/** A cache verdict as the API sends it. */
export function toWireVerdict(verdict: CacheVerdict): wire.CacheVerdict {
  return {
    outcome: OUTCOMES[verdict.outcome],
    similarity: verdict.similarity,
    acceptanceProbability: verdict.acceptanceProbability,
    refusedBy: verdict.refusedBy ?? '',
    ageSeconds: verdict.ageSeconds === undefined ? undefined : BigInt(Math.floor(verdict.ageSeconds)),
    entryId: verdict.entryId ?? '',
    notStoredBecause: verdict.notStoredBecause ?? '',
  };
}

/** An attempt as the API sends it. */
export function toWireAttempt(attempt: AttemptTrace): wire.Attempt {
  return { ...attempt };
}

function toWireCapability(estimate: CapabilityEstimate): wire.Capability {
  return {
    mean: estimate.mean,
    lowerBound: estimate.lowerBound,
    evidenceCount: estimate.evidenceCount,
    basis: BASES[estimate.basis],
    source: estimate.source,
  };
}

function toWireCandidate(candidate: CandidateTrace): wire.Candidate {
  return {
    model: candidate.model,
    capability: toWireCapability(candidate.capability),
    expectedCostUsd: candidate.expectedCostUsd,
    expectedCompletionTokens: candidate.expectedCompletionTokens,
    isChosen: candidate.isChosen,
    rejections: candidate.rejections,
  };
}
