import { inspect } from 'node:util';
import { z } from 'zod';

/** Where secrets come from; injected, so that tests need no environment. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Content of a file. @throws when it cannot be read. */
  readFile(path: string): string;
}

const REFERENCE = /^\$\{(env|file):([^{}]+)\}$/u;
const HIDDEN = '[secret]';

/** A value that no log, error or dump shows. */
export class Secret {
  readonly #kind: 'env' | 'file';
  readonly #name: string;
  #value: string | undefined;

  constructor(kind: 'env' | 'file', name: string) {
    this.#kind = kind;
    this.#name = name;
  }

  /** The value itself. Hand it to what needs it and keep no copy. */
  reveal(): string {
    if (this.#value === undefined) throw new Error('a secret was used before the config was loaded');
    return this.#value;
  }

  /** Looks the value up. @returns what is wrong, or undefined. */
  resolve(sources: SecretSources): string | undefined {
    if (this.#kind === 'env') {
      const value = sources.environment[this.#name];
      if (value === undefined) return `environment variable "${this.#name}" is not set; set it or change the reference`;
      if (value === '') return `environment variable "${this.#name}" is empty; give it a value`;
      this.#value = value;
      return undefined;
    }
    try {
      this.#value = sources.readFile(this.#name).replace(/\r?\n$/u, '');
    } catch {
      return `file "${this.#name}" could not be read; check the path and its permissions`;
    }
    return this.#value === '' ? `file "${this.#name}" is empty; write the secret into it` : undefined;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** A field that holds a reference to a secret. The secret itself is refused in the file, and never repeated. */
export function secret(): z.ZodType<Secret> {
  return z.unknown().transform((value, context) => {
    const match = typeof value === 'string' ? REFERENCE.exec(value) : null;
    if (match === null) {
      const got = value === undefined || value === null ? 'nothing' : 'another value';
      context.addIssue({ code: 'custom', message: `expected \${env:NAME} or \${file:PATH}, got ${got}` });
      return z.NEVER;
    }
    return new Secret(match[1] === 'env' ? 'env' : 'file', match[2] ?? '');
  });
}

/** Resolves every secret inside a value; tells each that cannot be. */
export function resolveSecrets(
  value: unknown,
  sources: SecretSources,
  report: (path: readonly PropertyKey[], message: string) => void,
  path: readonly PropertyKey[] = [],
): void {
  if (value instanceof Secret) {
    const message = value.resolve(sources);
    if (message !== undefined) report(path, message);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) {
    resolveSecrets(inner, sources, report, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}
