import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { connectRedis } from '../../src/cache/redis-connection.js';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import { answer, ask, createFixture, makeFacts } from '../cache/cache-fixture.js';
import { createTestStore, REDIS_URL, SKIP_WITHOUT_REDIS } from './redis-fixture.js';
import { DIMENSIONS, makeEntry, unitVector } from '../cache/store-contract.js';
import { startRedisProxy } from './redis-proxy.js';
import type { RedisStore } from '../../src/cache/redis-store.js';

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + 20_000;
  while (!(await isDone())) {
    if (Date.now() > endsAt) throw new Error('it did not come to pass in 20 s');
    await new Promise(setImmediate);
  }
}

/** A cache in front of Redis that keeps nothing itself, so that every look-up goes there. */
function createReplica(store: RedisStore): ReturnType<typeof createFixture>['cache'] {
  const local = createMemoryStore({ maxBytes: 1_000_000, dimensions: DIMENSIONS, clock: Date.now });
  return createFixture({}, { local, frontTtlMs: 0, clock: Date.now, shared: { store, leases: store.leases } }).cache;
}

t.test('Redis in trouble', { skip: SKIP_WITHOUT_REDIS }, async (t) => {
  const admin = connectRedis({ url: REDIS_URL ?? '' });
  await new Promise((resolve) => admin.once('ready', resolve));

  t.test('paused: misses within the deadline, a mark, then hits again', async (t) => {
    const proxy = await startRedisProxy(t);
    const store = await createTestStore(t, { deadlineMs: 25 }, proxy.url);
    const cache = createReplica(store);
    const facts = makeFacts('Why is the sea salty?');
    const isHit = async (): Promise<boolean> => (await ask(cache, facts)).found.kind === 'hit';
    await answer(cache, facts);
    await store.flush();
    await until(isHit);
    proxy.pause();
    let slowestMs = 0;
    for (let call = 0; call < 20; call += 1) {
      const startedAt = performance.now();
      const { found, trace } = await ask(cache, facts);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      t.equal(found.kind, 'miss');
      t.same(trace.degradations, ['cache: shared store did not answer in time']);
      t.equal(trace.cache?.outcome, 'unavailable');
    }
    // bench:cache-faults measures against 30 ms; here a busy machine must not fail the test.
    t.ok(slowestMs < 2000, `${slowestMs} ms for two look-ups`);
    proxy.resume();
    await until(isHit);
  });

  t.test('full: writes are dropped, look-ups go on', async (t) => {
    const store = await createTestStore(t);
    store.put(makeEntry({ nowMs: Date.now() }), unitVector(1, 0.1));
    await store.flush();
    const [, before = '0'] = await admin.config('GET', 'maxmemory');
    await admin.config('SET', 'maxmemory', '1');
    store.put(makeEntry({ nowMs: Date.now(), exactKey: 'key-b' }), unitVector(1, 0.1));
    await store.flush();
    await admin.config('SET', 'maxmemory', before);
    t.equal((await store.stats()).droppedWrites, 1);
    t.ok(await store.getExact('partition-a', 'key-a'));
    t.equal(await store.getExact('partition-a', 'key-b'), undefined);
  });

  t.test('cut off: the connection comes back by itself', async (t) => {
    const store = await createTestStore(t);
    store.put(makeEntry({ nowMs: Date.now() }), undefined);
    await store.flush();
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until(() =>
      store.getExact('partition-a', 'key-a').then(
        (entry) => entry !== undefined,
        () => false,
      ),
    );
  });

  t.test('gone silent: the connection is given up and made anew, an idle one is kept', async (t) => {
    const proxy = await startRedisProxy(t);
    const store = await createTestStore(t, { deadlineMs: 25, socketTimeoutMs: 1000 }, proxy.url);
    const entry = makeEntry({ nowMs: Date.now() });
    const isThere = (): Promise<boolean> =>
      store.getExact(entry.partition, entry.exactKey).then(
        (found) => found !== undefined,
        () => false,
      );
    store.put(entry, undefined);
    await store.flush();
    await until(isThere);
    await wait(1500);
    t.equal(proxy.connections, 1, 'idle for longer than the time limit');
    proxy.silence();
    store.put(makeEntry({ nowMs: Date.now(), exactKey: 'key-b' }), undefined);
    const removing = [store.invalidate({}, { isDryRun: false }), store.sweep(10)].map((work) =>
      work.then(
        () => 'done',
        () => 'failed',
      ),
    );
    t.same(await Promise.all(removing), ['failed', 'failed']);
    await until(isThere);
    t.equal((await store.stats()).droppedWrites, 1);
    t.equal(await store.invalidate({}, { isDryRun: false }), 1);
  });

  t.test('paused: invalidation and sweep give up', async (t) => {
    const proxy = await startRedisProxy(t);
    const store = await createTestStore(t, { stepDeadlineMs: 50, socketTimeoutMs: 60_000 }, proxy.url);
    proxy.pause();
    await t.rejects(store.invalidate({}, { isDryRun: false }), { name: 'StoreAwayError' });
    await t.rejects(store.sweep(10), { name: 'StoreAwayError' });
    store.put(makeEntry({ nowMs: Date.now() }), undefined);
    await t.rejects(store.invalidate({}, { isDryRun: false }), { name: 'StoreAwayError' }, 'a write is under way');
    proxy.resume();
    await until(() =>
      store.invalidate({}, { isDryRun: true }).then(
        (count) => count === 1,
        () => false,
      ),
    );
  });

  t.test('two replicas on one Redis never give a tenant the answer of another', async (t) => {
    const prefix = `pointsman-test-mixed-${Date.now()}`;
    const stores = [await createTestStore(t, { prefix }), await createTestStore(t, { prefix })];
    const replicas = stores.map(createReplica);
    let hits = 0;
    for (let call = 0; call < 2000; call += 1) {
      const tenant = `tenant-${(call * 7) % 5}`;
      const facts = makeFacts(`Why is thing ${call % 11} so?`, { tenant });
      const { found, trace } = await ask(replicas[call % 2]!, facts);
      if (found.kind === 'hit') {
        hits += 1;
        if (found.answer.model !== tenant) t.fail(`${tenant} got the answer of ${found.answer.model}`);
        continue;
      }
      const turn = await replicas[call % 2]!.takeTurn(found.ticket, { trace, signal: new AbortController().signal });
      if (turn.kind === 'produce') {
        turn.complete(
          {
            parts: [{ kind: 'text', text: tenant }],
            finishReason: 'stop',
            usage: USAGE,
            costUsd: 0,
            model: tenant,
            chunks: [],
          },
          trace,
        );
      }
      await stores[call % 2]!.flush();
    }
    t.ok(hits > 1800, `${hits} hits`);
  });

  t.teardown(() => admin.disconnect());
});

const USAGE = { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0, reasoningTokens: 0, isEstimated: false };
