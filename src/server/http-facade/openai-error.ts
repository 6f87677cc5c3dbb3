import type { CanonicalCode, Reason, RouterError } from '../../errors.js';

/** An error as OpenAI clients expect it. */
export interface OpenAiError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly param: string | null;
      readonly code: string;
    };
  };
}

/** HTTP status and OpenAI's type of error by canonical code. 499 is nginx's "client closed request". */
const STATUSES: Readonly<Record<CanonicalCode, readonly [status: number, type: string]>> = {
  CANCELLED: [499, 'api_error'],
  INVALID_ARGUMENT: [400, 'invalid_request_error'],
  DEADLINE_EXCEEDED: [504, 'api_error'],
  NOT_FOUND: [404, 'invalid_request_error'],
  PERMISSION_DENIED: [403, 'permission_error'],
  RESOURCE_EXHAUSTED: [429, 'rate_limit_error'],
  FAILED_PRECONDITION: [400, 'invalid_request_error'],
  ABORTED: [409, 'api_error'],
  UNIMPLEMENTED: [501, 'api_error'],
  INTERNAL: [500, 'api_error'],
  UNAVAILABLE: [503, 'api_error'],
  UNAUTHENTICATED: [401, 'authentication_error'],
};

/** Codes that OpenAI clients know by another name than ours in lower case. */
const CODES: Partial<Record<Reason, string>> = {
  UNKNOWN_MODEL: 'model_not_found',
  UPSTREAM_CONTEXT_TOO_LONG: 'context_length_exceeded',
  UPSTREAM_CONTENT_FILTERED: 'content_filter',
  UPSTREAM_RATE_LIMITED: 'rate_limit_exceeded',
};

/** Writes an error as OpenAI would. `Retry-After` is in whole seconds, `retry-after-ms` exact, as OpenAI clients read both. */
export function toOpenAiError(error: RouterError): OpenAiError {
  const [status, type] = STATUSES[error.code];
  const { retryAfterMs } = error;
  const headers: Record<string, string> =
    retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)), 'retry-after-ms': String(Math.ceil(retryAfterMs)) };
  return {
    status: error.reason === 'UNKNOWN_MODEL' ? 404 : status,
    headers,
    body: {
      error: {
        message: error.message,
        type,
        param: paramOf(error.fieldViolations[0]?.field),
        code: CODES[error.reason] ?? error.reason.toLowerCase(),
      },
    },
  };
}

/** Names of our API's fields, as OpenAI's clients know them. */
function paramOf(field: string | undefined): string | null {
  if (field === undefined || field === '') return null;
  if (field.startsWith('constraints.allowed_models')) return 'model';
  return field.replace(/^prompt\./u, '').replace(/^sampling\./u, '');
}
