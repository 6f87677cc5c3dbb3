import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import { RouterError } from '../errors.js';
import { openCall, type GrpcCallContext } from './call-context.js';
import { toServiceError } from './status.js';
import type { Received } from './strict-decode.js';
import { logFailure, type HandlerEnvironment } from './unary.js';

/** What a streaming handler gets besides the request. */
export interface StreamContext extends GrpcCallContext {
  /** Sends the initial metadata. Call it before the first response, if at all. */
  sendMetadata(metadata: Metadata): void;
}

/**
 * Turns an async generator into a grpc-js server-streaming handler. The generator is pulled only as fast as the client
 * reads, and is left at once when the client is gone.
 */
export function serverStream<Request, Response>(
  environment: HandlerEnvironment,
  handle: (request: Request, context: StreamContext) => AsyncGenerator<Response, void, undefined>,
): (call: ServerWritableStream<Received<Request>, Response>) => void {
  return (call) => {
    const open = openCall(call, environment.deadlines, environment.newId);
    const context: StreamContext = { ...open.context, sendMetadata: (metadata) => call.sendMetadata(metadata) };
    const run = async (): Promise<void> => {
      if (!call.request.ok) throw call.request.error;
      environment.gate.enter();
      try {
        for await (const response of handle(call.request.value, context)) {
          if (context.signal.aborted) throw RouterError.from(context.signal.reason);
          if (!call.write(response)) await drained(call, context.signal);
        }
      } finally {
        environment.gate.leave();
      }
    };
    run().then(
      () => {
        open.close();
        call.end(open.trailers);
      },
      (error: unknown) => {
        open.close();
        const known = RouterError.from(error);
        logFailure(environment.logger, known, context.requestId);
        call.emit('error', toServiceError(known));
      },
    );
  };
}

/** Waits until the client has read enough, or is gone. */
function drained(call: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      call.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onDrain = (): void => settle(resolve);
    const onAbort = (): void => settle(() => reject(RouterError.from(signal.reason)));
    if (signal.aborted) {
      reject(RouterError.from(signal.reason));
      return;
    }
    call.once('drain', onDrain);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
