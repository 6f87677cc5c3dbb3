import type { CacheVerdict, RoutingTrace } from '../trace.js';
import type { RequestFacts, TaskFacts } from './admission.js';
import type { CacheCounts } from './cache-counters.js';
import type { CachedAnswer } from './cached-answer.js';
import type { Freshness } from './guard/freshness.js';
import type { RequestIdentity } from './identity.js';
import type { StoreStats } from './store.js';

/** What one call brings to every look-up. */
export interface CacheCall {
  /** Gets the verdict, and a mark where the shared store was away. */
  readonly trace: RoutingTrace;
  readonly signal: AbortSignal;
}

/** A request that the cache did not answer; the key to storing its answer. */
export interface MissTicket {
  readonly facts: RequestFacts;
  readonly identity: RequestIdentity;
  /** Of the most perishable user turn. */
  readonly freshness: Freshness;
  /** Absent before {@link AnswerCache.lookupSemantic}. */
  readonly task?: TaskFacts;
  /** Whether no tier may be asked. */
  readonly isBypassed: boolean;
  /** Whether an answer may be stored, as far as task and answer allow it. A caller that refreshes is bypassed and yet stores. */
  readonly isStorable: boolean;
}

/** Result of a look-up. */
export type CacheLookup =
  | { readonly kind: 'hit'; readonly answer: CachedAnswer; readonly task: string; readonly verdict: CacheVerdict }
  | { readonly kind: 'miss'; readonly ticket: MissTicket; readonly verdict: CacheVerdict };

/** Who produces the answer to a request that missed. */
export type CacheTurn =
  /** Another call produced it since the look-up. */
  | { readonly kind: 'follow'; readonly answer: CachedAnswer }
  | {
      readonly kind: 'produce';
      /** Stores the answer where it may be stored, and hands it to the calls that wait. */
      complete(answer: CachedAnswer, trace: RoutingTrace): void;
      /** The call failed or was cancelled; one that waits takes over. */
      abandon(): void;
    };

/** Which entries to remove; none set means all. */
export interface CacheFilter {
  readonly tenant?: string;
  readonly task?: string;
  readonly model?: string;
  readonly minAgeSeconds?: number;
  readonly entryId?: string;
}

/** Figures of the cache. */
export interface AnswerCacheStats extends CacheCounts {
  readonly local: StoreStats;
  /** Absent without a shared store. */
  readonly shared?: StoreStats;
}

/**
 * Answers kept for equal and for equivalent prompts. A request goes exact look-up → (embedding, classification) → semantic look-up → turn →
 * dispatch → complete. Fails open: a store that is away makes a miss, never an error.
 */
export interface AnswerCache {
  /** Costs no embedding. @throws RouterError when the signal aborts */
  lookupExact(facts: RequestFacts, call: CacheCall): Promise<CacheLookup>;
  /** Nearest stored prompts of the partition, through guard and verifier. @throws RouterError when the signal aborts */
  lookupSemantic(ticket: MissTicket, task: TaskFacts, call: CacheCall): Promise<CacheLookup>;
  /** Waits for an identical request that is already being answered, or says to go ahead. @throws RouterError when the signal aborts */
  takeTurn(ticket: MissTicket, call: CacheCall): Promise<CacheTurn>;
  stats(): Promise<AnswerCacheStats>;
  /** Removes entries of both stores, or counts them. @throws RouterError UNAVAILABLE-class errors of the shared store */
  invalidate(filter: CacheFilter, options: { readonly isDryRun: boolean }): Promise<number>;
  /** Removes expired entries of one store; called from time to time. @throws StoreAwayError where the shared one does not answer */
  sweep(tier: 'local' | 'shared'): Promise<void>;
  close(): Promise<void>;
}
