import t from 'tap';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import { vectorBytes } from '../../src/cache/store.js';
import { DIMENSIONS, makeEntry, STORE_CONTRACT, unitVector } from './store-contract.js';
import type { StoreFixture } from './store-contract.js';

function createFixture(maxBytes = 1_000_000): StoreFixture {
  let nowMs = 1_700_000_000_000;
  const store = createMemoryStore({ maxBytes, dimensions: DIMENSIONS, clock: () => nowMs });
  return {
    store,
    nowMs: () => nowMs,
    advance: (milliseconds) => {
      nowMs += milliseconds;
      return Promise.resolve();
    },
  };
}

for (const [name, behave] of STORE_CONTRACT) {
  t.test(name, async (t) => {
    const fixture = createFixture();
    await behave(t, fixture);
    await fixture.store.close();
  });
}

t.test('stays within its byte budget', async (t) => {
  const { store, nowMs } = createFixture(250_000);
  for (let index = 0; index < 5000; index += 1) {
    store.put(makeEntry({ nowMs: nowMs(), exactKey: `key-${index}` }), unitVector(1 + (index % 7), index / 5000));
  }
  const { bytes, entries } = await store.stats();
  t.ok(bytes <= 250_000, `${bytes} bytes`);
  t.ok(entries > 150, `${entries} entries`);
  t.ok(await store.getExact('partition-a', 'key-4999'), 'the newest is kept');
  t.equal(await store.getExact('partition-a', 'key-0'), undefined, 'the oldest is gone');
});

t.test('counts the places of removed vectors, and gives them back', async (t) => {
  const { store, nowMs } = createFixture(100_000_000);
  const put = (index: number, partition: string): void =>
    store.put(
      makeEntry({ nowMs: nowMs(), exactKey: `${partition}-${index}`, partition, task: index > 0 ? 'gone' : 'kept' }),
      unitVector(1 + (index % 7), index / 2000),
    );
  for (let index = 0; index < 2000; index += 1) put(index, 'partition-a');
  await store.invalidate({ task: 'gone' }, { isDryRun: false });
  const { bytes, entries } = await store.stats();
  t.equal(entries, 1);
  t.ok(bytes > 2000 * vectorBytes(DIMENSIONS), `${bytes} bytes of places`);
  put(0, 'partition-b');
  const after = await store.stats();
  t.equal(after.entries, 2);
  t.ok(after.bytes < 4000, `${after.bytes} bytes`);
  const nearest = { vector: unitVector(1, 0), count: 1, minSimilarity: 0.9 };
  t.equal((await store.findNearest({ ...nearest, partition: 'partition-a' })).length, 1);
});

t.test('stays within its byte budget while entries of other partitions push the first out', async (t) => {
  const maxBytes = 11_000_000;
  const { store, nowMs } = createFixture(maxBytes);
  let most = 0;
  for (let index = 0; index < 12_000; index += 1) {
    const partition = `partition-${Math.floor(index / 4000)}`;
    store.put(makeEntry({ nowMs: nowMs(), exactKey: `key-${index}`, partition }), unitVector(1 + (index % 7), index));
    most = Math.max(most, (await store.stats()).bytes);
  }
  t.ok(most <= maxBytes, `${most} bytes`);
  const { entries } = await store.stats();
  t.ok(entries > 3000, `${entries} entries`);
});

t.test('lets no tenant push the others out', async (t) => {
  const { store, nowMs } = createFixture(100_000);
  for (let index = 0; index < 20; index += 1) {
    store.put(makeEntry({ nowMs: nowMs(), exactKey: `quiet-${index}`, tenantKey: 'quiet' }), undefined);
  }
  for (let index = 0; index < 2000; index += 1) {
    store.put(makeEntry({ nowMs: nowMs(), exactKey: `loud-${index}`, tenantKey: 'loud' }), undefined);
  }
  t.equal(await store.invalidate({ tenantKey: 'quiet' }, { isDryRun: true }), 20);
});

t.test('ignores an entry larger than the whole budget', async (t) => {
  const { store, nowMs } = createFixture(1000);
  store.put(makeEntry({ nowMs: nowMs(), answer: Buffer.alloc(5000) }), undefined);
  t.equal((await store.stats()).entries, 0);
});

t.test('finds the nearest among many, through removals', async (t) => {
  const { store, nowMs } = createFixture(100_000_000);
  const vectors = Array.from({ length: 1200 }, (_, index) => {
    const vector = Float32Array.from({ length: DIMENSIONS }, (__, axis) => Math.sin((index + 1) * (axis + 1) * 1.7));
    const norm = Math.hypot(...vector);
    return vector.map((value) => value / norm);
  });
  vectors.forEach((vector, index) => {
    store.put(makeEntry({ nowMs: nowMs(), exactKey: `key-${index}`, task: index % 3 === 0 ? 'gone' : 'kept' }), vector);
  });
  await store.invalidate({ task: 'gone' }, { isDryRun: false });
  vectors.forEach((vector, index) => {
    if (index % 6 === 0) store.put(makeEntry({ nowMs: nowMs(), exactKey: `key-${index}` }), vector);
  });
  let right = 0;
  let asked = 0;
  for (const [index, vector] of vectors.entries()) {
    if (index % 3 === 0 && index % 6 !== 0) continue;
    asked += 1;
    const [nearest] = await store.findNearest({ partition: 'partition-a', vector, count: 1, minSimilarity: -1 });
    if ((nearest?.similarity ?? 0) > 0.9999) right += 1;
  }
  t.ok(right / asked > 0.98, `${right} of ${asked}`);
});
