import type { ServerResponse } from 'node:http';
import { RouterError } from '../../errors.js';

/** Writes server-sent events as fast as the client reads them. */
export interface EventStream {
  /** Whether anything has been sent: until then an error can still be told by a status. */
  readonly isOpen: boolean;
  /** Sends a piece of data, and the headers before the first one. Resolves when the client can take more. */
  send(data: unknown): Promise<void>;
  end(): void;
}

/** What {@link createEventStream} needs. */
export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
  /** Asked when the stream opens. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Time without data after which a comment is sent, so that nobody between takes the connection for dead. */
  readonly heartbeatMs: number;
}

/** Creates the stream of one answer. */
export function createEventStream({ response, signal, headers, heartbeatMs }: EventStreamOptions): EventStream {
  let isOpen = false;
  const open = (): void => {
    if (isOpen) return;
    isOpen = true;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
      ...headers(),
    });
  };
  const heartbeat = setInterval(() => {
    if (response.writableNeedDrain || signal.aborted) return;
    open();
    response.write(': waiting\n\n');
  }, heartbeatMs);
  heartbeat.unref();
  return {
    get isOpen() {
      return isOpen;
    },
    async send(data) {
      heartbeat.refresh();
      open();
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      if (!response.write(`data: ${text}\n\n`)) await drained(response, signal);
    },
    end() {
      clearInterval(heartbeat);
      if (isOpen) response.end();
    },
  };
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      response.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onDrain = (): void => settle(resolve);
    const onAbort = (): void => settle(() => reject(RouterError.from(signal.reason)));
    if (signal.aborted) {
      reject(RouterError.from(signal.reason));
      return;
    }
    response.once('drain', onDrain);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
