import type { Redis } from 'ioredis';
import { toBytes, toHash } from './redis-entry.js';
import type { RedisKeys } from './redis-keys.js';
import { replyValues } from './redis-replies.js';
import type { TenantIndex } from './redis-tenant-index.js';
import type { CacheEntry } from './store.js';

/** Options of {@link createRedisWrites}. */
export interface RedisWriteOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly index: TenantIndex;
  readonly vectorFormat: 'int8' | 'float';
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Writes to Redis, without a bound on their time. */
export interface RedisWrites {
  store(entry: CacheEntry, vector: Float32Array | undefined): Promise<void>;
  removeVector(partition: string, exactKey: string): Promise<unknown>;
}

/** The writing side of the store. */
export function createRedisWrites({ redis, keys, index, vectorFormat, clock }: RedisWriteOptions): RedisWrites {
  const quantisation = vectorFormat === 'int8' ? 'Q8' : 'NOQUANT';

  const storeInPartition = async (entry: CacheEntry, vector: Float32Array | undefined): Promise<void> => {
    const { partition, exactKey, expiresAtMs } = entry;
    const key = keys.entry(partition, exactKey);
    const vectors = keys.vectors(partition);
    const lifeMs = Math.max(1, Math.ceil(expiresAtMs - clock()));
    const pipeline = redis
      .pipeline()
      .hset(key, ...toHash(entry))
      .pexpire(key, lifeMs);
    if (vector === undefined) pipeline.call('VREM', vectors, exactKey);
    else {
      pipeline.call('VADD', vectors, 'FP32', toBytes(vector), exactKey, quantisation);
      // A set without a time to live is a new one; GT leaves such a set alone, NX starts it.
      pipeline.pexpire(vectors, lifeMs, 'NX').pexpire(vectors, lifeMs, 'GT');
    }
    await replyValues(pipeline.exec());
  };

  return {
    async store(entry, vector) {
      await index.announce(entry);
      await storeInPartition(entry, vector);
      await index.confirm(entry);
    },
    removeVector: (partition, exactKey) => redis.call('VREM', keys.vectors(partition), exactKey),
  };
}
