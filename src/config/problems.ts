import { RouterError } from '../errors.js';

/** Where something is written: the file as shown to people, line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One mistake in a file that a person edits. */
export interface Problem extends Place {
  /** Path of keys inside the file, for example `models[3].price.inputUsdPerMtok`; "" for the file as a whole. */
  readonly path: string;
  /** What is wrong and what to do, without the place. */
  readonly message: string;
}

/** Most problems that one error lists. */
export const MAX_LISTED_PROBLEMS = 20;

/** Keys and list positions as people write them: `models[3].price`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? String(step) : `.${String(step)}`;
  }
  return text;
}

/** `file:line:column: path: message`. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}: `;
  return problem.path === '' ? place + problem.message : `${place}${problem.path}: ${problem.message}`;
}

/** Collects problems, so that one look at a file names every mistake in it. */
export class ProblemList {
  readonly #problems: Problem[] = [];

  add(place: Place, path: readonly PropertyKey[] | string, message: string): void {
    this.#problems.push({
      file: place.file,
      line: place.line,
      column: place.column,
      path: typeof path === 'string' ? path : formatPath(path),
      message,
    });
  }

  get count(): number {
    return this.#problems.length;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /**
   * @throws RouterError with the given reason when there is any problem: one line each, at most
   * {@link MAX_LISTED_PROBLEMS}, by file and line.
   */
  throwIfAny(reason: 'CONFIG_INVALID' | 'BUNDLE_INVALID'): void {
    const sorted = [...this.#problems].sort(
      (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column,
    );
    const first = sorted[0];
    if (first === undefined) return;
    const lines = sorted.slice(0, MAX_LISTED_PROBLEMS).map(formatProblem);
    if (sorted.length > lines.length) lines.push(`and ${sorted.length - lines.length} more`);
    throw new RouterError({
      reason,
      message: lines.join('\n'),
      metadata: {
        file: first.file,
        line: String(first.line),
        column: String(first.column),
        path: first.path,
        problems: String(sorted.length),
      },
    });
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
