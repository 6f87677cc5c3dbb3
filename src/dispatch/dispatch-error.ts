import { RouterError, type Reason } from '../errors.js';
import type { Target } from './attempt.js';
import type { AttemptFailure, ErrorClass } from './error-class.js';
import type { FailedAttempt } from './attempt-runner.js';

type Failed = Pick<FailedAttempt, 'target' | 'failure'>;

function placeOf({ model, deployment }: Target): string {
  return `${model.id} at ${deployment.id}`;
}

/** Most attempts that an error lists. */
const MAX_LISTED = 8;

/**
 * The error of a call that nobody answered: every attempt with its reason, and every deployment that was passed by.
 *
 * @param restMs time until a deployment can be tried again.
 */
export function allFailed(failures: readonly FailedAttempt[], notes: readonly string[], restMs?: number): RouterError {
  const lines = failures.map(({ target, failure }) => `${placeOf(target)}: ${failure.message}`);
  const all = [...lines, ...notes];
  const shown = all.slice(-MAX_LISTED);
  const more = all.length - shown.length;
  const list = shown.length === 0 ? 'no deployment can be tried' : shown.join('; ');
  const pauses = failures.flatMap(({ failure }) => failure.retryAfterMs ?? []).concat(restMs ?? []);
  return new RouterError({
    reason: reasonOf(failures.map(({ failure }) => failure.errorClass)),
    message: `no deployment answered: ${more > 0 ? `${more} earlier attempts; ` : ''}${list}`,
    metadata: { attempts: String(failures.length) },
    ...(pauses.length === 0 ? {} : { retryAfterMs: Math.min(...pauses) }),
    cause: failures.at(-1)?.failure.cause,
  });
}

/** The error of a call whose attempt failed in a way that no other deployment would change. */
export function finalFailure({ target, failure }: Failed): RouterError {
  const refused = failure.errorClass === 'contentFiltered';
  return new RouterError({
    reason: refused ? 'UPSTREAM_CONTENT_FILTERED' : 'UPSTREAM_BAD_REQUEST',
    message: refused
      ? `${placeOf(target)} refuses the content of this request (${failure.message})`
      : `${placeOf(target)} refuses this request as malformed (${failure.message}); check tools, schema and settings`,
    metadata: { model: target.model.id, deployment: target.deployment.id },
    cause: failure.cause,
  });
}

/** The error of a stream that broke after its first piece, when no other deployment may take over. */
export function brokenStream({ target, failure }: Failed): RouterError {
  return new RouterError({
    reason: failure.isTimeout === true ? 'STREAM_IDLE' : 'STREAM_INTERRUPTED',
    message: `the answer of ${placeOf(target)} broke off after it had begun (${failure.message}); what came is incomplete`,
    metadata: { model: target.model.id, deployment: target.deployment.id },
    cause: failure.cause,
  });
}

/** One class behind all failures gets its own reason; a mixture is plain unavailability. */
function reasonOf(classes: readonly AttemptFailure['errorClass'][]): Reason {
  const only = new Set<ErrorClass>(classes);
  if (only.size !== 1) return 'ALL_DEPLOYMENTS_FAILED';
  if (only.has('rateLimited')) return 'UPSTREAM_RATE_LIMITED';
  if (only.has('contextTooLong')) return 'UPSTREAM_CONTEXT_TOO_LONG';
  return only.has('unsupported') ? 'UPSTREAM_BAD_REQUEST' : 'ALL_DEPLOYMENTS_FAILED';
}
