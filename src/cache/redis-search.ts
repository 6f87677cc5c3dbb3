import type { Redis } from 'ioredis';
import { fromHash, HASH_FIELDS, toBytes } from './redis-entry.js';
import type { RedisKeys } from './redis-keys.js';
import { readScores, replyValues, toSimilarity } from './redis-replies.js';
import type { CacheEntry, NearestQuery } from './store.js';

/** A vector near the one that was asked for, with its entry; that may be gone. */
export interface MetVector {
  readonly exactKey: string;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
  readonly entry: CacheEntry | undefined;
}

/** The nearest first, down to the least similarity. */
export type RedisSearch = (query: NearestQuery) => Promise<readonly MetVector[]>;

/** Candidates that a search keeps. Among 60,000 vectors 99.9% of the neighbours are those that Redis finds by default. */
const SEARCH_EFFORT = 50;

/** A search on Redis' own thread, or on one that it makes for each. */
export function createRedisSearch(redis: Redis, keys: RedisKeys, thread: 'main' | 'worker'): RedisSearch {
  return thread === 'main' ? searchAtOnce(redis, keys) : searchThenRead(redis, keys);
}

/**
 * Keys: the vector set. Arguments: vector, count, effort, least score, beginning of the entries' names, fields. All names that it makes
 * lie in the slot of the vector set.
 */
const SEARCH_AND_READ = `
local near = redis.call('VSIM', KEYS[1], 'FP32', ARGV[1], 'WITHSCORES', 'COUNT', ARGV[2], 'EF', ARGV[3], 'NOTHREAD')
local met = {}
for place = 1, #near, 2 do
  if tonumber(near[place + 1]) < tonumber(ARGV[4]) then break end
  local values = redis.call('HMGET', ARGV[5] .. near[place], unpack(ARGV, 6))
  met[#met + 1] = { near[place], near[place + 1], values }
end
return met`;

/** Vectors and entries with one wait for Redis. A script never leaves its thread. */
function searchAtOnce(redis: Redis, keys: RedisKeys): RedisSearch {
  return async ({ partition, vector, count, minSimilarity }) => {
    const reply = (await redis.callBuffer(
      'EVAL',
      SEARCH_AND_READ,
      1,
      keys.vectors(partition),
      toBytes(vector),
      count,
      Math.max(count, SEARCH_EFFORT),
      (1 + minSimilarity) / 2,
      keys.entry(partition, ''),
      ...HASH_FIELDS,
    )) as [exactKey: Buffer, score: Buffer, values: (Buffer | null)[]][];
    return reply.map(([exactKey, score, values]) => ({
      exactKey: exactKey.toString(),
      similarity: toSimilarity(score),
      entry: fromHash(values),
    }));
  };
}

function searchThenRead(redis: Redis, keys: RedisKeys): RedisSearch {
  return async ({ partition, vector, count, minSimilarity }) => {
    const effort = Math.max(count, SEARCH_EFFORT);
    const options = ['FP32', toBytes(vector), 'WITHSCORES', 'COUNT', count, 'EF', effort];
    const scores = readScores(await redis.callBuffer('VSIM', keys.vectors(partition), ...options));
    const near = scores.filter(({ similarity }) => similarity >= minSimilarity);
    if (near.length === 0) return [];
    const pipeline = redis.pipeline();
    for (const { exactKey } of near) pipeline.hmgetBuffer(keys.entry(partition, exactKey), ...HASH_FIELDS);
    const replies = await replyValues(pipeline.exec());
    return near.map((one, place) => ({ ...one, entry: fromHash(replies[place] as (Buffer | null)[]) }));
  };
}
