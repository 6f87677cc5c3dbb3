import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { RouterError } from '../errors.js';
import { openCall, type GrpcCallContext, type DeadlineSettings } from './call-context.js';
import { toServiceError } from './status.js';
import type { Received } from './strict-decode.js';

/** Counts calls in flight and refuses those above a bound. */
export interface CallGate {
  /** @throws RouterError TOO_MANY_CALLS_IN_FLIGHT or SHUTTING_DOWN */
  enter(): void;
  leave(): void;
  readonly inFlight: number;
}

/** What every handler shares. */
export interface HandlerEnvironment {
  readonly deadlines: DeadlineSettings;
  readonly gate: CallGate;
  readonly logger: Logger;
  readonly newId: () => string;
}

/** Time after which a refused call may be tried again. */
const RETRY_AFTER_MS = 100;

/** A gate that lets `maxCallsInFlight` calls in at a time. */
export function createCallGate(maxCallsInFlight: number): CallGate {
  let inFlight = 0;
  return {
    enter() {
      if (inFlight >= maxCallsInFlight) {
        throw new RouterError({
          reason: 'TOO_MANY_CALLS_IN_FLIGHT',
          message: `${inFlight} calls are in flight, at most ${maxCallsInFlight} are accepted; retry after a pause`,
          metadata: { limit: 'calls in flight', max: String(maxCallsInFlight) },
          retryAfterMs: RETRY_AFTER_MS,
        });
      }
      inFlight++;
    },
    leave() {
      inFlight--;
    },
    get inFlight() {
      return inFlight;
    },
  };
}

/**
 * Turns an async function into a grpc-js unary handler: context, deadline, gate, and the one place where errors
 * become statuses. Unknown errors are logged with their stack and leave as a fixed text.
 */
export function unary<Request, Response>(
  environment: HandlerEnvironment,
  handle: (request: Request, context: GrpcCallContext) => Response | Promise<Response>,
): (call: ServerUnaryCall<Received<Request>, Response>, callback: sendUnaryData<Response>) => void {
  return (call, callback) => {
    const open = openCall(call, environment.deadlines, environment.newId);
    const run = async (): Promise<Response> => {
      if (!call.request.ok) throw call.request.error;
      environment.gate.enter();
      try {
        return await handle(call.request.value, open.context);
      } finally {
        environment.gate.leave();
      }
    };
    run().then(
      (response) => {
        open.close();
        callback(null, response, open.trailers);
      },
      (error: unknown) => {
        open.close();
        const known = RouterError.from(error);
        logFailure(environment.logger, known, open.context.requestId);
        callback(toServiceError(known));
      },
    );
  };
}

/** Logs what is our fault loudly and what is the caller's quietly. */
export function logFailure(logger: Logger, error: RouterError, requestId: string): void {
  if (error.code === 'INTERNAL') logger.error({ err: error.cause ?? error, requestId }, 'call failed');
  else logger.debug({ reason: error.reason, requestId }, error.message);
}
