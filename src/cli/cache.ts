import { credentials, type ServiceError } from '@grpc/grpc-js';
import { RouterError } from '../errors.js';
import {
  AdminServiceClient,
  type GetCacheStatsResponse,
  type InvalidateCacheResponse,
  type TaskThresholds,
} from '../gen/pointsman/router/v1/admin.js';
import { toJson, type ExitCode, type Output } from './output.js';
import { formatPercent } from './text-table.js';

/** Flags of `pointsman cache …`. */
export interface CacheFlags {
  readonly address: string;
  readonly json?: boolean;
}

/** Flags of `pointsman cache invalidate`. */
export interface InvalidateFlags extends CacheFlags {
  readonly tenant?: string;
  readonly task?: string;
  readonly model?: string;
  readonly minAge?: string;
  readonly entry?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

const DEADLINE_MS = 10_000;

/** Prints what the cache of a running service holds and how it does. */
export async function runCacheStats(flags: CacheFlags, output: Output): Promise<ExitCode> {
  const stats = await call<GetCacheStatsResponse>(flags, (client, done) => client.getCacheStats({}, done));
  output.out(flags.json === true ? toJson(stats) : renderStats(stats));
  return 0;
}

/** Counts the entries that match, and removes them with --yes. */
export async function runCacheInvalidate(flags: InvalidateFlags, output: Output): Promise<ExitCode> {
  const request = {
    tenant: flags.tenant ?? '',
    task: flags.task ?? '',
    model: flags.model ?? '',
    entryId: flags.entry ?? '',
    all: flags.all ?? false,
    dryRun: flags.yes !== true,
    ...(flags.minAge === undefined ? {} : { minAgeSeconds: parseSeconds(flags.minAge) }),
  };
  const { removedCount } = await call<InvalidateCacheResponse>(flags, (client, done) =>
    client.invalidateCache(request, done),
  );
  if (flags.json === true) output.out(toJson({ removed: removedCount, dryRun: request.dryRun }));
  else if (request.dryRun) output.out(`${removedCount} entries match; repeat with --yes to remove them`);
  else output.out(`${removedCount} entries removed`);
  return 0;
}

type Done<Response> = (error: ServiceError | null, response: Response) => void;

/** One call to a running service; its errors are told in its own words. */
async function call<Response>(
  { address }: CacheFlags,
  send: (client: AdminServiceClient, done: Done<Response>) => unknown,
): Promise<Response> {
  const client = new AdminServiceClient(address, credentials.createInsecure());
  try {
    return await new Promise<Response>((resolve, reject) => {
      client.waitForReady(Date.now() + DEADLINE_MS, (failure) => {
        if (failure !== undefined) reject(unreachable(address));
        else send(client, (error, response) => (error === null ? resolve(response) : reject(refused(error))));
      });
    });
  } finally {
    client.close();
  }
}

function unreachable(address: string): RouterError {
  return new RouterError({
    reason: 'NOT_READY',
    message: `no service answers at ${address}; start one or set --address`,
  });
}

function refused(error: ServiceError): RouterError {
  return new RouterError({ reason: 'FIELD_INVALID', message: `the service refused: ${error.details}`, cause: error });
}

function parseSeconds(text: string): bigint {
  if (/^\d{1,12}$/u.test(text)) return BigInt(text);
  throw new RouterError({
    reason: 'FIELD_INVALID',
    message: `--min-age expects a whole number of seconds, got ${JSON.stringify(text)}`,
  });
}

/** Statistics for people. */
export function renderStats(stats: GetCacheStatsResponse): string {
  const hits = stats.exactHits + stats.semanticHits;
  const share = stats.lookups > 0n ? formatPercent(Number(hits) / Number(stats.lookups), 1) : 'none';
  const audit =
    stats.wrongHitRateUpper === undefined
      ? 'none'
      : `${stats.auditedWrongHits} wrong of ${stats.auditedHits}, rate ${stats.wrongHitRateLower ?? 0} to ${stats.wrongHitRateUpper} (95%)`;
  return [
    `memory    ${stats.memoryEntries} entries, ${stats.memoryBytes} bytes`,
    `shared    ${stats.sharedStore}`,
    `look-ups  ${stats.lookups}: ${stats.exactHits} exact hits, ${stats.semanticHits} semantic hits (${share}), ${stats.misses} misses, ${stats.bypasses} passed by, ${stats.unavailable} unanswered`,
    `refused   ${renderCounts(stats.refusals)}`,
    `stored    ${stats.stored}; not stored: ${renderCounts(stats.notStored)}`,
    `audit     ${audit}`,
    `threshold ${renderThresholds(stats)}`,
    ...renderTaskThresholds(stats.taskThresholds),
  ].join('\n');
}

/** The most frequent first. */
function renderCounts(counts: Readonly<Record<string, bigint>>): string {
  const sorted = Object.entries(counts).sort(([, left], [, right]) => Number(right - left));
  return sorted.length === 0 ? 'none' : sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

/** A line for all tasks of which the same is to be said. */
function renderTaskThresholds(thresholds: readonly TaskThresholds[]): readonly string[] {
  const tasksByText = new Map<string, string[]>();
  for (const own of thresholds) {
    const text = renderDecisions(own, 'of its own');
    tasksByText.set(text, [...(tasksByText.get(text) ?? []), own.task]);
  }
  return [...tasksByText].map(([text, tasks]) => `  ${tasks.join(', ')}: ${text}`);
}

function renderThresholds(stats: GetCacheStatsResponse): string {
  const { minProbability, minProbabilityUnverified } = stats;
  if (minProbability === undefined || minProbabilityUnverified === undefined) return 'none';
  return renderDecisions({ ...stats, minProbability, minProbabilityUnverified }, 'without a task');
}

/** What pairs did to a threshold. */
const EFFECTS: Readonly<Record<string, string>> = { tooFew: 'left alone' };

/** Thresholds in force, and what pairs had to do with them. */
function renderDecisions(decided: Omit<TaskThresholds, 'task'>, whose: string): string {
  const { calibration, calibrationUnverified, calibrationPairs } = decided;
  const pairs = `different cache pairs ${whose}`;
  const values = `${decided.minProbability.toFixed(3)}, ${decided.minProbabilityUnverified.toFixed(3)} without the verifier`;
  if (calibration === 'none') return `${values}; no ${pairs}`;
  if (calibrationPairs === 0) return `${values}; no ${pairs} near enough to be compared`;
  const [effect, effectUnverified] = [calibration, calibrationUnverified].map((outcome) => EFFECTS[outcome] ?? outcome);
  if (effect === effectUnverified && calibration === 'tooFew')
    return `${values}; ${calibrationPairs} ${pairs} are too few`;
  return `${values}; ${effect} and ${effectUnverified} by ${calibrationPairs} ${pairs}`;
}
