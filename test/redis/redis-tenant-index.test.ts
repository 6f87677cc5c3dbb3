import { randomUUID } from 'node:crypto';
import t from 'tap';
import { connectRedis } from '../../src/cache/redis-connection.js';
import { createRedisKeys } from '../../src/cache/redis-keys.js';
import { createTenantIndex } from '../../src/cache/redis-tenant-index.js';
import { makeEntry } from '../cache/store-contract.js';
import { createTestStore, REDIS_URL, SKIP_WITHOUT_REDIS } from './redis-fixture.js';

const HOUR_MS = 3_600_000;

t.test('lists of tenants in Redis', { skip: SKIP_WITHOUT_REDIS }, async (t) => {
  const prefix = `pointsman-test-${randomUUID()}`;
  const redis = connectRedis({ url: REDIS_URL ?? '' });
  await new Promise((resolve) => redis.once('ready', resolve));
  const keys = createRedisKeys(prefix, 'int8');
  const index = createTenantIndex(redis, keys, Date.now);
  const store = await createTestStore(t, { prefix, maxEntriesPerTenant: 1 });
  const entry = makeEntry({ nowMs: Date.now() });
  const isServed = async (): Promise<boolean> => (await store.getExact(entry.partition, entry.exactKey)) !== undefined;
  t.teardown(() => redis.disconnect());
  t.afterEach(async () => {
    for (const name of await redis.keys(`${prefix}:*`)) await redis.del(name);
  });

  for (const name of ['tenant', 'tenants'] as const) {
    t.test(`an entry that cannot be listed (${name}) is not served`, async (t) => {
      await redis.set(name === 'tenant' ? keys.tenant(entry.tenantKey) : keys.tenants, 'no sorted set');
      store.put(entry, undefined);
      await store.flush();
      t.equal(await isServed(), false);
    });
  }

  t.test('an entry that was stored but not confirmed is invalidated and counts', async (t) => {
    store.put(entry, undefined);
    await store.flush();
    await index.announce(entry);
    t.equal((await store.stats()).entries, 1);
    t.equal(await store.invalidate({}, { isDryRun: false }), 1);
    t.equal(await isServed(), false);
  });

  t.test('a removal leaves listed what a write lists meanwhile, before and after it stored', async (t) => {
    const others = [
      { act: () => index.confirm(entry), seenAfter: () => index.announce(entry) },
      {
        act: () => index.announce({ ...entry, expiresAtMs: entry.expiresAtMs + 1000 }),
        seenAfter: () => index.confirm(entry),
      },
    ];
    for (const { act, seenAfter } of others) {
      await seenAfter();
      const { listed } = await index.page(entry.tenantKey, '0');
      await act();
      await index.remove(entry.tenantKey, listed);
      t.equal((await index.page(entry.tenantKey, '0')).listed.length, 1);
    }
    await index.remove(entry.tenantKey, (await index.page(entry.tenantKey, '0')).listed);
    t.same((await index.page(entry.tenantKey, '0')).listed, []);
  });

  t.test('a tenant is known while an entry of it may live, whatever its list holds', async (t) => {
    store.put(entry, undefined);
    await store.invalidate({}, { isDryRun: false });
    await store.sweep(10);
    t.same((await index.tenantPage('0')).tenantKeys, [entry.tenantKey]);
    const later = createTenantIndex(redis, keys, () => entry.expiresAtMs + HOUR_MS);
    await later.forgetTenants();
    t.same((await index.tenantPage('0')).tenantKeys, []);
  });

  t.test('a name without an entry goes at its time', async (t) => {
    await index.announce({ ...entry, expiresAtMs: Date.now() + 50_000 });
    t.equal(await store.sweep(10), 0);
    await redis.zadd(keys.tenant(entry.tenantKey), Date.now() - 1, 'partition-a.key-a');
    t.equal(await store.sweep(10), 1);
  });

  t.test('sweeps go round all tenants, each from where the last one ended', async (t) => {
    const tenants = Array.from({ length: 2500 }, (_, number) => `tenant-${number}`);
    const past = Date.now() - 1;
    for (const tenant of tenants) {
      await redis.zadd(keys.tenants, Date.now(), tenant);
      await redis.zadd(keys.tenant(tenant), past, 'partition-a.key-a');
    }
    const sweeps = [await store.sweep(10_000), await store.sweep(10_000), await store.sweep(10_000)];
    t.same(sweeps, [1000, 1000, 500], 'a thousand tenants each');
    t.equal(await store.sweep(10_000), 0);
  });
});
