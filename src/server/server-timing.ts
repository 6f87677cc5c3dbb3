import { Metadata } from '@grpc/grpc-js';
import type { RoutingTrace } from '../trace.js';

/** Name of the header and of the metadata key. */
export const SERVER_TIMING = 'server-timing';

/**
 * Where a call's time went, in the syntax of the W3C's Server Timing: `embed;dur=4.61, classify;dur=0.31`, in
 * milliseconds. `upstream` is the time of all attempts together, so that what is left is the router's own.
 */
export function serverTiming(trace: RoutingTrace): string {
  const steps = trace.timings.map(({ step, durationMs }) => entry(step, durationMs));
  if (trace.attempts.length > 0) {
    steps.push(
      entry(
        'upstream',
        trace.attempts.reduce((sum, { durationMs }) => sum + durationMs, 0),
      ),
    );
  }
  return steps.join(', ');
}

/** The same as trailing metadata. */
export function timingTrailers(trace: RoutingTrace): Metadata {
  const trailers = new Metadata();
  const timing = serverTiming(trace);
  if (timing !== '') trailers.set(SERVER_TIMING, timing);
  return trailers;
}

function entry(step: string, durationMs: number): string {
  return `${step};dur=${durationMs.toFixed(2)}`;
}
