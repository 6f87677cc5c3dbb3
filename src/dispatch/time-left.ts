import type { Lease } from './lease.js';

/** Share of a deployment's recent calls that were as fast as this or faster: to count on less time is to lose the call. */
const FASTEST_SHARE = 0.05;

/**
 * Why an attempt cannot bring anything within the time that its call has left: none is left, or the deployment has
 * hardly ever been so fast. Undefined where it can, as far as is known.
 *
 * @param leftMs Infinity where the call has no deadline.
 */
export function lateReason(lease: Lease, leftMs: number): string | undefined {
  const { id } = lease.deployment;
  if (leftMs <= 0) return `${id}: the deadline leaves no time`;
  const fastestMs = lease.percentileMs(FASTEST_SHARE) ?? 0;
  if (fastestMs <= leftMs) return undefined;
  return `${id}: the deadline leaves ${Math.round(leftMs)} ms, too few for answers that take ${Math.round(fastestMs)} ms at best`;
}
