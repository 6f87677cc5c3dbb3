import type { Redis } from 'ioredis';
import type { LeaseKeeper } from './lease.js';
import { createRedisKeys } from './redis-keys.js';
import { createRedisLeases } from './redis-leases.js';
import { createRedisLookups } from './redis-lookups.js';
import { createRedisMaintenance } from './redis-maintenance.js';
import { createTenantIndex } from './redis-tenant-index.js';
import { createRedisWrites } from './redis-writes.js';
import { entryBytes } from './store.js';
import type { CacheStore } from './store.js';
import { createStoreBreaker, withDeadline } from './store-breaker.js';
import { createWriteQueue } from './write-queue.js';

/** Options of {@link createRedisStore}. */
export interface RedisStoreOptions {
  readonly redis: Redis;
  /** Before every key. */
  readonly prefix: string;
  /** "int8" takes a quarter of the memory; the cosine then differs by some thousandths. */
  readonly vectorFormat: 'int8' | 'float';
  /** Where Redis searches vectors: "main" on its own thread, "worker" on one that it makes for each search. */
  readonly searchThread: 'main' | 'worker';
  /** A look-up has this long. */
  readonly deadlineMs: number;
  /** A step of an invalidation or a sweep (some hundred entries) has this long. Default: 10,000. */
  readonly stepDeadlineMs?: number;
  /** Entries a tenant may have; the ones nearest their end go first. */
  readonly maxEntriesPerTenant: number;
  readonly leaseMs: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** A shared store on Redis 8, with leases across replicas. */
export interface RedisStore extends CacheStore {
  readonly leases: LeaseKeeper;
}

const QUEUE = { maxWrites: 10_000, maxBytes: 64 * 1024 * 1024, concurrency: 16 };
const BREAKER = { failuresToOpen: 3, firstPauseMs: 100, longestPauseMs: 1000 };
const STEP_DEADLINE_MS = 10_000;
const STATS_DEADLINE_MS = 5000;

/**
 * Entries are hashes with a time to live; the prompts of a partition are one vector set. Vector sets have no time to live by
 * element, so members whose hash is gone are removed when met and by the sweeper. Nothing that Redis should hold is remembered here: after FLUSHALL
 * or a restart the next answers fill it again.
 *
 * Look-ups and leases run under a breaker and its deadline, writes in a bounded queue in the background, invalidation and sweep in steps that
 * have a deadline each.
 */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { redis, clock, stepDeadlineMs = STEP_DEADLINE_MS } = options;
  const keys = createRedisKeys(options.prefix, options.vectorFormat);
  const index = createTenantIndex(redis, keys, clock);
  const queue = createWriteQueue(QUEUE);
  const runStep = <T>(step: () => Promise<T>): Promise<T> => withDeadline(step(), stepDeadlineMs);

  const writes = createRedisWrites({ ...options, keys, index });
  const lookups = createRedisLookups({
    ...options,
    keys,
    onOrphan: (partition, exactKey) => queue.push(() => writes.removeVector(partition, exactKey), 0),
  });
  // A look-up, since a user of Redis may be allowed nothing else.
  const probe = (): Promise<unknown> => lookups.getExact('probe', 'probe');
  const breaker = createStoreBreaker({ ...BREAKER, deadlineMs: options.deadlineMs, probe });
  const maintenance = createRedisMaintenance({ ...options, keys, index, runStep });

  return {
    leases: createRedisLeases({ ...options, keys, breaker, afterWrites: () => queue.flush() }),
    getExact: (partition, exactKey) => breaker.run(() => lookups.getExact(partition, exactKey)),
    findNearest: (query) => breaker.run(() => lookups.findNearest(query)),
    put: (entry, vector) => void queue.push(() => writes.store(entry, vector), entryBytes(entry, vector)),
    flush: () => queue.flush(),
    async invalidate(filter, { isDryRun }) {
      // What was put before must not be stored after.
      await runStep(() => queue.flush());
      return maintenance.invalidate(filter, isDryRun);
    },
    sweep: (limit) => maintenance.sweep(limit),
    async stats() {
      // Not by the breaker: counting takes the longer the more tenants there are, and no look-up should suffer for it.
      const entries = breaker.isOpen
        ? undefined
        : await withDeadline(maintenance.countEntries(), STATS_DEADLINE_MS).catch(() => undefined);
      return {
        entries: entries ?? 0,
        bytes: 0,
        state: entries === undefined ? 'down' : 'ok',
        droppedWrites: queue.dropped,
      };
    },
    async close() {
      breaker.close();
      queue.clear();
      redis.disconnect();
      await queue.flush();
    },
  };
}
