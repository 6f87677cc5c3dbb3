import { ServerInterceptingCall, status, type ServerInterceptor } from '@grpc/grpc-js';

/** Streams that last as long as their client wants, such as health watches, and that a shutdown must end. */
export interface LongStreams {
  readonly interceptor: ServerInterceptor;
  /** Ends each of them with UNAVAILABLE. */
  end(): void;
}

/** Follows the streams of the methods that `isLong` picks by their path, for example "/grpc.health.v1.Health/Watch". */
export function createLongStreams(isLong: (path: string) => boolean): LongStreams {
  const open = new Set<ServerInterceptingCall>();
  return {
    interceptor(method, call) {
      if (!method.responseStream || !isLong(method.path)) return new ServerInterceptingCall(call);
      const followed: ServerInterceptingCall = new ServerInterceptingCall(call, {
        start(next) {
          open.add(followed);
          next({ onCancel: () => open.delete(followed) });
        },
        sendStatus(sent, next) {
          open.delete(followed);
          next(sent);
        },
      });
      return followed;
    },
    end() {
      for (const call of open) call.sendStatus({ code: status.UNAVAILABLE, details: 'the server is shutting down' });
    },
  };
}
