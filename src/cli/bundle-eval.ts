import { writeFile } from 'node:fs/promises';
import { analyseBundle } from '../bundle/analyse-bundle.js';
import type { Bundle } from '../bundle/bundle.js';
import { startRoutingCore, type RoutingCore } from '../compose.js';
import { loadConfig } from '../config/load-config.js';
import { evaluateBundle } from '../report/evaluate-bundle.js';
import { renderHtml, renderMarkdown, summaryOf, type PreferencePoint } from '../report/render-evaluation.js';
import { NO_CONSTRAINTS, textRequest } from '../request.js';
import { createLogger } from '../telemetry/logger.js';
import { createTrace } from '../trace.js';
import { configOptions, parseShare, type ConfigFlags } from './flags.js';
import { toJson, type ExitCode, type Output } from './output.js';
import { createProgress } from './progress.js';

/** Flags of `pointsman bundle eval`. */
export interface BundleEvalFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly html?: string;
  readonly markdown?: string;
  readonly minAccuracy?: string;
}

const PREFERENCES = Array.from({ length: 11 }, (_, step) => step / 10);
/** Exemplars whose choice is looked at for each preference: evenly spread, so that every task has its share. */
const CURVE_PROMPTS = 260;

/** Measures a bundle on its own exemplars. Exit 1 when the accuracy is below --min-accuracy. */
export async function runBundleEval(
  folder: string | undefined,
  flags: BundleEvalFlags,
  output: Output,
): Promise<ExitCode> {
  const least = flags.minAccuracy === undefined ? 0 : parseShare(flags.minAccuracy, '--min-accuracy');
  const config = loadConfig(configOptions({ ...flags, ...(folder === undefined ? {} : { bundle: folder }) }));
  const progress = createProgress();
  const logger = createLogger('error');
  const core = await startRoutingCore({ config, logger, onProgress: progress.report });
  try {
    const analysis = await analyseBundle({
      bundleDirectory: config.bundle,
      cacheDirectory: config.cacheDirectory,
      embedder: core.embedder,
      signal: new AbortController().signal,
      logger,
    });
    progress.end();
    const evaluation = evaluateBundle(analysis.bundle, analysis.model.report);
    const report = { bundle: config.bundle, evaluation, curve: await curveOf(core, analysis.bundle) };
    if (flags.markdown !== undefined) await writeFile(flags.markdown, renderMarkdown(report));
    if (flags.html !== undefined) await writeFile(flags.html, renderHtml(report));
    if (flags.json === true) output.out(toJson(report));
    else
      output.out(
        flags.markdown === undefined && flags.html === undefined
          ? renderMarkdown(report)
          : summaryOf(evaluation).join('\n'),
      );
    return evaluation.accuracy >= least ? 0 : 1;
  } finally {
    progress.end();
    await core.close();
  }
}

async function curveOf(core: RoutingCore, { exemplars }: Bundle): Promise<PreferencePoint[]> {
  const step = Math.max(1, Math.floor(exemplars.length / CURVE_PROMPTS));
  const sample = exemplars.filter((_, index) => index % step === 0);
  const points: PreferencePoint[] = [];
  for (const preference of PREFERENCES) {
    let costUsd = 0;
    let lowerBound = 0;
    for (const { text, system } of sample) {
      const request = {
        ...textRequest(text, system === undefined ? {} : { system }),
        constraints: { ...NO_CONSTRAINTS, qualityPreference: preference },
      };
      const decision = await core.router.select(request, createTrace(), AbortSignal.timeout(60_000));
      costUsd += decision.expectedCostUsd / sample.length;
      lowerBound += decision.capability.lowerBound / sample.length;
    }
    points.push({ preference, costUsd, lowerBound });
  }
  return points;
}
