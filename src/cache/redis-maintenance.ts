import type { Redis } from 'ioredis';
import { fromSummary, SUMMARY_FIELDS } from './redis-entry.js';
import type { RedisKeys } from './redis-keys.js';
import { readMember } from './redis-keys.js';
import { replyValues } from './redis-replies.js';
import type { ListedEntry, TenantIndex } from './redis-tenant-index.js';
import { matchesFilter } from './store.js';
import type { InvalidationFilter } from './store.js';

/** Options of {@link createRedisMaintenance}. */
export interface RedisMaintenanceOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly index: TenantIndex;
  readonly maxEntriesPerTenant: number;
  /** Bounds the time of one step: a whole invalidation or sweep takes as long as there are entries. */
  readonly runStep: <T>(step: () => Promise<T>) => Promise<T>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Tenants that one sweep looks at: whether one has something to remove takes two commands. */
const MOST_TENANTS_SWEPT = 1000;

/** What goes through the entries of whole tenants. */
export interface RedisMaintenance {
  invalidate(filter: InvalidationFilter, isDryRun: boolean): Promise<number>;
  /** Goes on where the last sweep ended; it looks at no more than {@link MOST_TENANTS_SWEPT} tenants. */
  sweep(limit: number): Promise<number>;
  /** Without a bound on its time. */
  countEntries(): Promise<number>;
}

/** The maintaining side of the store. */
export function createRedisMaintenance(options: RedisMaintenanceOptions): RedisMaintenance {
  const { redis, keys, index, runStep, clock } = options;
  /** Tenants that the present round of sweeps has still to look at. */
  let round: AsyncIterator<string, undefined> | undefined;

  /** All tenants, a page at a time. */
  async function* eachTenant(): AsyncGenerator<string, undefined> {
    for await (const { tenantKeys } of pages((cursor) => runStep(() => index.tenantPage(cursor)))) yield* tenantKeys;
    return undefined;
  }

  const remove = async (tenantKey: string, listed: readonly ListedEntry[]): Promise<void> => {
    for (const { member } of listed) {
      const name = readMember(member);
      if (name === undefined) continue;
      const pipeline = redis.pipeline().del(keys.entry(name.partition, name.exactKey));
      await replyValues(pipeline.call('VREM', keys.vectors(name.partition), name.exactKey).exec());
    }
    await index.remove(tenantKey, listed);
  };

  const filterListed = async (
    listed: readonly ListedEntry[],
    filter: InvalidationFilter,
  ): Promise<readonly ListedEntry[]> => {
    const nowMs = clock();
    const replies = await Promise.all(
      listed.map(({ member }) => {
        const name = readMember(member) ?? { partition: '', exactKey: '' };
        return redis.hmgetBuffer(keys.entry(name.partition, name.exactKey), ...SUMMARY_FIELDS);
      }),
    );
    return listed.filter((_, place) => {
      const entry = fromSummary(replies[place] ?? []);
      return entry !== undefined && entry.expiresAtMs > nowMs && matchesFilter(entry, filter, nowMs);
    });
  };

  const invalidatePage = async (
    tenantKey: string,
    cursor: string,
    { filter, isDryRun }: { readonly filter: InvalidationFilter; readonly isDryRun: boolean },
  ): Promise<{ readonly next: string; readonly count: number }> => {
    const { next, listed } = await index.page(tenantKey, cursor);
    const meant = await filterListed(listed, filter);
    if (!isDryRun) await remove(tenantKey, meant);
    return { next, count: meant.length };
  };

  const sweepTenant = async (tenantKey: string, limit: number): Promise<number> => {
    const surplus = await index.surplus(tenantKey, { maxEntries: options.maxEntriesPerTenant, limit });
    await remove(tenantKey, surplus);
    return surplus.length;
  };

  return {
    async invalidate(filter, isDryRun) {
      let removed = 0;
      for await (const tenantKey of filter.tenantKey === undefined ? eachTenant() : [filter.tenantKey]) {
        const invalidated = pages((cursor) => runStep(() => invalidatePage(tenantKey, cursor, { filter, isDryRun })));
        for await (const { count } of invalidated) removed += count;
      }
      return removed;
    },
    async sweep(limit) {
      await runStep(() => index.forgetTenants());
      let removed = 0;
      round ??= eachTenant();
      for (let visited = 0; visited < MOST_TENANTS_SWEPT && removed < limit; visited += 1) {
        const { value: tenantKey } = await round.next();
        if (tenantKey === undefined) {
          round = undefined;
          break;
        }
        removed += await runStep(() => sweepTenant(tenantKey, limit - removed));
      }
      return removed;
    },
    async countEntries() {
      let entries = 0;
      for await (const { tenantKeys } of pages((cursor) => index.tenantPage(cursor))) {
        const counts = await Promise.all(tenantKeys.map((tenantKey) => index.count(tenantKey)));
        entries += counts.reduce((sum, count) => sum + count, 0);
      }
      return entries;
    },
  };
}

/** Follows the cursors of a scan. */
async function* pages<Page extends { readonly next: string }>(
  fetch: (cursor: string) => Promise<Page>,
): AsyncGenerator<Page, undefined> {
  let cursor = '0';
  do {
    const page = await fetch(cursor);
    yield page;
    cursor = page.next;
  } while (cursor !== '0');
  return undefined;
}
