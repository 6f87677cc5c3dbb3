import { setFlagsFromString } from 'node:v8';
import { reloadQuietly, startService } from '../compose.js';
import { loadConfig } from '../config/load-config.js';
import { createLogger } from '../telemetry/logger.js';
import { configOptions, parsePort, type ConfigFlags } from './flags.js';
import type { ExitCode, Output } from './output.js';
import { createProgress } from './progress.js';

/** Flags of `pointsman serve`. */
export interface ServeFlags extends ConfigFlags {
  readonly host?: string;
  readonly port?: string;
}

/**
 * How far the heap may grow beyond what was live after the last full collection. By itself V8 lets a heap of 80 MB
 * collect 200 MB of garbage first, and that memory is not given back.
 */
const HEAP_GROWING_PERCENT = 30;

/** Serves until SIGINT or SIGTERM, then drains. SIGHUP reloads the bundle. */
export async function runServe(flags: ServeFlags, output: Output): Promise<ExitCode> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const config = loadConfig(
    configOptions(flags, {
      listen: { host: flags.host, port: flags.port === undefined ? undefined : parsePort(flags.port) },
    }),
  );
  const logger = createLogger(config.log.level);
  const progress = createProgress();
  const service = await startService({ config, logger, onProgress: progress.report });
  progress.end();
  output.out(`listening on ${config.listen.host}:${service.port}`);

  const reload = (): void => void reloadQuietly(service.core.snapshots, logger);
  process.on('SIGHUP', reload);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  process.off('SIGHUP', reload);
  const isClean = await service.stop();
  return isClean ? 0 : 1;
}
