import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { connectRedis } from '../../src/cache/redis-connection.js';
import { createTestStore, REDIS_URL, SKIP_WITHOUT_REDIS } from './redis-fixture.js';
import { makeEntry, STORE_CONTRACT, unitVector } from '../cache/store-contract.js';

t.test('on Redis', { skip: SKIP_WITHOUT_REDIS }, async (t) => {
  for (const options of [
    { vectorFormat: 'int8', searchThread: 'main' },
    { vectorFormat: 'float', searchThread: 'worker' },
  ] as const) {
    for (const [name, behave] of STORE_CONTRACT) {
      t.test(`${name} (${options.vectorFormat}, ${options.searchThread} thread)`, async (t) => {
        const store = await createTestStore(t, options);
        // Redis keeps its own time: it has to pass.
        await behave(t, { store, nowMs: Date.now, advance: (milliseconds) => wait(milliseconds + 10) });
      });
    }
  }

  t.test('a second replica sees what the first stored', async (t) => {
    const prefix = `pointsman-test-${Date.now()}`;
    const first = await createTestStore(t, { prefix });
    const second = await createTestStore(t, { prefix });
    const entry = makeEntry({ nowMs: Date.now() });
    first.put(entry, unitVector(1, 0.1));
    await first.flush();
    t.same(await second.getExact('partition-a', 'key-a'), entry);
    const found = await second.findNearest({
      partition: 'partition-a',
      vector: unitVector(1, 0.1),
      count: 1,
      minSimilarity: 0.9,
    });
    t.equal(found.length, 1);
  });

  t.test('one replica at a time has a lease, until its holder gives it back or it runs out', async (t) => {
    const prefix = `pointsman-test-lease-${Date.now()}`;
    const first = await createTestStore(t, { prefix, leaseMs: 50 });
    const second = await createTestStore(t, { prefix });
    const ranOut = await first.leases.acquire('p', 'k');
    t.ok(ranOut);
    await wait(100);
    const held = await second.leases.acquire('p', 'k');
    t.ok(held);
    ranOut?.release();
    await first.stats();
    t.equal(await first.leases.acquire('p', 'k'), undefined, 'a holder frees its own lease only');
    held?.release();
    await second.stats();
    t.ok(await first.leases.acquire('p', 'k'));
  });

  t.test('a lease is given back once what was stored under it can be read', async (t) => {
    const prefix = `pointsman-test-lease-${Date.now()}`;
    const first = await createTestStore(t, { prefix });
    const second = await createTestStore(t, { prefix });
    for (let round = 0; round < 20; round += 1) {
      const exactKey = `key-${round}`;
      const held = await first.leases.acquire('partition-a', exactKey);
      first.put(makeEntry({ nowMs: Date.now(), exactKey }), unitVector(1, 0.1));
      held?.release();
      while ((await second.leases.acquire('partition-a', exactKey)) === undefined);
      t.ok(await second.getExact('partition-a', exactKey));
    }
  });

  t.test('a tenant over its number of entries loses those nearest their end', async (t) => {
    const store = await createTestStore(t, { maxEntriesPerTenant: 3 });
    for (let index = 0; index < 5; index += 1) {
      store.put(
        makeEntry({ nowMs: Date.now(), exactKey: `key-${index}`, expiresAtMs: Date.now() + 60_000 + index * 1000 }),
        unitVector(1, 0.1 * index),
      );
    }
    await store.flush();
    t.equal(await store.sweep(100), 2);
    t.equal(await store.getExact('partition-a', 'key-1'), undefined);
    t.ok(await store.getExact('partition-a', 'key-2'));
  });

  t.test('an invalidation removes what was put just before it', async (t) => {
    const store = await createTestStore(t);
    for (let index = 0; index < 50; index += 1)
      store.put(makeEntry({ nowMs: Date.now(), exactKey: `key-${index}` }), unitVector(1, 0.1));
    t.equal(await store.invalidate({ tenantKey: 'tenant-a' }, { isDryRun: false }), 50);
    await store.flush();
    t.equal(await store.getExact('partition-a', 'key-49'), undefined);
  });

  t.test('the write queue counts prompts and vectors too', async (t) => {
    const store = await createTestStore(t);
    const text = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 40; index += 1)
      store.put(makeEntry({ nowMs: Date.now(), exactKey: `key-${index}`, text }), unitVector(1, 0.1));
    const { droppedWrites } = await store.stats();
    t.equal(droppedWrites, 9, 'of 40 texts with 2 MiB in memory each 31 fit into 64 MiB');
    await store.flush();
  });

  t.test('a flushed or damaged store makes misses and fills again', async (t) => {
    const prefix = `pointsman-test-flush-${Date.now()}`;
    const store = await createTestStore(t, { prefix });
    const admin = connectRedis({ url: REDIS_URL ?? '' });
    await new Promise((resolve) => admin.once('ready', resolve));
    const entry = makeEntry({ nowMs: Date.now() });
    const query = { partition: 'partition-a', vector: unitVector(1, 0.1), count: 1, minSimilarity: 0.9 };
    store.put(entry, query.vector);
    await store.flush();
    await admin.hdel(`${prefix}:{partition-a}:e:key-a`, 'a');
    t.equal(await store.getExact('partition-a', 'key-a'), undefined, 'an entry without its answer');
    t.same(await store.findNearest(query), []);
    const names = await admin.keys(`${prefix}:*`);
    await Promise.all(names.map((name) => admin.del(name)));
    t.same(await store.findNearest(query), []);
    store.put(entry, query.vector);
    await store.flush();
    t.equal((await store.findNearest(query)).length, 1);
    admin.disconnect();
  });
});

t.test('without a server every look-up fails at once and writes are dropped', async (t) => {
  const redis = connectRedis({ url: 'redis://127.0.0.1:1' });
  const { createRedisStore } = await import('../../src/cache/redis-store.js');
  const store = createRedisStore({
    redis,
    prefix: 'p',
    vectorFormat: 'int8',
    searchThread: 'main',
    deadlineMs: 25,
    maxEntriesPerTenant: 10,
    leaseMs: 1000,
    clock: Date.now,
  });
  const startedAt = performance.now();
  for (let index = 0; index < 10; index += 1) await t.rejects(store.getExact('p', 'k'), { name: 'StoreAwayError' });
  t.ok(performance.now() - startedAt < 10_000);
  store.put(makeEntry({ nowMs: Date.now() }), undefined);
  await store.flush();
  t.ok(await store.leases.acquire('p', 'k'), 'better two dispatches than none');
  t.match(await store.stats(), { state: 'down', droppedWrites: 1 });
  await store.close();
});
