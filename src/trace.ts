import type { Usage } from './answer.js';

/**
 * What a request met on its way. The pipeline passes one trace along and each part fills in its own field;
 * ExplainSelection, the log line and the metrics all render it. Nothing here may hold a key or personal data.
 */

/** How the prompt was read. */
export interface PromptViewTrace {
  /** Estimated over all messages and tools. */
  estimatedPromptTokens: number;
  /** As the embedder counted them. */
  embeddedTokens: number;
  /** Whether the embedder's window cut the routing text. */
  isTruncated: boolean;
  /** Characters of the conversation that the routing text leaves out. */
  omittedCharacters: number;
  /** ISO 639-1, or "und". */
  language: string;
  isEmbeddingCached: boolean;
}

/** An exemplar close to the prompt. */
export interface NeighbourTrace {
  readonly task: string;
  readonly text: string;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** A task and its probability, 0 to 1. */
export interface TaskProbability {
  readonly task: string;
  readonly probability: number;
}

/** What kind of evidence a capability rests on. */
export type EvidenceBasis = 'none' | 'declared' | 'measured' | 'outcomes';

/** Estimate of a candidate's quality on one prompt. */
export interface CapabilityEstimate {
  /** 0 to 1. */
  readonly mean: number;
  /** One-sided, at the bundle's confidence; 0 without evidence. */
  readonly lowerBound: number;
  /** Measured prompts behind it; 0 for declared values. */
  readonly evidenceCount: number;
  readonly basis: EvidenceBasis;
  /** Source and date, for people. */
  readonly source: string;
}

/** Why a candidate was not chosen. */
export type RejectionReason =
  | 'MODEL_DISABLED'
  | 'NOT_ALLOWED'
  | 'DENIED'
  | 'CONTEXT_WINDOW_TOO_SMALL'
  | 'OUTPUT_LIMIT_TOO_SMALL'
  | 'MODALITY_UNSUPPORTED'
  | 'TOOLS_UNSUPPORTED'
  | 'STRUCTURED_OUTPUT_UNSUPPORTED'
  | 'REGION_UNAVAILABLE'
  | 'NO_HEALTHY_DEPLOYMENT'
  | 'COST_ABOVE_LIMIT'
  | 'NO_EVIDENCE'
  | 'BELOW_FLOOR'
  | 'NOT_CHEAPEST'
  | 'LOWER_BOUND_NOT_HIGHEST'
  | 'NOT_DEFAULT_MODEL'
  | 'SESSION_KEEPS_MODEL';

/** One reason, with the figures that decided. */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly message: string;
}

/** A model that was considered. */
export interface CandidateTrace {
  readonly model: string;
  readonly capability: CapabilityEstimate;
  readonly expectedCostUsd: number;
  /** Thinking included. */
  readonly expectedCompletionTokens: number;
  readonly isChosen: boolean;
  /** Empty for the chosen one. */
  readonly rejections: readonly Rejection[];
}

/** Outcome of a cache look-up. */
export type CacheOutcome = 'exactHit' | 'semanticHit' | 'miss' | 'bypass' | 'unavailable';

/** What the cache found. */
export interface CacheVerdict {
  outcome: CacheOutcome;
  /** Cosine of the nearest stored prompt. */
  similarity?: number;
  /** Probability that both prompts want the same answer, as far as the guard can tell. */
  acceptanceProbability?: number;
  /** Check that refused the nearest stored prompt, or why the cache was passed by. */
  refusedBy?: string;
  ageSeconds?: number;
  entryId?: string;
  /** Why the answer of this call was not stored. */
  notStoredBecause?: string;
}

/** One call to one deployment. */
export interface AttemptTrace {
  readonly model: string;
  readonly deployment: string;
  /** "ok" or an error class. */
  readonly result: string;
  readonly durationMs: number;
  readonly costUsd: number;
  /** Tokens that the provider charges for; absent where it charges nothing. */
  readonly usage?: Usage;
  readonly message: string;
  readonly isHedge: boolean;
}

/** Time that one step took. */
export interface StepTiming {
  readonly step: string;
  readonly durationMs: number;
}

/** The whole way of a request. Parts fill in what they decided; absent means the part was not reached. */
export interface RoutingTrace {
  /** Whether neighbours and candidates are wanted. Without them an equal request can be answered from memory. */
  readonly isWhole: boolean;
  view?: PromptViewTrace;
  neighbours?: readonly NeighbourTrace[];
  tasks?: readonly TaskProbability[];
  abstentionScore?: number;
  abstentionThreshold?: number;
  candidates?: readonly CandidateTrace[];
  cache?: CacheVerdict;
  readonly attempts: AttemptTrace[];
  readonly timings: StepTiming[];
  /** Parts that failed open and what they left out. */
  readonly degradations: string[];
}

/** Milliseconds from an arbitrary start; injected so that tests need no sleeping. */
export type MonotonicClock = () => number;

/** An empty trace. Whole unless told otherwise. */
export function createTrace({ isWhole = true }: { readonly isWhole?: boolean } = {}): RoutingTrace {
  return { isWhole, attempts: [], timings: [], degradations: [] };
}
