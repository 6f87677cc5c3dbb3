/** The bundle as the ML team edits it, read and checked. Plain data: it crosses thread borders by structured clone. */

/** A prompt written as an example of a task. */
export interface Exemplar {
  readonly text: string;
  /** System prompt that goes with it. */
  readonly system?: string;
  /** Index into {@link Bundle.tasks}. */
  readonly taskIndex: number;
  /** Someone has looked at it: lint no longer doubts that it belongs to its task. */
  readonly isReviewed?: true;
  readonly location: SourceLocation;
}

/** Where something is written: file relative to the bundle's root, line and column from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** How answers of a task may be cached. `exact`: only for byte-identical requests. */
export type TaskCachePolicy = 'allow' | 'exact' | 'never';

/** A kind of work. */
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Quality that a model's lower bound must reach, 0 to 1. */
  readonly qualityFloor: number;
  readonly cache: {
    readonly policy: TaskCachePolicy;
    readonly ttlSeconds: number;
    /** Cosine; counts where it is above the cache's default. */
    readonly minSimilarity?: number;
    /** Acceptance probability, in place of the cache's default. */
    readonly minProbability?: number;
  };
  /** Typical length of an answer in tokens. */
  readonly expectedCompletionTokens: number;
  readonly exemplarCount: number;
  readonly location: SourceLocation;
}

/** Price of a model. All figures in US dollars a million tokens. */
export interface Price {
  readonly inputUsdPerMtok: number;
  readonly outputUsdPerMtok: number;
  readonly cachedInputUsdPerMtok?: number;
  /** Prices that replace the base for prompts longer than `promptTokens`, ascending. */
  readonly above: readonly {
    readonly promptTokens: number;
    readonly inputUsdPerMtok: number;
    readonly outputUsdPerMtok: number;
    readonly cachedInputUsdPerMtok?: number;
  }[];
  readonly source: string;
  /** ISO date. */
  readonly date: string;
  readonly isDeclared: boolean;
}

/** What a model reads besides text. */
export type Modality = 'text' | 'image' | 'audio' | 'file';

/** What is known of a model's quality on a task. */
export interface Evidence {
  readonly taskIndex: number;
  /** Mean score, 0 to 1. */
  readonly score: number;
  /** Prompts measured; 0 when declared. */
  readonly n: number;
  /** Variance of the per-prompt score, where known. */
  readonly variance?: number;
  readonly isDeclared: boolean;
  readonly source: string;
  /** ISO date. */
  readonly date: string;
}

/** One place where a model is served. */
export interface Deployment {
  readonly id: string;
  /** Name of a provider in the service config. */
  readonly provider: string;
  /** The provider's name for the model. */
  readonly model: string;
  readonly region: string;
  /** Lower goes first. */
  readonly priority: number;
  readonly weight: number;
  readonly maxConcurrency?: number;
}

/** An entry of the catalogue. */
export interface Model {
  readonly id: string;
  readonly vendor: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly hasOpenWeights: boolean;
  readonly price: Price;
  readonly contextWindowTokens: number;
  readonly maxOutputTokens: number;
  readonly modalities: readonly Modality[];
  readonly hasTools: boolean;
  readonly hasStructuredOutput: boolean;
  readonly isReasoning: boolean;
  readonly regions: readonly string[];
  /** Expected completion tokens by task index, thinking included, where they differ from the task's figure. */
  readonly completionTokensByTask: Readonly<Record<number, number>>;
  /** Expected completion tokens on other tasks, thinking included. */
  readonly completionTokensDefault?: number;
  readonly evidence: readonly Evidence[];
  readonly deployments: readonly Deployment[];
  readonly location: SourceLocation;
}

/** How well one model did on one prompt. */
export interface Outcome {
  readonly model: string;
  /** 0 to 1. */
  readonly score: number;
  readonly prompt: string;
  readonly taskIndex?: number;
  readonly completionTokens?: number;
}

/** Settings of `bundle.yaml`. */
export interface BundleSettings {
  readonly name: string;
  /** Folder under `embedders/`. */
  readonly embedder: string;
  /** Folder under `verifiers/`; without it the cache's guard works by rules alone. */
  readonly verifier?: string | undefined;
  readonly defaultModel: string;
  /** Model that savings are computed against. */
  readonly baselineModel: string;
  /** Highest acceptable rate of wrong routes among prompts not abstained from (upper 95% bound). */
  readonly risk: number;
  /** Abstention threshold where too little data supports a bound. */
  readonly defaultAbstentionThreshold: number;
  /** One-sided confidence of capability bounds, for example 0.9. */
  readonly confidence: number;
  /** Rise in the lower bound that a call to the baseline model is worth, at preference 0.5. */
  readonly tolerance: number;
  /** 0 (cheapest capable) to 1 (best). */
  readonly qualityPreference: number;
  /** How many measured prompts a declared value counts as. */
  readonly declaredEquivalentCount: number;
  /** Neighbours that vote. */
  readonly neighbours: number;
}

/** A pair of prompts that do or do not share an answer, for calibrating the cache. */
export interface CachePair {
  readonly q1: string;
  readonly q2: string;
  readonly isSame: boolean;
  readonly taskIndex?: number;
}

/** Everything in `router-models/`, checked. */
export interface Bundle {
  /** Absolute path. */
  readonly root: string;
  readonly settings: BundleSettings;
  readonly tasks: readonly Task[];
  readonly exemplars: readonly Exemplar[];
  readonly models: readonly Model[];
  readonly outcomes: readonly Outcome[];
  readonly cachePairs: readonly CachePair[];
  /** SHA-256 over every file read, hex. */
  readonly contentHash: string;
}
