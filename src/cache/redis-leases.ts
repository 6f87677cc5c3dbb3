import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { LeaseKeeper } from './lease.js';
import type { RedisKeys } from './redis-keys.js';
import type { StoreBreaker } from './store-breaker.js';

/** Options of {@link createRedisLeases}. */
export interface RedisLeaseOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly leaseMs: number;
  readonly breaker: StoreBreaker;
  /** Waits for the writes that were asked for so far, so that whoever gets a lease next finds what was stored under it. */
  readonly afterWrites: () => Promise<void>;
}

/** Another may have the lease by now: it ran out before it was given back. */
const RELEASE_OWN = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Leases as keys with a time to live, each holding the token of its holder. */
export function createRedisLeases({ redis, keys, leaseMs, breaker, afterWrites }: RedisLeaseOptions): LeaseKeeper {
  return {
    async acquire(partition, exactKey) {
      const key = keys.lease(partition, exactKey);
      const token = randomUUID();
      const reply = await breaker.run(() => redis.set(key, token, 'PX', leaseMs, 'NX')).catch(() => 'away' as const);
      if (reply === null) return undefined;
      return {
        isUnconfirmed: reply !== 'OK',
        release: () =>
          void afterWrites()
            .then(() => redis.eval(RELEASE_OWN, 1, key, token))
            .catch(() => undefined),
      };
    },
  };
}
