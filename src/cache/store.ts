/** An entry of the cache, without its vector. */
export interface CacheEntry {
  readonly partition: string;
  readonly exactKey: string;
  readonly tenantKey: string;
  readonly task: string;
  readonly model: string;
  /** Text of the last user turn, for guard and verifier. */
  readonly text: string;
  /** See cached-answer.ts. */
  readonly answer: Buffer;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** A stored prompt near the asked one. */
export interface NearEntry {
  readonly entry: CacheEntry;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Which entries to remove. Every field that is set must match; none set matches all. */
export interface InvalidationFilter {
  readonly tenantKey?: string;
  readonly task?: string;
  readonly model?: string;
  readonly minAgeMs?: number;
  /** As {@link entryIdOf}. */
  readonly entryId?: string;
}

/** Which entries a look-up by vector may return. */
export interface NearestQuery {
  readonly partition: string;
  /** L2-normalised. */
  readonly vector: Float32Array;
  readonly count: number;
  readonly minSimilarity: number;
}

/** State of a store, for people and metrics. */
export interface StoreStats {
  readonly entries: number;
  /** Answers, prompts and vectors, as the store counts them; 0 where unknown. */
  readonly bytes: number;
  readonly state: 'ok' | 'down' | 'off';
  /** Writes that were not made because too many waited. */
  readonly droppedWrites: number;
}

/**
 * Where entries are kept. The same contract holds for every store: an entry is returned until it expires and not a millisecond
 * longer, only within its own partition, with the cosine of its vector; the newest of entries with one exact key counts.
 */
export interface CacheStore {
  /** @throws an error of any kind where the store is away; the caller makes a miss of it. */
  getExact(partition: string, exactKey: string): Promise<CacheEntry | undefined>;
  /** Entries in the order of their similarity, the nearest first. @throws as {@link CacheStore.getExact} */
  findNearest(query: NearestQuery): Promise<readonly NearEntry[]>;
  /** Keeps an entry, with a vector for look-ups by similarity or without. Never throws: a store that is away drops it. */
  put(entry: CacheEntry, vector: Float32Array | undefined): void;
  /** Waits until what was put is stored or dropped. */
  flush(): Promise<void>;
  /** Removes entries, or only counts them. */
  invalidate(filter: InvalidationFilter, options: { readonly isDryRun: boolean }): Promise<number>;
  /** Removes expired entries, at most `limit`. */
  sweep(limit: number): Promise<number>;
  stats(): Promise<StoreStats>;
  close(): Promise<void>;
}

/** Public name of an entry, as in the trace. */
export function entryIdOf(entry: { readonly partition: string; readonly exactKey: string }): string {
  return `${entry.partition}.${entry.exactKey}`;
}

/** Whether an entry is meant. */
export function matchesFilter(
  entry: Omit<CacheEntry, 'answer' | 'text'>,
  filter: InvalidationFilter,
  nowMs: number,
): boolean {
  if (filter.entryId !== undefined && entryIdOf(entry) !== filter.entryId) return false;
  if (filter.tenantKey !== undefined && entry.tenantKey !== filter.tenantKey) return false;
  if (filter.task !== undefined && entry.task !== filter.task) return false;
  if (filter.model !== undefined && entry.model !== filter.model) return false;
  return filter.minAgeMs === undefined || nowMs - entry.createdAtMs >= filter.minAgeMs;
}

/** Bytes of maps, keys and objects that each entry needs beside its content, as measured on 80,000 entries. */
const ENTRY_OVERHEAD_BYTES = 1000;
/** Links of a vector in the graph. */
const LINK_BYTES = 320;

/** What a vector's place in an index takes. */
export function vectorBytes(dimensions: number): number {
  return dimensions * Float32Array.BYTES_PER_ELEMENT + LINK_BYTES;
}

/** What an entry takes of this process's memory, about. */
export function entryBytes(entry: CacheEntry, vector: Float32Array | undefined): number {
  return (
    entry.answer.byteLength +
    2 * entry.text.length +
    ENTRY_OVERHEAD_BYTES +
    (vector === undefined ? 0 : vectorBytes(vector.length))
  );
}
