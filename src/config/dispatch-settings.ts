import { z } from 'zod';
import { flag, integerBetween, numberBetween, oneOf } from './fields.js';

/** How calls to providers are balanced, retried and given up: the `dispatch` section of the service config. */

const milliseconds = (): z.ZodType<number> => integerBetween(0, 3_600_000);

/** When a deployment is left alone, and for how long. */
export const breakerSchema = z.strictObject({
  /** So many failures in a row open it. */
  consecutiveFailures: integerBetween(1, 10_000).default(5),
  /** This share of failures opens it, from `minCalls` calls in the window on. */
  failureShare: numberBetween(0, 1).default(0.5),
  minCalls: integerBetween(1, 10_000).default(20),
  windowMs: milliseconds().default(10_000),
  /** First pause; it doubles with each probe that fails. */
  openMs: milliseconds().default(500),
  maxOpenMs: milliseconds().default(4000),
  /** Pause after a refused key or an unknown model: these don't heal by themselves. */
  brokenMs: milliseconds().default(30_000),
  /** Pause after a rate limit that names none. */
  rateLimitedMs: milliseconds().default(1000),
  /** Probes that must succeed in a row before it closes. */
  probes: integerBetween(1, 100).default(2),
});

/** How much work may be spent on calls that failed. */
export const retrySchema = z.strictObject({
  /** Retries and hedges as a share of calls. */
  budgetShare: numberBetween(0, 1).default(0.1),
  /** Retries that are always allowed, each second. */
  minPerSecond: numberBetween(0, 100_000).default(10),
  /** Attempts of one call, the first and hedges included. */
  maxAttempts: integerBetween(1, 100).default(6),
  /** How often one call may try the same deployment. */
  rounds: integerBetween(1, 10).default(2),
  /** First pause before deployments that failed are tried again; it doubles, with full jitter. */
  backoffMs: milliseconds().default(100),
  maxBackoffMs: milliseconds().default(5000),
});

/** A second attempt beside one that is unusually slow. */
export const hedgeSchema = z.strictObject({
  enabled: flag().default(false),
  /** The hedge goes out when the first attempt takes longer than this share of earlier ones. */
  percentile: numberBetween(0.5, 0.999).default(0.95),
  /** It never goes out earlier. */
  minDelayMs: milliseconds().default(100),
  /** Most that a hedge may be expected to cost, in US dollars. */
  maxCostUsd: numberBetween(0, 1000).default(0.05),
});

/** Asking deployments how they are, besides the calls that tell it anyway. */
export const probeSchema = z.strictObject({
  enabled: flag().default(false),
  /** Time between two looks at what rests or idles, give or take a fifth. */
  intervalMs: integerBetween(10, 3_600_000).default(5000),
  /** Most that a probe may take; one that takes longer has failed. */
  timeoutMs: integerBetween(1, 3_600_000).default(5000),
  /** A deployment that nobody has asked for so long is probed too; 0 leaves these alone. */
  idleMs: milliseconds().default(300_000),
  /** Deployments probed at one look. */
  maxConcurrent: integerBetween(1, 1000).default(4),
});

/** Keeping a conversation on one model and one deployment, whose prompt cache is then warm. */
export const sessionSchema = z.strictObject({
  /** A session is forgotten after so long without a call. */
  ttlMs: milliseconds().default(600_000),
  maxSessions: integerBetween(0, 10_000_000).default(50_000),
  /** The session's deployment is left when another is so many times less loaded. */
  switchFactor: numberBetween(1, 1000).default(4),
  /** The session's model is left when another task is this probable. */
  taskChangeProbability: numberBetween(0, 1).default(0.8),
});

/** The section. */
export const dispatchSchema = z.strictObject({
  /**
   * What becomes of deployments whose provider is not configured: left out, or answered by the echo provider. Absent:
   * echo when no provider is configured at all, so that the service can be tried without a key.
   */
  unconfigured: oneOf(['echo', 'leaveOut']).optional(),
  breaker: breakerSchema.prefault({}),
  retry: retrySchema.prefault({}),
  hedge: hedgeSchema.prefault({}),
  probe: probeSchema.prefault({}),
  session: sessionSchema.prefault({}),
});

/** Settings of the dispatcher. */
export type DispatchSettings = z.output<typeof dispatchSchema>;
export type BreakerSettings = DispatchSettings['breaker'];
export type RetrySettings = DispatchSettings['retry'];
export type HedgeSettings = DispatchSettings['hedge'];
export type ProbeSettings = DispatchSettings['probe'];
export type SessionSettings = DispatchSettings['session'];

/** Settings with defaults filled in. */
export function dispatchSettings(written: z.input<typeof dispatchSchema> = {}): DispatchSettings {
  return dispatchSchema.parse(written);
}
