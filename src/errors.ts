/** Canonical gRPC codes that this service uses. */
export type CanonicalCode =
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

interface ReasonEntry {
  readonly code: CanonicalCode;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
}

/**
 * Every reason that an error can carry, with its canonical code. Reasons are part of the public API
 * (`google.rpc.ErrorInfo.reason`): a reason may be added, never renamed.
 */
export const REASONS = {
  // The caller's request
  PROMPT_EMPTY: { code: 'INVALID_ARGUMENT', retryable: false },
  PROMPT_TOO_LARGE: { code: 'INVALID_ARGUMENT', retryable: false },
  TOO_MANY_MESSAGES: { code: 'INVALID_ARGUMENT', retryable: false },
  MESSAGE_INVALID: { code: 'INVALID_ARGUMENT', retryable: false },
  TEXT_INVALID: { code: 'INVALID_ARGUMENT', retryable: false },
  CONSTRAINT_INVALID: { code: 'INVALID_ARGUMENT', retryable: false },
  FIELD_INVALID: { code: 'INVALID_ARGUMENT', retryable: false },
  UNKNOWN_MODEL: { code: 'INVALID_ARGUMENT', retryable: false },
  UNKNOWN_TASK: { code: 'INVALID_ARGUMENT', retryable: false },
  OUTCOME_INVALID: { code: 'INVALID_ARGUMENT', retryable: false },
  RESOURCE_NOT_FOUND: { code: 'NOT_FOUND', retryable: false },
  DECISION_NOT_FOUND: { code: 'NOT_FOUND', retryable: false },
  NO_ELIGIBLE_MODEL: { code: 'FAILED_PRECONDITION', retryable: false },
  // Time
  DEADLINE_EXCEEDED: { code: 'DEADLINE_EXCEEDED', retryable: true },
  CALL_CANCELLED: { code: 'CANCELLED', retryable: false },
  // Own limits and state
  EMBEDDING_QUEUE_FULL: { code: 'RESOURCE_EXHAUSTED', retryable: true },
  TOO_MANY_CALLS_IN_FLIGHT: { code: 'RESOURCE_EXHAUSTED', retryable: true },
  NOT_READY: { code: 'UNAVAILABLE', retryable: true },
  SHUTTING_DOWN: { code: 'UNAVAILABLE', retryable: true },
  EMBEDDER_FAILED: { code: 'UNAVAILABLE', retryable: true },
  CACHE_UNAVAILABLE: { code: 'UNAVAILABLE', retryable: true },
  OUTCOME_NOT_STORED: { code: 'UNAVAILABLE', retryable: true },
  INTERNAL: { code: 'INTERNAL', retryable: false },
  // Config, bundle and start
  CONFIG_INVALID: { code: 'FAILED_PRECONDITION', retryable: false },
  BUNDLE_INVALID: { code: 'FAILED_PRECONDITION', retryable: false },
  SNAPSHOT_INVALID: { code: 'FAILED_PRECONDITION', retryable: false },
  EMBEDDER_FILES_INVALID: { code: 'FAILED_PRECONDITION', retryable: false },
  LISTEN_FAILED: { code: 'FAILED_PRECONDITION', retryable: false },
  // Dispatch
  ALL_DEPLOYMENTS_FAILED: { code: 'UNAVAILABLE', retryable: true },
  UPSTREAM_RATE_LIMITED: { code: 'RESOURCE_EXHAUSTED', retryable: true },
  UPSTREAM_CONTENT_FILTERED: { code: 'FAILED_PRECONDITION', retryable: false },
  UPSTREAM_BAD_REQUEST: { code: 'INVALID_ARGUMENT', retryable: false },
  UPSTREAM_CONTEXT_TOO_LONG: { code: 'FAILED_PRECONDITION', retryable: false },
  STREAM_INTERRUPTED: { code: 'UNAVAILABLE', retryable: true },
  STREAM_IDLE: { code: 'UNAVAILABLE', retryable: true },
} as const satisfies Record<string, ReasonEntry>;

/** A key of {@link REASONS}. */
export type Reason = keyof typeof REASONS;

/** One wrong field of a request: its path as in the API, and what is wrong with it. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What a {@link RouterError} is made of. */
export interface RouterErrorOptions {
  readonly reason: Reason;
  /** What, which, and what to do. Carries no prompt text, key or personal data. */
  readonly message: string;
  /** Values that the message mentions, for machines. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly fieldViolations?: readonly FieldViolation[];
  /** Least time before a retry makes sense, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Logged, never sent. */
  readonly cause?: unknown;
}

/** The one error type of the service. Whatever else is thrown is a defect and leaves as INTERNAL with a fixed text. */
export class RouterError extends Error {
  override readonly name = 'RouterError';
  readonly code: CanonicalCode;
  readonly reason: Reason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(options: RouterErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = REASONS[options.reason].code;
    this.reason = options.reason;
    this.metadata = options.metadata ?? {};
    this.fieldViolations = options.fieldViolations ?? [];
    this.retryable = REASONS[options.reason].retryable;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Normalises anything thrown. Called once, at the edge. Abort errors become CALL_CANCELLED, the unknown INTERNAL. */
  static from(error: unknown): RouterError {
    if (error instanceof RouterError) return error;
    if (error instanceof Error && error.name === 'TimeoutError') {
      return new RouterError({ reason: 'DEADLINE_EXCEEDED', message: 'the deadline passed before the call was done' });
    }
    if (error instanceof Error && error.name === 'AbortError') {
      return new RouterError({ reason: 'CALL_CANCELLED', message: 'the call was cancelled', cause: error });
    }
    return new RouterError({ reason: 'INTERNAL', message: 'internal error; the log has the details', cause: error });
  }
}

/** Throws the signal's reason as a {@link RouterError} when it is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw RouterError.from(signal.reason);
}
