import { Metadata } from '@grpc/grpc-js';
import type { RoutingTrace } from '../trace.js';

/** Name of the header and of the metadata key. */
export const SERVER_TIMING = 'server-timing';

/**
 * Where a call's time went, in the syntax of the W3C's Server Timing: `embed;dur=4.61, classify;dur=0.31, total;dur=5.60`,
 * in milliseconds. `upstream` is the time of all attempts together; `total` less `embed` and `upstream` is the router's
 * own time.
 *
 * @param startedAtMs when the call came in, on the clock of `performance.now()`
 */
export function serverTiming(trace: RoutingTrace, startedAtMs: number): string {
  const steps = trace.timings.map(({ step, durationMs }) => entry(step, durationMs));
  if (trace.attempts.length > 0) {
    steps.push(
      entry(
        'upstream',
        trace.attempts.reduce((sum, { durationMs }) => sum + durationMs, 0),
      ),
    );
  }
  steps.push(entry('total', performance.now() - startedAtMs));
  return steps.join(', ');
}

/** The same as trailing metadata. */
export function timingTrailers(trace: RoutingTrace, startedAtMs: number): Metadata {
  const trailers = new Metadata();
  trailers.set(SERVER_TIMING, serverTiming(trace, startedAtMs));
  return trailers;
}

function entry(step: string, durationMs: number): string {
  return `${step};dur=${durationMs.toFixed(2)}`;
}
