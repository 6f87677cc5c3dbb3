import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { RouterError } from '../errors.js';

/**
 * What went wrong with one attempt:
 * `retryable` the deployment failed or could not be reached · `rateLimited` it asks for a pause · `contextTooLong`
 * another model may have a larger window · `contentFiltered` the provider refuses the content · `auth` our key is
 * refused · `badRequest` the request itself is refused · `gone` the deployment does not know the model ·
 * `unsupported` the provider cannot express the request · `cancelled` nobody waits any more.
 */
export type ErrorClass =
  | 'retryable'
  | 'rateLimited'
  | 'contextTooLong'
  | 'contentFiltered'
  | 'auth'
  | 'badRequest'
  | 'gone'
  | 'unsupported'
  | 'cancelled';

/** Why an attempt failed, in words that hold no prompt text and no key. */
export interface AttemptFailure {
  readonly errorClass: ErrorClass;
  readonly message: string;
  /** Pause that the provider asks for. */
  readonly retryAfterMs?: number;
  readonly statusCode?: number;
  /** Whether a time limit of ours struck. */
  readonly isTimeout?: boolean;
  /** Logged, never sent. */
  readonly cause?: unknown;
}

/** Carries an {@link AttemptFailure} from the adapter to the failover. Never leaves this folder. */
export class AttemptError extends Error {
  override readonly name = 'AttemptError';

  constructor(readonly failure: AttemptFailure) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
  }
}

/** Classes after which no other deployment is tried: the answer would be the same everywhere. */
export function isFinal(errorClass: ErrorClass): boolean {
  return errorClass === 'badRequest' || errorClass === 'contentFiltered' || errorClass === 'cancelled';
}

/** Classes that say something about the deployment's health. */
export function isDeploymentFault(errorClass: ErrorClass): boolean {
  return errorClass === 'retryable' || errorClass === 'auth' || errorClass === 'gone';
}

/**
 * Classifies what an adapter threw. Called once, where the error is met.
 *
 * @param nowMs wall clock in milliseconds since the epoch, for Retry-After dates.
 */
export function classifyError(error: unknown, nowMs: number): AttemptFailure {
  if (error instanceof AttemptError) return error.failure;
  if (error instanceof RouterError) return { errorClass: 'cancelled', message: error.message, cause: error };
  if (APICallError.isInstance(error)) return classifyApiError(error, nowMs);
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return { errorClass: 'unsupported', message: `the provider does not support ${error.functionality}`, cause: error };
  }
  if (isNamed(error, 'AbortError'))
    return { errorClass: 'cancelled', message: 'the attempt was cancelled', cause: error };
  return { errorClass: 'retryable', message: describeNetworkError(error), cause: error };
}

/** An error event inside a stream whose HTTP status was good. */
export function classifyStreamError(error: unknown, nowMs: number): AttemptFailure {
  if (error instanceof Error) return classifyError(error, nowMs);
  const text = (typeof error === 'string' ? error : (JSON.stringify(error) as string | undefined)) ?? '';
  const errorClass = classOfText(text);
  return {
    errorClass: errorClass ?? 'retryable',
    message: `the provider reported an error in the stream${errorClass === undefined ? '' : ` (${errorClass})`}`,
    cause: error,
  };
}

function classifyApiError(error: APICallError, nowMs: number): AttemptFailure {
  const { statusCode } = error;
  const text = `${error.message} ${error.responseBody ?? ''}`;
  const retryAfterMs = retryAfterOf(error.responseHeaders, nowMs);
  const failure = (errorClass: ErrorClass, message: string): AttemptFailure => ({
    errorClass,
    message,
    cause: error,
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  if (statusCode === undefined) return failure('retryable', describeNetworkError(error.cause ?? error));
  const http = `HTTP ${statusCode}`;
  if (statusCode < 400) return failure('retryable', `${http} with a body that is not a valid answer`);
  return failure(classOfStatus(statusCode, text), http);
}

function classOfStatus(status: number, text: string): ErrorClass {
  const textClass = status >= 400 && status < 500 && status !== 429 ? classOfText(text) : undefined;
  if (textClass !== undefined && status !== 401 && status !== 403) return textClass;
  switch (status) {
    case 401:
    case 402:
    case 403:
      return 'auth';
    case 404:
    case 410:
      return 'gone';
    case 408:
    case 409:
    case 425:
      return 'retryable';
    case 429:
      return QUOTA_SPENT.test(text) ? 'auth' : 'rateLimited';
    default:
      return status >= 500 ? 'retryable' : 'badRequest';
  }
}

/** A key without money left answers 429, but no pause helps. */
const QUOTA_SPENT = /insufficient_quota|billing_hard_limit/u;

/**
 * What providers write when the prompt is too long: OpenAI and Azure `context_length_exceeded`, Anthropic "prompt is
 * too long", Google "exceeds the maximum number of tokens", Bedrock "Input is too long", Mistral "too large for model",
 * Cohere "too many tokens", vLLM "maximum context length".
 */
const CONTEXT_TOO_LONG =
  /context_length_exceeded|maximum context length|prompt is too long|input is too long|too many (input )?tokens|too large for model|exceeds? the (maximum|model's)[^.]{0,40}tokens|context window/iu;

/** OpenAI and Azure `content_filter` and `content_policy_violation`, Google "blocked", Bedrock guardrails. */
const CONTENT_FILTERED =
  /content_filter|content_policy|content management policy|ResponsibleAIPolicyViolation|prompt was blocked|PROHIBITED_CONTENT|guardrail/iu;

/** Google answers 400, not 401, to a key that it does not know. */
const KEY_REFUSED = /API_KEY_INVALID|API key (not valid|expired)/u;

function classOfText(text: string): ErrorClass | undefined {
  if (KEY_REFUSED.test(text)) return 'auth';
  if (CONTEXT_TOO_LONG.test(text)) return 'contextTooLong';
  if (CONTENT_FILTERED.test(text)) return 'contentFiltered';
  if (/rate_limit|RESOURCE_EXHAUSTED|throttlingException/u.test(text)) return 'rateLimited';
  return undefined;
}

/** Longest pause that is believed. */
const MAX_RETRY_AFTER_MS = 300_000;

function retryAfterOf(headers: Record<string, string> | undefined, nowMs: number): number | undefined {
  const milliseconds = Number(headers?.['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return Math.min(milliseconds, MAX_RETRY_AFTER_MS);
  const value = headers?.['retry-after'];
  if (value === undefined || value === '') return undefined;
  const seconds = Number(value);
  const pauseMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(pauseMs) ? Math.min(Math.max(0, pauseMs), MAX_RETRY_AFTER_MS) : undefined;
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** The innermost code of a network error, for example ECONNREFUSED; never its text, which may hold addresses. */
function describeNetworkError(error: unknown): string {
  let code: string | undefined;
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    const own = (current as { code?: unknown }).code;
    if (typeof own === 'string') code = own;
    if (current instanceof AggregateError && code === undefined) {
      const inner: unknown = current.errors[0];
      const innerCode = (inner as { code?: unknown } | undefined)?.code;
      if (typeof innerCode === 'string') code = innerCode;
    }
  }
  if (code !== undefined) return `the connection failed (${code})`;
  const name = error instanceof Error ? error.name : typeof error;
  return name === 'TypeError' || name === 'Error' ? 'the connection failed' : `the answer could not be read (${name})`;
}
