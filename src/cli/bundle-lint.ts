import { analyseBundle } from '../bundle/analyse-bundle.js';
import { lintBundle, type LintFinding } from '../bundle/lint-bundle.js';
import { readBundle } from '../bundle/read-bundle.js';
import { startEmbedder } from '../compose.js';
import { loadConfig } from '../config/load-config.js';
import type { ServiceConfig } from '../config/service-config.js';
import { createLogger } from '../telemetry/logger.js';
import { configOptions, type ConfigFlags } from './flags.js';
import { createProgress } from './progress.js';
import { toJson, type ExitCode, type Output } from './output.js';

/** Flags of `pointsman bundle lint`. */
export interface BundleLintFlags extends ConfigFlags {
  readonly json?: boolean;
  /** Leaves out what needs the embedder. */
  readonly static?: boolean;
}

/**
 * Checks a bundle and prints what is wrong with it, one line a finding, as a compiler does.
 *
 * @returns 1 when a finding is an error, so that a pull-request check fails.
 */
export async function runBundleLint(
  folder: string | undefined,
  flags: BundleLintFlags,
  output: Output,
): Promise<ExitCode> {
  const config = loadConfig(configOptions({ ...flags, ...(folder === undefined ? {} : { bundle: folder }) }));
  // Mistakes are told before the embedder is started.
  const bundle = await readBundle(config.bundle);
  const counts = { tasks: bundle.tasks.length, exemplars: bundle.exemplars.length, models: bundle.models.length };
  const findings = flags.static === true ? lintBundle(bundle) : await lintWithVectors(config);
  if (flags.json === true) output.out(toJson({ bundle: config.bundle, ...counts, findings }));
  else output.out([...findings.map(formatFinding), summary(config.bundle, counts, findings.length)].join('\n'));
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

async function lintWithVectors(config: ServiceConfig): Promise<readonly LintFinding[]> {
  const logger = createLogger('error');
  const progress = createProgress();
  const embedder = await startEmbedder(config, logger);
  try {
    const analysis = await analyseBundle({
      bundleDirectory: config.bundle,
      cacheDirectory: config.cacheDirectory,
      embedder,
      logger,
      signal: new AbortController().signal,
      onProgress: progress.report,
    });
    return lintBundle(analysis.bundle, {
      vectors: analysis.vectors,
      index: analysis.index,
      predictions: analysis.model.report.outOfFold,
    });
  } finally {
    progress.end();
    await embedder.close();
  }
}

function formatFinding({ location, severity, rule, message }: LintFinding): string {
  return `${location.file}:${location.line}:${location.column}: ${severity}: ${message} [${rule}]`;
}

function summary(
  folder: string,
  counts: { readonly tasks: number; readonly exemplars: number; readonly models: number },
  findings: number,
): string {
  const found = findings === 0 ? 'no faults' : `${findings} ${findings === 1 ? 'finding' : 'findings'}`;
  return `${folder}: ${counts.tasks} tasks, ${counts.exemplars} exemplars, ${counts.models} models; ${found}`;
}
