import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { connectRedis } from '../../src/cache/redis-connection.js';
import type { RedisConnectionOptions } from '../../src/cache/redis-connection.js';
import { createRedisStore } from '../../src/cache/redis-store.js';
import type { RedisStore, RedisStoreOptions } from '../../src/cache/redis-store.js';

/** Where a Redis 8 listens, for tests. */
export const REDIS_URL = process.env['REDIS_URL'];

/** False, or why tests that need Redis are passed by. */
export const SKIP_WITHOUT_REDIS: string | false =
  REDIS_URL === undefined ? 'REDIS_URL is not set; it should name a Redis 8' : false;

/** Removes every key under a prefix. */
export async function forgetKeys(prefix: string): Promise<void> {
  const redis = connectRedis({ url: REDIS_URL ?? '' });
  await new Promise((resolve) => redis.once('ready', resolve));
  for (const name of await redis.keys(`${prefix}:*`)) await redis.del(name);
  redis.disconnect();
}

/** A connected store, under a fresh prefix unless one is given. It is closed and its keys go when the test ends, passed or not. */
export async function createTestStore(
  t: Test,
  { socketTimeoutMs, ...options }: Partial<RedisStoreOptions & RedisConnectionOptions> = {},
  url = REDIS_URL ?? '',
): Promise<RedisStore> {
  const redis = connectRedis({ url, ...(socketTimeoutMs === undefined ? {} : { socketTimeoutMs }) });
  const prefix = options.prefix ?? `pointsman-test-${randomUUID()}`;
  const store = createRedisStore({
    redis,
    prefix,
    vectorFormat: 'int8',
    searchThread: 'main',
    deadlineMs: 10_000,
    maxEntriesPerTenant: 1000,
    leaseMs: 60_000,
    clock: Date.now,
    ...options,
  });
  t.teardown(async () => {
    await store.close();
    await forgetKeys(prefix);
  });
  if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
  return store;
}
