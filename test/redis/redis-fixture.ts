import { randomUUID } from 'node:crypto';
import { connectRedis } from '../../src/cache/redis-connection.js';
import type { RedisConnectionOptions } from '../../src/cache/redis-connection.js';
import { createRedisStore } from '../../src/cache/redis-store.js';
import type { RedisStore, RedisStoreOptions } from '../../src/cache/redis-store.js';

/** Where a Redis 8 listens, for tests. */
export const REDIS_URL = process.env['REDIS_URL'];

/** False, or why tests that need Redis are passed by. */
export const SKIP_WITHOUT_REDIS: string | false =
  REDIS_URL === undefined ? 'REDIS_URL is not set; it should name a Redis 8' : false;

export interface RedisFixture {
  readonly store: RedisStore;
  readonly close: () => Promise<void>;
}

/** A store of its own under a fresh prefix. */
export async function createRedisFixture(
  { socketTimeoutMs, ...options }: Partial<RedisStoreOptions & RedisConnectionOptions> = {},
  url = REDIS_URL ?? '',
): Promise<RedisFixture> {
  const redis = connectRedis({ url, ...(socketTimeoutMs === undefined ? {} : { socketTimeoutMs }) });
  const prefix = options.prefix ?? `pointsman-test-${randomUUID()}`;
  const store = createRedisStore({
    redis,
    prefix,
    vectorFormat: 'int8',
    searchThread: 'main',
    deadlineMs: 1000,
    maxEntriesPerTenant: 1000,
    leaseMs: 5000,
    clock: Date.now,
    ...options,
  });
  if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
  return {
    store,
    close: async () => {
      if (redis.status === 'ready') {
        const names = await redis.keys(`${prefix}:*`);
        await Promise.all(names.map((name) => redis.del(name)));
      }
      await store.close();
    },
  };
}
