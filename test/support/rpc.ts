import { Metadata, status, type CallOptions, type ClientUnaryCall, type ServiceError } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, QuotaFailure, RetryInfo } from '../../src/gen/google/rpc/error_details.js';
import { Status } from '../../src/gen/google/rpc/status.js';

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** Options of {@link unaryCall}. */
export interface UnaryOptions {
  /** From now. Default 30,000 ms; no deadline is sent for 0. */
  readonly deadlineMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Told of the call once it is under way, for example to cancel it. */
  readonly onCall?: (call: ClientUnaryCall) => void;
}

/** Calls a method of a generated client, which is bound to it: `unaryCall(client.selectModel.bind(client), request)`. */
export function unaryCall<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  { deadlineMs = 30_000, metadata = {}, onCall }: UnaryOptions = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = new Metadata();
    for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
    const options = deadlineMs === 0 ? {} : { deadline: Date.now() + deadlineMs };
    const call = method(request, sent, options, (error, response) =>
      error === null ? resolve(response) : reject(error),
    );
    onCall?.(call);
  });
}

/** What a client can read of an error. */
export interface ReadError {
  /** Name of the canonical code. */
  readonly code: string;
  readonly message: string;
  /** "" where the transport made the error. */
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fields: readonly string[];
  readonly retryDelayMs: number | undefined;
  readonly quotas: readonly string[];
}

/** Reads an error's google.rpc.Status. @throws Error when the thing is no error of a call */
export function readError(error: unknown): ReadError {
  if (!(error instanceof Error) || !('metadata' in error) || !(error.metadata instanceof Metadata)) throw error;
  const { code, details, metadata } = error as ServiceError;
  return decodeStatus(code, details, metadata.get('grpc-status-details-bin')[0]);
}

/** The same of a status as it comes off the wire. */
export function decodeStatus(code: number, message: string, details: unknown): ReadError {
  const found = new Map<string, Uint8Array>();
  if (details instanceof Uint8Array) {
    for (const { typeUrl, value } of Status.decode(details).details) found.set(typeUrl.split('.').at(-1) ?? '', value);
  }
  const decode = <T>(name: string, read: (bytes: Uint8Array) => T): T | undefined => {
    const bytes = found.get(name);
    return bytes === undefined ? undefined : read(bytes);
  };
  const info = decode('ErrorInfo', (bytes) => ErrorInfo.decode(bytes));
  const retryDelay = decode('RetryInfo', (bytes) => RetryInfo.decode(bytes))?.retryDelay;
  return {
    code: status[code] ?? String(code),
    message,
    reason: info?.reason ?? '',
    domain: info?.domain ?? '',
    metadata: info?.metadata ?? {},
    fields: decode('BadRequest', (bytes) => BadRequest.decode(bytes))?.fieldViolations.map(({ field }) => field) ?? [],
    retryDelayMs: retryDelay === undefined ? undefined : Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6,
    quotas:
      decode('QuotaFailure', (bytes) => QuotaFailure.decode(bytes))?.violations.map((entry) => entry.subject) ?? [],
  };
}

/** The error that a call ends with. @throws Error when it ends well */
export async function errorOf(call: Promise<unknown>): Promise<ReadError> {
  try {
    await call;
  } catch (error) {
    return readError(error);
  }
  throw new Error('the call ended well, expected an error');
}
