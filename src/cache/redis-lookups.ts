import type { Redis } from 'ioredis';
import { fromHash, HASH_FIELDS, toBytes } from './redis-entry.js';
import type { RedisKeys } from './redis-keys.js';
import { readScores, replyValues } from './redis-replies.js';
import type { CacheEntry, CacheStore, NearEntry, NearestQuery } from './store.js';

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

/** Candidates that a search keeps. Among 60,000 vectors 99.9% of the neighbours are those that Redis finds by default. */
const SEARCH_EFFORT = 50;

/** The reading side of the store. */
export function createRedisLookups({ redis, keys, searchThread, onOrphan, clock }: RedisLookupOptions): RedisLookups {
  const readEntries = async (
    partition: string,
    exactKeys: readonly string[],
  ): Promise<readonly (CacheEntry | undefined)[]> => {
    const [first] = exactKeys;
    if (first !== undefined && exactKeys.length === 1)
      return [fromHash(await redis.hmgetBuffer(keys.entry(partition, first), ...HASH_FIELDS))];
    const pipeline = redis.pipeline();
    for (const exactKey of exactKeys) pipeline.hmgetBuffer(keys.entry(partition, exactKey), ...HASH_FIELDS);
    const replies = await replyValues(pipeline.exec());
    return replies.map((reply) => fromHash(reply as (Buffer | null)[]));
  };

  const isLive = (entry: CacheEntry | undefined): entry is CacheEntry =>
    entry !== undefined && entry.expiresAtMs > clock();

  const search = async ({
    partition,
    vector,
    count,
    minSimilarity,
  }: NearestQuery): Promise<ReturnType<typeof readScores>> => {
    const reply: unknown = await redis.callBuffer(
      'VSIM',
      keys.vectors(partition),
      'FP32',
      toBytes(vector),
      'WITHSCORES',
      'COUNT',
      count,
      'EF',
      Math.max(count, SEARCH_EFFORT),
      ...(searchThread === 'main' ? ['NOTHREAD'] : []),
    );
    return readScores(reply).filter(({ similarity }) => similarity >= minSimilarity);
  };

  return {
    async getExact(partition, exactKey) {
      const [entry] = await readEntries(partition, [exactKey]);
      return isLive(entry) && entry.partition === partition ? entry : undefined;
    },
    async findNearest(query) {
      const near = await search(query);
      if (near.length === 0) return [];
      const exactKeys = near.map(({ exactKey }) => exactKey);
      const entries = await readEntries(query.partition, exactKeys);
      const found: NearEntry[] = [];
      near.forEach(({ exactKey, similarity }, place) => {
        const entry = entries[place];
        if (isLive(entry)) found.push({ entry, similarity });
        else onOrphan(query.partition, exactKey);
      });
      return found;
    },
  };
}
