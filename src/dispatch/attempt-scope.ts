import { AttemptError, classifyError } from './error-class.js';

/** One attempt's own abort signal: it follows the call's signal and a time limit, and can tell which of them struck. */
export interface AttemptScope {
  readonly signal: AbortSignal;
  /** Starts the time limit anew. */
  limit(limitMs: number, what: string): void;
  unlimit(): void;
  abort(): void;
  /** The failure behind what was thrown. */
  explain(error: unknown): AttemptError;
  close(): void;
}

/** Opens the scope of one attempt below the signal of its call. */
export function openScope(parent: AbortSignal): AttemptScope {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let timedOut: string | undefined;
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    limit(limitMs, what) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        timedOut = `${what} within ${limitMs} ms`;
        controller.abort();
      }, limitMs);
    },
    unlimit: () => clearTimeout(timer),
    abort: () => controller.abort(),
    explain(error) {
      if (error instanceof AttemptError) return error;
      if (parent.aborted) {
        return new AttemptError({ errorClass: 'cancelled', message: 'the caller stopped waiting', cause: error });
      }
      if (timedOut !== undefined) {
        return new AttemptError({ errorClass: 'retryable', message: timedOut, isTimeout: true, cause: error });
      }
      return new AttemptError(classifyError(error, Date.now()));
    },
    close() {
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
    },
  };
}
