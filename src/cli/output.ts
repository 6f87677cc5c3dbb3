import { RouterError } from '../errors.js';
import { UsageError } from './usage-error.js';

/** How a command ended. 0: well; 1: it found faults or failed; 2: the command line was wrong. */
export type ExitCode = 0 | 1 | 2;

/** Every command runs to an exit code; nothing below main ends the process. */
export type Action = () => Promise<ExitCode>;

/** Where commands write. */
export interface Output {
  /** Results. */
  out(text: string): void;
  /** Errors, progress and notes. */
  note(text: string): void;
}

/** Standard output and standard error. */
export const consoleOutput: Output = {
  out: (text) => console.log(text),
  note: (text) => console.error(text),
};

/** An error as a person at a terminal should see it: the message for known errors, a stack only for defects. */
export function describeError(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof RouterError && error.code !== 'INTERNAL') return error.message;
  const cause = error instanceof RouterError ? (error.cause ?? error) : error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return `unexpected error; please report it with this text:\n${text}`;
}

/** JSON with bigints as numbers and typed arrays as lists. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) => {
      if (typeof inner === 'bigint') return Number(inner);
      if (inner instanceof Float32Array || inner instanceof Float64Array) return Array.from(inner);
      return inner;
    },
    2,
  );
}
