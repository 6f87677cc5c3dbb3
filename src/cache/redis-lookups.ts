import type { Redis } from 'ioredis';
import { fromHash, HASH_FIELDS } from './redis-entry.js';
import type { RedisKeys } from './redis-keys.js';
import { createRedisSearch } from './redis-search.js';
import type { CacheEntry, CacheStore } from './store.js';

/** Options of {@link createRedisLookups}. */
export interface RedisLookupOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly searchThread: 'main' | 'worker';
  /** Called with a vector whose entry is gone. */
  readonly onOrphan: (partition: string, exactKey: string) => void;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Look-ups in Redis, without a bound on their time. */
export type RedisLookups = Pick<CacheStore, 'getExact' | 'findNearest'>;

/** The reading side of the store. */
export function createRedisLookups({ redis, keys, searchThread, onOrphan, clock }: RedisLookupOptions): RedisLookups {
  const search = createRedisSearch(redis, keys, searchThread);
  const isLive = (entry: CacheEntry | undefined): entry is CacheEntry =>
    entry !== undefined && entry.expiresAtMs > clock();
  return {
    async getExact(partition, exactKey) {
      const entry = fromHash(await redis.hmgetBuffer(keys.entry(partition, exactKey), ...HASH_FIELDS));
      return isLive(entry) && entry.partition === partition ? entry : undefined;
    },
    async findNearest(query) {
      const met = await search(query);
      return met.flatMap(({ exactKey, similarity, entry }) => {
        if (isLive(entry)) return [{ entry, similarity }];
        onOrphan(query.partition, exactKey);
        return [];
      });
    },
  };
}
