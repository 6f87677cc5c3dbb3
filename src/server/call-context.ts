import type { Metadata } from '@grpc/grpc-js';
import { RouterError } from '../errors.js';

/** What a handler knows about the call it serves. */
export interface CallContext {
  /** Aborts with a RouterError when the client is gone or the deadline, less a reserve for the reply, has passed. */
  readonly signal: AbortSignal;
  /** When the call came in, on the clock of `performance.now()`. */
  readonly startedAtMs: number;
  /** When the signal aborts by itself, on the clock of `performance.now()`. */
  readonly deadlineAtMs: number;
  /** Whose call it is. */
  readonly tenant: string;
  /** From `x-request-id`, or made here. */
  readonly requestId: string;
}

/** The context of a call over gRPC. */
export interface GrpcCallContext extends CallContext {
  /** Sets the trailing metadata of a call that succeeds. */
  setTrailers(trailers: Metadata): void;
}

/** The part of a grpc-js server call that a context needs. */
export interface ServerCall {
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** How long calls may take. */
export interface DeadlineSettings {
  /** Applies where the client sets none. */
  readonly defaultMs: number;
  /** Kept back from the client's deadline, so that our own error arrives in time. A call with less left is refused. */
  readonly reserveMs: number;
}

/** A context together with its end. */
export interface OpenCall {
  readonly context: GrpcCallContext;
  /** What the handler set. */
  readonly trailers: Metadata | undefined;
  /** Stops the deadline timer. Call it once, when the call is answered. */
  close(): void;
}

/** Metadata key that names the tenant where callers are not authenticated. */
export const TENANT_KEY = 'x-pointsman-tenant';

const REQUEST_ID_KEY = 'x-request-id';
const MAX_KEY_LENGTH = 128;
/** setTimeout cannot wait longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Opens the context of a call. `newId` makes a request id where the client sent none. */
export function openCall(call: ServerCall, settings: DeadlineSettings, newId: () => string): OpenCall {
  const startedAtMs = performance.now();
  const controller = new AbortController();
  const deadline = call.getDeadline();
  const deadlineAt = typeof deadline === 'number' ? deadline : deadline.getTime();
  const waitMs = Number.isFinite(deadlineAt) ? deadlineAt - Date.now() - settings.reserveMs : settings.defaultMs;
  let isClosed = false;
  let trailers: Metadata | undefined;
  let timer: NodeJS.Timeout | undefined;
  const expire = (): void => controller.abort(deadlinePassed());
  // At once, not by a timer: the transport's own timer would answer first, and without details.
  if (waitMs <= 0) expire();
  else timer = setTimeout(expire, Math.min(waitMs, MAX_TIMER_MS)).unref();

  const cancel = (): void => {
    // grpc-js tells of every call's end this way, also of a good one.
    if (isClosed) return;
    controller.abort(new RouterError({ reason: 'CALL_CANCELLED', message: 'the client cancelled the call' }));
  };
  call.on('cancelled', cancel);
  if (call.cancelled) cancel();

  return {
    context: {
      signal: controller.signal,
      startedAtMs,
      deadlineAtMs: startedAtMs + waitMs,
      tenant: headerText(call.metadata, TENANT_KEY) ?? 'default',
      requestId: headerText(call.metadata, REQUEST_ID_KEY) ?? newId(),
      setTrailers: (value) => {
        trailers = value;
      },
    },
    get trailers() {
      return trailers;
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function deadlinePassed(): RouterError {
  return new RouterError({
    reason: 'DEADLINE_EXCEEDED',
    message: 'the deadline passed before the call was done; allow more time or send less text',
  });
}

function headerText(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key)[0];
  return typeof value === 'string' && value !== '' && value.length <= MAX_KEY_LENGTH ? value : undefined;
}
