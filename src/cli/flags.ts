import { resolve } from 'node:path';
import type { LoadConfigOptions } from '../config/load-config.js';
import type { ConfigOverrides } from '../config/service-config.js';
import { UsageError } from './usage-error.js';

/** Flags that every command which reads the config has. */
export interface ConfigFlags {
  readonly config?: string;
  readonly bundle?: string;
}

/** What {@link loadConfig} needs for these flags. */
export function configOptions(flags: ConfigFlags, overrides: ConfigOverrides = {}): LoadConfigOptions {
  return {
    ...(flags.config === undefined ? {} : { file: flags.config }),
    // A folder on the command line is relative to the working folder, not to the config file.
    overrides: { ...overrides, ...(flags.bundle === undefined ? {} : { bundle: resolve(flags.bundle) }) },
  };
}

/** @throws UsageError */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/u.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port expects a whole number from 0 to 65535, got ${JSON.stringify(text)}`);
}

/** @throws UsageError */
export function parseShare(text: string, flag: string): number {
  return parseNumberBetween(text, flag, { least: 0, most: 1 });
}

/** @throws UsageError */
export function parseNumberBetween(
  text: string,
  flag: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= least && number <= most) return number;
  throw new UsageError(`${flag} expects a number from ${least} to ${most}, got ${JSON.stringify(text)}`);
}
