import type { CacheVerdict } from '../trace.js';

/** Counts since start. */
export interface CacheCounts {
  readonly lookups: number;
  readonly exactHits: number;
  readonly semanticHits: number;
  readonly misses: number;
  readonly bypasses: number;
  /** Look-ups that the shared store did not answer in time. */
  readonly unavailable: number;
  /** Answers kept. */
  readonly stored: number;
  /** Stored prompts refused, by check. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Answers not kept, by reason. */
  readonly notStored: ReadonlyMap<string, number>;
}

/** Counts what the cache does. */
export interface CacheCounters {
  /** Once for every request, with its last verdict. */
  countVerdict(verdict: CacheVerdict): void;
  readonly countRefusal: (check: string) => void;
  /** With the reason where an answer was not kept. */
  countStore(reason: string | undefined): void;
  read(): CacheCounts;
}

/** Counters at zero. */
export function createCacheCounters(): CacheCounters {
  const outcomes = { exactHit: 0, semanticHit: 0, miss: 0, bypass: 0, unavailable: 0 };
  const refusals = new Map<string, number>();
  const notStored = new Map<string, number>();
  let stored = 0;
  const increment = (counts: Map<string, number>, key: string): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  return {
    countVerdict(verdict) {
      outcomes[verdict.outcome] += 1;
    },
    countRefusal: (check) => increment(refusals, check),
    countStore(reason) {
      if (reason === undefined) stored += 1;
      else increment(notStored, reason);
    },
    read: () => ({
      lookups: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
      exactHits: outcomes.exactHit,
      semanticHits: outcomes.semanticHit,
      misses: outcomes.miss,
      bypasses: outcomes.bypass,
      unavailable: outcomes.unavailable,
      stored,
      refusals: new Map(refusals),
      notStored: new Map(notStored),
    }),
  };
}
