import { LRUCache } from 'lru-cache';
import { ownBytes } from '../own-copy.js';
import { createSizeRanking } from './size-ranking.js';
import { entryBytes, matchesFilter } from './store.js';
import type { CacheEntry, CacheStore, InvalidationFilter, NearEntry, NearestQuery } from './store.js';
import { createVectorIndex } from './vector-index.js';
import type { VectorIndex } from './vector-index.js';
import { GRAPH_BYTES } from './vector-sets.js';

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** Bound on answers, prompts and vectors together, as counted by {@link entryBytes}, and on what their indexes hold beside them. */
  readonly maxBytes: number;
  readonly dimensions: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

interface Slot {
  readonly entry: CacheEntry;
  readonly label: number | undefined;
  readonly bytes: number;
}

/** Share of the budget that one graph may take whatever it holds. With less, every vector is compared. */
const MOST_GRAPH_SHARE = 0.25;
/** Entries that a sweep looks at for each that it may remove. */
const VISITS_PER_REMOVAL = 20;

/**
 * A store in this process. When the budget is spent, a tenant that holds most, or nearly so, gives up its least recently used entry, so
 * that no tenant can push the others out.
 */
export function createMemoryStore(options: MemoryStoreOptions): CacheStore {
  const { maxBytes, dimensions, clock } = options;
  const tenants = new Map<string, LRUCache<string, Slot>>();
  const byBytes = createSizeRanking();
  /** Entry's exact key to its tenant; exact keys already tell partitions apart. */
  const tenantOf = new Map<string, string>();
  const indexes = new Map<string, VectorIndex>();
  const byLabel = new Map<number, Slot>();
  /** Goes round the entries in small steps, so that no sweep holds the thread for long. */
  let sweeping = tenantOf.entries();
  const indexOptions = GRAPH_BYTES > MOST_GRAPH_SHARE * maxBytes ? { flatLimit: Infinity } : {};
  /** Partitions whose vectors are on the move. */
  const moving = new Set<string>();
  let nextLabel = 0;
  /** Of the entries. */
  let bytes = 0;
  /** Of the indexes, beyond what their vectors count for with their entries. */
  let spareBytes = 0;

  const slotsOf = (tenantKey: string): LRUCache<string, Slot> => {
    const known = tenants.get(tenantKey);
    if (known !== undefined) return known;
    const created = new LRUCache<string, Slot>({ maxSize: maxBytes, sizeCalculation: (slot) => slot.bytes });
    tenants.set(tenantKey, created);
    return created;
  };

  const changeIndex = (partition: string, change: (index: VectorIndex) => void): void => {
    const index = indexes.get(partition) ?? createVectorIndex(dimensions, indexOptions);
    indexes.set(partition, index);
    spareBytes -= index.spareBytes;
    change(index);
    if (index.size === 0) {
      indexes.delete(partition);
      moving.delete(partition);
      index.release();
      return;
    }
    spareBytes += index.spareBytes;
    if (index.isMoving) moving.add(partition);
    else moving.delete(partition);
  };

  /** Small steps, so that no call holds the thread for long. Memory is short only where entries are added, so they pay for it. */
  const moveSome = (): void => {
    const [partition] = moving;
    if (partition !== undefined) changeIndex(partition, (index) => index.move());
  };

  const forget = (slot: Slot): void => {
    const { entry, label } = slot;
    const slots = tenants.get(entry.tenantKey);
    slots?.delete(entry.exactKey);
    byBytes.set(entry.tenantKey, slots?.calculatedSize ?? 0);
    if (slots?.size === 0) tenants.delete(entry.tenantKey);
    tenantOf.delete(entry.exactKey);
    bytes -= slot.bytes;
    if (label === undefined) return;
    byLabel.delete(label);
    changeIndex(entry.partition, (index) => index.remove(label));
  };

  const liveSlot = (exactKey: string): Slot | undefined => {
    const tenantKey = tenantOf.get(exactKey);
    const slot = tenantKey === undefined ? undefined : tenants.get(tenantKey)?.get(exactKey);
    if (slot === undefined) return undefined;
    if (slot.entry.expiresAtMs > clock()) return slot;
    forget(slot);
    return undefined;
  };

  const makeRoom = (needed: number): void => {
    while (bytes + spareBytes + needed > maxBytes && tenants.size > 0) {
      const largest = tenants.get(byBytes.largest() ?? '');
      const key = largest?.rkeys().next().value;
      const slot = key === undefined ? undefined : largest?.peek(key);
      if (slot === undefined) return;
      forget(slot);
    }
  };

  const findNearest = (query: NearestQuery): readonly NearEntry[] => {
    const index = indexes.get(query.partition);
    if (index === undefined) return [];
    const found: NearEntry[] = [];
    for (const { label, similarity } of index.search(query.vector, query.count)) {
      if (similarity < query.minSimilarity) break;
      const slot = byLabel.get(label);
      if (slot !== undefined && liveSlot(slot.entry.exactKey) !== undefined)
        found.push({ entry: slot.entry, similarity });
    }
    return found;
  };

  const put = (entry: CacheEntry, vector: Float32Array | undefined): void => {
    const replaced = tenantOf.get(entry.exactKey);
    const old = replaced === undefined ? undefined : tenants.get(replaced)?.peek(entry.exactKey);
    if (old !== undefined) forget(old);
    const size = entryBytes(entry, vector);
    if (size > maxBytes || entry.expiresAtMs <= clock()) return;
    makeRoom(size);
    const label = vector === undefined ? undefined : nextLabel++;
    const slot: Slot = { entry: { ...entry, answer: ownBytes(entry.answer) }, label, bytes: size };
    const slots = slotsOf(entry.tenantKey);
    slots.set(entry.exactKey, slot);
    byBytes.set(entry.tenantKey, slots.calculatedSize);
    tenantOf.set(entry.exactKey, entry.tenantKey);
    bytes += size;
    if (vector !== undefined && label !== undefined) {
      byLabel.set(label, slot);
      changeIndex(entry.partition, (index) => index.add(label, vector));
    }
    moveSome();
    makeRoom(0);
  };

  const invalidate = (filter: InvalidationFilter, isDryRun: boolean): number => {
    const nowMs = clock();
    const meant: Slot[] = [];
    for (const slots of tenants.values()) {
      for (const slot of slots.values()) {
        if (slot.entry.expiresAtMs > nowMs && matchesFilter(slot.entry, filter, nowMs)) meant.push(slot);
      }
    }
    if (!isDryRun) meant.forEach(forget);
    return meant.length;
  };

  const sweep = (limit: number): number => {
    const nowMs = clock();
    let count = 0;
    for (let visited = 0; visited < limit * VISITS_PER_REMOVAL && count < limit; visited += 1) {
      const next = sweeping.next();
      if (next.done === true) {
        sweeping = tenantOf.entries();
        break;
      }
      const [exactKey, tenantKey] = next.value;
      const slot = tenants.get(tenantKey)?.peek(exactKey);
      if (slot === undefined || slot.entry.expiresAtMs > nowMs) continue;
      forget(slot);
      count += 1;
    }
    return count;
  };

  return {
    getExact: (partition, exactKey) => {
      const slot = liveSlot(exactKey);
      return Promise.resolve(slot?.entry.partition === partition ? slot.entry : undefined);
    },
    findNearest: (query) => Promise.resolve(findNearest(query)),
    put,
    flush: () => Promise.resolve(),
    invalidate: (filter, { isDryRun }) => Promise.resolve(invalidate(filter, isDryRun)),
    sweep: (limit) => Promise.resolve(sweep(limit)),
    stats: () => Promise.resolve({ entries: tenantOf.size, bytes: bytes + spareBytes, state: 'ok', droppedWrites: 0 }),
    close: () => {
      for (const index of indexes.values()) index.release();
      for (const tenantKey of tenants.keys()) byBytes.set(tenantKey, 0);
      for (const own of [tenants, tenantOf, indexes, moving, byLabel]) own.clear();
      bytes = 0;
      spareBytes = 0;
      return Promise.resolve();
    },
  };
}
