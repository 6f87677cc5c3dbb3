import type { Redis } from 'ioredis';
import type { LeaseKeeper } from './lease.js';
import { fromHash, fromSummary, HASH_FIELDS, SUMMARY_FIELDS, toHash } from './redis-entry.js';
import { createRedisKeys, memberOf, readMember } from './redis-keys.js';
import { createRedisLeases } from './redis-leases.js';
import { matchesFilter } from './store.js';
import type { CacheEntry, CacheStore, InvalidationFilter, NearEntry, NearestQuery } from './store.js';
import { createStoreBreaker } from './store-breaker.js';
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

/** Candidates that a search keeps. Among 60,000 vectors 99.9% of the neighbours are those that Redis finds by default. */
const SEARCH_EFFORT = 50;
const QUEUE = { maxWrites: 10_000, maxBytes: 64 * 1024 * 1024, concurrency: 16 };
const BREAKER = { failuresToOpen: 5, pauseMs: 1000 };
/** Entries looked through in one step of an invalidation or a sweep. */
const STEP = 200;

/**
 * Entries are hashes with a time to live; the prompts of a partition are one vector set. Vector sets have no time to live by
 * element, so members whose hash is gone are removed when met and by the sweeper. Nothing that Redis should hold is remembered here: after FLUSHALL
 * or a restart the next answers fill it again.
 */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { redis, clock } = options;
  const keys = createRedisKeys(options.prefix, options.vectorFormat);
  const queue = createWriteQueue(QUEUE);
  const breaker = createStoreBreaker({ ...BREAKER, deadlineMs: options.deadlineMs, clock: () => performance.now() });
  const quantisation = options.vectorFormat === 'int8' ? 'Q8' : 'NOQUANT';

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

  const findNearest = async ({
    partition,
    vector,
    count,
    minSimilarity,
  }: NearestQuery): Promise<readonly NearEntry[]> => {
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
      ...(options.searchThread === 'main' ? ['NOTHREAD'] : []),
    );
    const near = readScores(reply).filter(({ similarity }) => similarity >= minSimilarity);
    if (near.length === 0) return [];
    const entries = await readEntries(
      partition,
      near.map(({ exactKey }) => exactKey),
    );
    const found: NearEntry[] = [];
    near.forEach(({ exactKey, similarity }, place) => {
      const entry = entries[place];
      if (isLive(entry)) found.push({ entry, similarity });
      else queue.push(() => redis.call('VREM', keys.vectors(partition), exactKey), 0);
    });
    return found;
  };

  const write = async (entry: CacheEntry, vector: Float32Array | undefined): Promise<void> => {
    const { partition, exactKey, tenantKey, expiresAtMs } = entry;
    const key = keys.entry(partition, exactKey);
    const lifeMs = Math.max(1, Math.ceil(expiresAtMs - clock()));
    const inPartition = redis
      .pipeline()
      .hset(key, ...toHash(entry))
      .pexpire(key, lifeMs);
    const vectors = keys.vectors(partition);
    if (vector === undefined) inPartition.call('VREM', vectors, exactKey);
    else {
      inPartition.call('VADD', vectors, 'FP32', toBytes(vector), exactKey, quantisation);
      // A set without a time to live is a new one; GT leaves such a set alone, NX starts it.
      inPartition.pexpire(vectors, lifeMs, 'NX').pexpire(vectors, lifeMs, 'GT');
    }
    await replyValues(inPartition.exec());
    const ofTenant = redis.pipeline().zadd(keys.tenant(tenantKey), expiresAtMs, memberOf(partition, exactKey));
    await replyValues(
      ofTenant.pexpire(keys.tenant(tenantKey), lifeMs, 'NX').pexpire(keys.tenant(tenantKey), lifeMs, 'GT').exec(),
    );
    await redis.sadd(keys.tenants, tenantKey);
  };

  const removeMembers = async (tenantKey: string, members: readonly string[]): Promise<void> => {
    if (members.length === 0) return;
    for (const member of members) {
      const name = readMember(member);
      if (name === undefined) continue;
      const pipeline = redis.pipeline().del(keys.entry(name.partition, name.exactKey));
      await replyValues(pipeline.call('VREM', keys.vectors(name.partition), name.exactKey).exec());
    }
    await redis.zrem(keys.tenant(tenantKey), ...members);
  };

  const invalidate = async (filter: InvalidationFilter, isDryRun: boolean): Promise<number> => {
    let count = 0;
    const tenants = filter.tenantKey === undefined ? await redis.smembers(keys.tenants) : [filter.tenantKey];
    for (const tenantKey of tenants) {
      let cursor = '0';
      do {
        const [next, pairs] = await redis.zscan(keys.tenant(tenantKey), cursor, 'COUNT', STEP);
        cursor = next;
        const members = pairs.filter((_, place) => place % 2 === 0);
        const meant = await filterMembers(members, filter);
        count += meant.length;
        if (!isDryRun) await removeMembers(tenantKey, meant);
      } while (cursor !== '0');
    }
    return count;
  };

  const filterMembers = async (members: readonly string[], filter: InvalidationFilter): Promise<readonly string[]> => {
    const nowMs = clock();
    const replies = await Promise.all(
      members.map((member) => {
        const name = readMember(member) ?? { partition: '', exactKey: '' };
        return redis.hmgetBuffer(keys.entry(name.partition, name.exactKey), ...SUMMARY_FIELDS);
      }),
    );
    return members.filter((_, place) => {
      const entry = fromSummary(replies[place] ?? []);
      return entry !== undefined && entry.expiresAtMs > nowMs && matchesFilter(entry, filter, nowMs);
    });
  };

  const sweep = async (limit: number): Promise<number> => {
    let removed = 0;
    for (const tenantKey of await redis.smembers(keys.tenants)) {
      const key = keys.tenant(tenantKey);
      const room = Math.max(0, limit - removed);
      const expired = await redis.zrangebyscore(key, '-inf', String(clock()), 'LIMIT', 0, room);
      const total = await redis.zcard(key);
      const surplus = Math.min(room - expired.length, total - expired.length - options.maxEntriesPerTenant);
      const pushedOut =
        surplus > 0 ? await redis.zrange(key, String(expired.length), String(expired.length + surplus - 1)) : [];
      await removeMembers(tenantKey, [...expired, ...pushedOut]);
      removed += expired.length + pushedOut.length;
      if (total === 0) await redis.srem(keys.tenants, tenantKey);
      if (removed >= limit) break;
    }
    return removed;
  };

  const countEntries = async (): Promise<number> => {
    const tenants = await redis.smembers(keys.tenants);
    const nowMs = String(clock());
    const counts = await Promise.all(tenants.map((tenantKey) => redis.zcount(keys.tenant(tenantKey), nowMs, '+inf')));
    return counts.reduce((sum, count) => sum + count, 0);
  };

  return {
    leases: createRedisLeases({ ...options, keys, breaker, afterWrites: () => queue.flush() }),
    getExact: (partition, exactKey) =>
      breaker.run(async () => {
        const [entry] = await readEntries(partition, [exactKey]);
        return isLive(entry) && entry.partition === partition ? entry : undefined;
      }),
    findNearest: (query) => breaker.run(() => findNearest(query)),
    put: (entry, vector) => void queue.push(() => write(entry, vector), entry.answer.byteLength + 4096),
    flush: () => queue.flush(),
    invalidate: (filter, { isDryRun }) => invalidate(filter, isDryRun),
    sweep,
    async stats() {
      const entries = await breaker.run(countEntries).catch(() => undefined);
      return {
        entries: entries ?? 0,
        bytes: 0,
        state: entries === undefined ? 'down' : 'ok',
        droppedWrites: queue.dropped,
      };
    },
    async close() {
      queue.clear();
      redis.disconnect();
      await queue.flush();
    },
  };
}

function toBytes(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Values of a pipeline's replies. @throws the first error among them */
async function replyValues(
  replies: Promise<[error: Error | null, result: unknown][] | null>,
): Promise<readonly unknown[]> {
  return ((await replies) ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

/** VSIM's reply as a list of names and scores; RESP3 clients may get it as pairs or as a map. Its score is (1 + cosine) / 2. */
function readScores(reply: unknown): readonly { readonly exactKey: string; readonly similarity: number }[] {
  const flat = Array.isArray(reply) ? reply.flat() : [];
  const found: { exactKey: string; similarity: number }[] = [];
  for (let place = 0; place + 1 < flat.length; place += 2) {
    const similarity = 2 * Number(String(flat[place + 1])) - 1;
    if (Number.isFinite(similarity)) found.push({ exactKey: String(flat[place]), similarity });
  }
  return found;
}
