import type { Test } from 'tap';
import { entryIdOf } from '../../src/cache/store.js';
import type { CacheEntry, CacheStore } from '../../src/cache/store.js';

export const DIMENSIONS = 8;

/** A unit vector that leans from the first axis to another by `angle`. */
export function unitVector(axis: number, angle: number): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  vector[0] = Math.cos(angle);
  vector[axis] = axis === 0 ? 1 : Math.sin(angle);
  return vector;
}

export function makeEntry(changes: Partial<CacheEntry> & { readonly nowMs: number }): CacheEntry {
  const { nowMs, ...fields } = changes;
  return {
    partition: 'partition-a',
    exactKey: 'key-a',
    tenantKey: 'tenant-a',
    task: 'explanation',
    model: 'model-a',
    text: 'why is it so',
    answer: Buffer.from([0, 255, 13, 10, 34]),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 60_000,
    ...fields,
  };
}

/** What a contract test gets: an empty store and its clock. */
export interface StoreFixture {
  readonly store: CacheStore;
  readonly nowMs: () => number;
  /** Lets time pass for entries, as far as the store can be told. */
  readonly advance: (milliseconds: number) => Promise<void>;
}

type Behaviour = (t: Test, fixture: StoreFixture) => Promise<void>;

/** Behaviour that every store has. */
export const STORE_CONTRACT: readonly (readonly [string, Behaviour])[] = [
  [
    'returns what was put, byte for byte',
    async (t, { store, nowMs }) => {
      const entry = makeEntry({ nowMs: nowMs(), text: 'naïve "quotes" \n and 🙂' });
      store.put(entry, unitVector(1, 0.1));
      await store.flush();
      t.same(await store.getExact(entry.partition, entry.exactKey), entry);
    },
  ],
  [
    'keeps partitions apart',
    async (t, { store, nowMs }) => {
      const entry = makeEntry({ nowMs: nowMs() });
      store.put(entry, unitVector(1, 0.1));
      await store.flush();
      t.equal(await store.getExact('partition-b', entry.exactKey), undefined);
      t.same(
        await store.findNearest({ partition: 'partition-b', vector: unitVector(1, 0.1), count: 3, minSimilarity: -1 }),
        [],
      );
    },
  ],
  [
    'finds the nearest first, by cosine, down to the least similarity',
    async (t, { store, nowMs }) => {
      for (const [index, angle] of [0.5, 0.1, 1.2].entries())
        store.put(makeEntry({ nowMs: nowMs(), exactKey: `key-${index}` }), unitVector(index + 1, angle));
      await store.flush();
      const found = await store.findNearest({
        partition: 'partition-a',
        vector: unitVector(0, 0),
        count: 3,
        minSimilarity: 0.5,
      });
      t.same(
        found.map(({ entry }) => entry.exactKey),
        ['key-1', 'key-0'],
      );
      t.ok(Math.abs((found[0]?.similarity ?? 0) - Math.cos(0.1)) < 0.02);
      t.ok(Math.abs((found[1]?.similarity ?? 0) - Math.cos(0.5)) < 0.02);
    },
  ],
  [
    'does not find an entry without a vector by similarity',
    async (t, { store, nowMs }) => {
      store.put(makeEntry({ nowMs: nowMs() }), undefined);
      await store.flush();
      t.same(
        await store.findNearest({ partition: 'partition-a', vector: unitVector(0, 0), count: 3, minSimilarity: -1 }),
        [],
      );
      t.ok(await store.getExact('partition-a', 'key-a'));
    },
  ],
  [
    'lets the newest entry of a key count',
    async (t, { store, nowMs }) => {
      store.put(makeEntry({ nowMs: nowMs(), model: 'model-old' }), unitVector(1, 0.1));
      store.put(makeEntry({ nowMs: nowMs(), model: 'model-new' }), unitVector(2, 0.3));
      await store.flush();
      t.equal((await store.getExact('partition-a', 'key-a'))?.model, 'model-new');
      const found = await store.findNearest({
        partition: 'partition-a',
        vector: unitVector(2, 0.3),
        count: 3,
        minSimilarity: 0,
      });
      t.same(
        found.map(({ entry, similarity }) => [entry.model, similarity > 0.98]),
        [['model-new', true]],
      );
    },
  ],
  [
    'returns no entry past its time',
    async (t, { store, nowMs, advance }) => {
      store.put(makeEntry({ nowMs: nowMs(), expiresAtMs: nowMs() + 40 }), unitVector(1, 0.1));
      await store.flush();
      await advance(41);
      t.equal(await store.getExact('partition-a', 'key-a'), undefined);
      t.same(
        await store.findNearest({ partition: 'partition-a', vector: unitVector(1, 0.1), count: 3, minSimilarity: -1 }),
        [],
      );
    },
  ],
  [
    'sweeps expired entries and leaves the others',
    async (t, { store, nowMs, advance }) => {
      store.put(makeEntry({ nowMs: nowMs(), exactKey: 'short', expiresAtMs: nowMs() + 40 }), unitVector(1, 0.1));
      store.put(makeEntry({ nowMs: nowMs(), exactKey: 'long' }), unitVector(1, 0.1));
      await store.flush();
      await advance(41);
      t.equal(await store.sweep(100), 1);
      t.equal((await store.stats()).entries, 1);
      t.ok(await store.getExact('partition-a', 'long'));
    },
  ],
  [
    'invalidates by tenant, task, model, age and entry, after a dry run',
    async (t, { store, nowMs }) => {
      const old = makeEntry({ nowMs: nowMs(), exactKey: 'old', createdAtMs: nowMs() - 10_000 });
      const other = makeEntry({
        nowMs: nowMs(),
        exactKey: 'other',
        partition: 'partition-b',
        tenantKey: 'tenant-b',
        task: 'translation',
        model: 'model-b',
      });
      store.put(old, unitVector(1, 0.1));
      store.put(other, unitVector(1, 0.1));
      await store.flush();
      for (const filter of [
        { tenantKey: 'tenant-a' },
        { task: 'explanation' },
        { model: 'model-a' },
        { minAgeMs: 5000 },
        { entryId: entryIdOf(old) },
      ]) {
        t.equal(await store.invalidate(filter, { isDryRun: true }), 1, JSON.stringify(filter));
      }
      t.equal(await store.invalidate({ tenantKey: 'tenant-a', task: 'translation' }, { isDryRun: true }), 0);
      t.equal(await store.invalidate({}, { isDryRun: true }), 2);
      t.equal(await store.invalidate({ task: 'explanation' }, { isDryRun: false }), 1);
      t.equal(await store.getExact('partition-a', 'old'), undefined);
      t.same(
        await store.findNearest({ partition: 'partition-a', vector: unitVector(1, 0.1), count: 3, minSimilarity: -1 }),
        [],
      );
      t.ok(await store.getExact('partition-b', 'other'));
    },
  ],
];
