import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { RouterError } from '../errors.js';
import { checkSchema, type LocatedValue } from './check-schema.js';
import { ProblemList } from './problems.js';
import { projectRoot } from './project-root.js';
import { resolveSecrets, Secret, type SecretSources } from './secret.js';
import { serviceConfigSchema, type ConfigOverrides, type ServiceConfig } from './service-config.js';
import { parseYaml } from './yaml-document.js';

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions {
  /** YAML file; embedded defaults without it. */
  readonly file?: string;
  readonly overrides?: ConfigOverrides;
}

/**
 * Loads the service config.
 *
 * @throws RouterError CONFIG_INVALID with one line for each mistake, `file:line:column: path: …`.
 */
export function loadConfig(options: LoadConfigOptions = {}): ServiceConfig {
  const problems = new ProblemList();
  const source = options.file === undefined ? emptySource() : readSource(options.file, problems);
  problems.throwIfAny('CONFIG_INVALID');
  const merged = { ...source, value: merge(source.value, options.overrides ?? {}) };
  const config = checkSchema(serviceConfigSchema, merged, problems);
  const base = options.file === undefined ? process.cwd() : dirname(resolve(options.file));
  resolveSecrets(config, secretSources(base), (path, message) => problems.add(merged.locate(path), path, message));
  problems.throwIfAny('CONFIG_INVALID');
  if (config === undefined) throw new Error('the config is unusable, yet nothing said why');
  const { outcomes } = config;
  return deepFreeze({
    ...config,
    bundle: config.bundle === undefined ? join(projectRoot(), 'router-models') : resolve(base, config.bundle),
    cacheDirectory:
      config.cacheDirectory === undefined ? defaultCacheDirectory() : resolve(base, config.cacheDirectory),
    outcomes:
      outcomes.directory === undefined ? outcomes : { ...outcomes, directory: resolve(base, outcomes.directory) },
  });
}

/** `.cache/pointsman` beside the program; the user's cache folder where that is installed read-only. */
function defaultCacheDirectory(): string {
  try {
    accessSync(projectRoot(), constants.W_OK);
    return join(projectRoot(), '.cache', 'pointsman');
  } catch {
    const userCache = process.env['XDG_CACHE_HOME'];
    return join(userCache === undefined || userCache === '' ? join(homedir(), '.cache') : userCache, 'pointsman');
  }
}

/** Files that secrets are in are relative to the config file. */
function secretSources(base: string): SecretSources {
  return { environment: process.env, readFile: (path) => readFileSync(resolve(base, path), 'utf8') };
}

const COMMAND_LINE = { file: 'command line', line: 1, column: 1 };

function emptySource(): LocatedValue {
  return { value: {}, locate: () => COMMAND_LINE, locateKey: () => COMMAND_LINE };
}

function readSource(file: string, problems: ProblemList): LocatedValue {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file' : String(error);
    throw new RouterError({
      reason: 'CONFIG_INVALID',
      message: `cannot read the config ${file}: ${why}`,
      metadata: { file },
      cause: error,
    });
  }
  const document = parseYaml(file, text, problems);
  if (document === undefined) return emptySource();
  return { ...document, value: document.value ?? {} };
}

/** Overrides win; mappings are merged key by key, everything else is replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (!isMapping(base) || !isMapping(over)) return over === undefined ? base : over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = merge(merged[key], value);
  return merged;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
