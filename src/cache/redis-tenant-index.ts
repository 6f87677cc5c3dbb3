import type { Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.js';
import { memberOf } from './redis-keys.js';
import { replyValues } from './redis-replies.js';
import type { CacheEntry } from './store.js';

/** An entry as its tenant's set lists it. */
export interface ListedEntry {
  /** See {@link memberOf}. */
  readonly member: string;
  readonly score: string;
}

/**
 * Which entries each tenant has, for all that goes through them: invalidation, sweep, figures. A set lies in another slot of a cluster than
 * the entries that it lists, so both cannot change in one step. Two rules see to it that an entry which can be served is listed:
 *
 * - A write lists its entry before storing it and, with another score, after.
 * - A removal deletes the entry first and takes it off its list only while the score is the one that it saw, so never past a write that came between.
 *
 * A name without an entry is harmless; the sweep removes it at its time.
 */
export interface TenantIndex {
  /** Lists an entry that is about to be stored. */
  announce(entry: CacheEntry): Promise<void>;
  /** Lists an entry that is stored. */
  confirm(entry: CacheEntry): Promise<void>;
  /** Takes entries that are deleted off the list. */
  remove(tenantKey: string, listed: readonly ListedEntry[]): Promise<void>;
  /** One page of the tenants that may have entries. The first cursor and the one after the last page are "0". */
  tenantPage(cursor: string): Promise<{ readonly next: string; readonly tenantKeys: readonly string[] }>;
  /** Forgets tenants whose entries have all expired long ago. */
  forgetTenants(): Promise<void>;
  /** One page of a tenant's list. The first cursor and the one after the last page are "0". */
  page(tenantKey: string, cursor: string): Promise<{ readonly next: string; readonly listed: readonly ListedEntry[] }>;
  /** Expired entries, then those nearest their end while there are more than `maxEntries`; at most `limit`. */
  surplus(
    tenantKey: string,
    options: { readonly maxEntries: number; readonly limit: number },
  ): Promise<readonly ListedEntry[]>;
  /** Number of entries that have not expired. */
  count(tenantKey: string): Promise<number>;
}

/** Entries or tenants in a page, about. */
const PAGE = 200;
/** Clocks of replicas may differ by less than this. */
const FORGET_AFTER_MS = 3_600_000;

const REMOVE_UNCHANGED = `
for place = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[place])
  if score and tonumber(score) == tonumber(ARGV[place + 1]) then redis.call('ZREM', KEYS[1], ARGV[place]) end
end`;

/** The lists of tenants in Redis: a sorted set for each, by the time their entries expire, and one of all tenants. */
export function createTenantIndex(redis: Redis, keys: RedisKeys, clock: () => number): TenantIndex {
  const list = async ({ tenantKey, partition, exactKey, expiresAtMs }: CacheEntry, score: number): Promise<void> => {
    const key = keys.tenant(tenantKey);
    const lifeMs = Math.max(1, Math.ceil(expiresAtMs - clock()));
    // A set without a time to live is a new one; GT leaves such a set alone, NX starts it.
    await replyValues(
      redis
        .pipeline()
        .zadd(key, score, memberOf(partition, exactKey))
        .pexpire(key, lifeMs, 'NX')
        .pexpire(key, lifeMs, 'GT')
        .exec(),
    );
  };

  return {
    async announce(entry) {
      const { tenantKey, expiresAtMs } = entry;
      await Promise.all([redis.zadd(keys.tenants, 'GT', expiresAtMs, tenantKey), list(entry, expiresAtMs + 1)]);
    },
    confirm: (entry) => list(entry, entry.expiresAtMs),
    async remove(tenantKey, listed) {
      if (listed.length === 0) return;
      const pairs = listed.flatMap(({ member, score }) => [member, score]);
      await redis.eval(REMOVE_UNCHANGED, 1, keys.tenant(tenantKey), ...pairs);
    },
    async tenantPage(cursor) {
      const [next, flat] = await redis.zscan(keys.tenants, cursor, 'COUNT', PAGE);
      return { next, tenantKeys: toListed(flat).map(({ member }) => member) };
    },
    async forgetTenants() {
      await redis.zremrangebyscore(keys.tenants, '-inf', String(clock() - FORGET_AFTER_MS));
    },
    async page(tenantKey, cursor) {
      const [next, flat] = await redis.zscan(keys.tenant(tenantKey), cursor, 'COUNT', PAGE);
      return { next, listed: toListed(flat) };
    },
    async surplus(tenantKey, { maxEntries, limit }) {
      const key = keys.tenant(tenantKey);
      const now = String(clock());
      const expired = toListed(await redis.zrange(key, '-inf', now, 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES'));
      const total = await redis.zcard(key);
      const pushedOut = Math.min(limit - expired.length, total - expired.length - maxEntries);
      if (pushedOut <= 0) return expired;
      const last = expired.length + pushedOut - 1;
      const next = await redis.zrange(key, String(expired.length), String(last), 'WITHSCORES');
      return [...expired, ...toListed(next)];
    },
    count: (tenantKey) => redis.zcount(keys.tenant(tenantKey), String(clock()), '+inf'),
  };
}

/** Reads members and scores that take turns. */
function toListed(flat: readonly string[]): readonly ListedEntry[] {
  const listed: ListedEntry[] = [];
  for (let place = 0; place + 1 < flat.length; place += 2)
    listed.push({ member: flat[place] ?? '', score: flat[place + 1] ?? '' });
  return listed;
}
