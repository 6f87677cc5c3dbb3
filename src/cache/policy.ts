/** How answers of a task may be cached. As in the bundle. */
export type TaskCaching = 'allow' | 'exact' | 'never';

/** From which acceptance probability a stored answer serves. */
export interface AcceptanceThresholds {
  /** Least acceptance probability of a hit. */
  readonly minProbability: number;
  /** The same where the verifier is off or did not answer. The two scales differ: without it a probability rarely gets high. */
  readonly minProbabilityUnverified: number;
}

/** Thresholds that the service config states: the least for every task, whatever bundle and pairs say. */
export type LeastThresholds = { readonly [Scale in keyof AcceptanceThresholds]?: number | undefined };

/** Thresholds where neither config nor bundle nor pairs say anything. */
export const DEFAULT_THRESHOLDS: AcceptanceThresholds = { minProbability: 0.9, minProbabilityUnverified: 0.75 };

/** What the service config says about the cache. */
export interface CacheSettings {
  /** Least cosine at which a stored prompt is looked at. */
  readonly minSimilarity: number;
  /** Stored prompts that the guard may look at for one look-up. */
  readonly maxCandidates: number;
  /** Languages (ISO 639-1) whose prompts may be answered by similarity; in others only identical requests share answers. */
  readonly semanticLanguages: readonly string[];
  /** Answers to hotter requests are meant to differ. */
  readonly maxTemperature: number;
  /** Longest life of an answer whose prompt speaks of recent things. */
  readonly recentTtlSeconds: number;
  /** Largest answer kept. */
  readonly maxAnswerBytes: number;
  /** Whether what holds personal data may be stored, for identical requests alone. */
  readonly isPersonalDataAllowed: boolean;
  /** Raising it leaves every older entry behind. */
  readonly epoch: number;
  /** Longest wait for another call that is about to answer the same request. */
  readonly maxFlightWaitMs: number;
}

/** Settings for a service that states none. */
export const DEFAULT_CACHE_SETTINGS: CacheSettings = {
  minSimilarity: 0.75,
  maxCandidates: 4,
  semanticLanguages: ['en'],
  maxTemperature: 1,
  recentTtlSeconds: 900,
  maxAnswerBytes: 1024 * 1024,
  isPersonalDataAllowed: false,
  epoch: 0,
  maxFlightWaitMs: 30_000,
};
