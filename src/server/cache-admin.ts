import type { AnswerCache, CacheFilter } from '../cache/answer-cache.js';
import type { PairCalibration, ThresholdDecisions } from '../cache/pair-calibration.js';
import type { AcceptanceThresholds } from '../cache/policy.js';
import type { AuditStats } from '../cache/shadow-audit.js';
import { RouterError } from '../errors.js';
import {
  GetCacheStatsResponse,
  type InvalidateCacheRequest,
  type InvalidateCacheResponse,
  type TaskThresholds,
} from '../gen/pointsman/router/v1/admin.js';

/** Acceptance thresholds in force, and what the bundle's pairs had to do with them. */
export interface ThresholdStatus extends AcceptanceThresholds {
  /** Those of tasks that have others, by task id. */
  readonly tasks: ReadonlyMap<string, AcceptanceThresholds>;
  /** Undefined without pairs. */
  readonly calibration: PairCalibration | undefined;
}

/** What the admin methods need of the cache. */
export interface CacheAdmin {
  readonly answers: Pick<AnswerCache, 'stats' | 'invalidate'>;
  /** Absent: semantic hits are not audited. */
  readonly audit?: { stats(): AuditStats };
  thresholds(): ThresholdStatus;
}

/** Figures of the cache since start; zeros where nothing is cached. */
export async function readCacheStats(cache: CacheAdmin | undefined): Promise<GetCacheStatsResponse> {
  if (cache === undefined) return GetCacheStatsResponse.fromPartial({ sharedStore: 'off' });
  const stats = await cache.answers.stats();
  const audit = cache.audit?.stats();
  const { minProbability, minProbabilityUnverified, tasks, calibration } = cache.thresholds();
  const figures = GetCacheStatsResponse.fromPartial({
    memoryEntries: BigInt(stats.local.entries),
    memoryBytes: BigInt(stats.local.bytes),
    lookups: BigInt(stats.lookups),
    exactHits: BigInt(stats.exactHits),
    semanticHits: BigInt(stats.semanticHits),
    misses: BigInt(stats.misses),
    refusals: toWireCounts(stats.refusals),
    unavailable: BigInt(stats.unavailable),
    bypasses: BigInt(stats.bypasses),
    stored: BigInt(stats.stored),
    notStored: toWireCounts(stats.notStored),
    auditedHits: BigInt(audit?.audited ?? 0),
    auditedWrongHits: BigInt(audit?.wrong ?? 0),
    ...(audit?.wrongHitRate === undefined
      ? {}
      : { wrongHitRateUpper: audit.wrongHitRate.upper, wrongHitRateLower: audit.wrongHitRate.lower }),
    sharedStore: stats.shared?.state ?? 'off',
    minProbability,
    minProbabilityUnverified,
    calibration: calibration?.general.verified.outcome ?? 'none',
    calibrationUnverified: calibration?.general.unverified.outcome ?? 'none',
    calibrationPairs: calibration === undefined ? 0 : pairsOf(calibration.general),
  });
  const taskThresholds = [...tasks].map(([task, thresholds]) => ({
    task,
    ...thresholds,
    ...toWireDecisions(calibration?.tasks.get(task)),
  }));
  return { ...figures, taskThresholds };
}

function toWireCounts(counts: ReadonlyMap<string, number>): Record<string, bigint> {
  return Object.fromEntries([...counts].map(([key, count]) => [key, BigInt(count)]));
}

/** What a task's own pairs did. */
function toWireDecisions(
  decisions: ThresholdDecisions | undefined,
): Pick<TaskThresholds, 'calibration' | 'calibrationUnverified' | 'calibrationPairs'> {
  return {
    calibration: decisions?.verified.outcome ?? 'none',
    calibrationUnverified: decisions?.unverified.outcome ?? 'none',
    calibrationPairs: decisions === undefined ? 0 : pairsOf(decisions),
  };
}

/** Different pairs that a look-up would look at. */
function pairsOf({ verified, unverified }: ThresholdDecisions): number {
  return Math.max(verified.differentPairs, unverified.differentPairs);
}

/**
 * Removes what matches every field that is set, or counts it.
 *
 * @throws RouterError FIELD_INVALID when nothing is set and `all` does not confirm it; CACHE_UNAVAILABLE
 */
export async function invalidateCache(
  request: InvalidateCacheRequest,
  cache: CacheAdmin | undefined,
): Promise<InvalidateCacheResponse> {
  const filter = toFilter(request);
  if (Object.keys(filter).length === 0 && !request.all) {
    const description =
      'set at least one of tenant, task, model, min_age_seconds, entry_id, or all to remove everything';
    throw new RouterError({
      reason: 'FIELD_INVALID',
      message: description,
      fieldViolations: [{ field: 'all', description }],
    });
  }
  if (cache === undefined) return { removedCount: 0n };
  return { removedCount: BigInt(await cache.answers.invalidate(filter, { isDryRun: request.dryRun })) };
}

function toFilter({ tenant, task, model, minAgeSeconds, entryId }: InvalidateCacheRequest): CacheFilter {
  return {
    ...(tenant === '' ? {} : { tenant }),
    ...(task === '' ? {} : { task }),
    ...(model === '' ? {} : { model }),
    ...(minAgeSeconds === undefined ? {} : { minAgeSeconds: Number(minAgeSeconds) }),
    ...(entryId === '' ? {} : { entryId }),
  };
}
