import { readBundle } from '../bundle/read-bundle.js';
import { loadConfig } from '../config/load-config.js';
import { configOptions, type ConfigFlags } from './flags.js';
import { toJson, type ExitCode, type Output } from './output.js';

/** Flags of `pointsman bundle lint`. */
export interface BundleLintFlags extends ConfigFlags {
  readonly json?: boolean;
}

/** Checks a bundle and prints what is wrong with it. */
export async function runBundleLint(
  folder: string | undefined,
  flags: BundleLintFlags,
  output: Output,
): Promise<ExitCode> {
  const config = loadConfig(configOptions({ ...flags, ...(folder === undefined ? {} : { bundle: folder }) }));
  const bundle = await readBundle(config.bundle);
  const counts = { tasks: bundle.tasks.length, exemplars: bundle.exemplars.length, models: bundle.models.length };
  if (flags.json === true) output.out(toJson({ bundle: config.bundle, ...counts, findings: [] }));
  else
    output.out(
      `${config.bundle}: ${counts.tasks} tasks, ${counts.exemplars} exemplars, ${counts.models} models; no faults`,
    );
  return 0;
}
