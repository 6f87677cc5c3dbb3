import { analyseBundle } from '../bundle/analyse-bundle.js';
import type { Bundle } from '../bundle/bundle.js';
import { predictPrompts, type LabelledPrompt } from '../bundle/predict-prompts.js';
import { RISK_RANGE } from '../bundle/schema.js';
import { writeSetting } from '../bundle/write-setting.js';
import { startEmbedder } from '../compose.js';
import { loadConfig } from '../config/load-config.js';
import { RouterError } from '../errors.js';
import { calibrateBundle, type BundleCalibration } from '../report/calibrate-bundle.js';
import { createLogger } from '../telemetry/logger.js';
import { configOptions, parseNumberBetween, parseShare, type ConfigFlags } from './flags.js';
import { toJson, type ExitCode, type Output } from './output.js';
import { createProgress } from './progress.js';
import { readLabelledPrompts, type LabelledPromptRow } from './prompt-file.js';
import { renderCalibration } from './render-calibration.js';
import { UsageError } from './usage-error.js';

/** Flags of `pointsman bundle calibrate`. */
export interface BundleCalibrateFlags extends ConfigFlags {
  readonly prompts?: string;
  readonly risk?: string;
  readonly maxAbstained: string;
  readonly write?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** A calibration with the risk that it is read for. */
export interface ChosenCalibration {
  readonly bundle: string;
  readonly calibration: BundleCalibration;
  /** As `bundle.yaml` has it. */
  readonly ownRisk: number;
  readonly maxAbstainedShare: number;
  /** The risk asked for, or the recommended one; absent where there is none. */
  readonly chosenRisk?: number;
}

/**
 * Shows what each risk of wrong routes would mean for a bundle. With --write the risk asked for, or else the recommended
 * one, goes into bundle.yaml, if the data support it. Exit 1 when there is nothing to recommend or to write, and with
 * --check unless the bundle's own risk is held.
 */
export async function runBundleCalibrate(
  folder: string | undefined,
  flags: BundleCalibrateFlags,
  output: Output,
): Promise<ExitCode> {
  if (flags.check === true && flags.write === true) {
    throw new UsageError('--check looks at the risk that the bundle has, --write changes it; use one of them');
  }
  const risk = flags.risk === undefined ? undefined : parseNumberBetween(flags.risk, '--risk', RISK_RANGE);
  const maxAbstainedShare = parseShare(flags.maxAbstained, '--max-abstained');
  const rows = flags.prompts === undefined ? undefined : await readLabelledPrompts(flags.prompts);
  const config = loadConfig(configOptions({ ...flags, ...(folder === undefined ? {} : { bundle: folder }) }));
  const { settings, ...calibration } = await calibrate(config, rows, { maxAbstainedShare, risk });
  const chosenRisk = risk ?? calibration.recommendedRisk;
  const chosen: ChosenCalibration = {
    bundle: config.bundle,
    calibration,
    ownRisk: settings.risk,
    maxAbstainedShare,
    ...(chosenRisk === undefined ? {} : { chosenRisk }),
  };
  const written = flags.write === true ? await write(chosen, output) : undefined;
  if (flags.json === true) output.out(toJson({ ...chosen, ...(written === undefined ? {} : { written }) }));
  else output.out(renderCalibration(chosen));
  if (written !== undefined) output.note(`wrote risk: ${written.risk} (was ${settings.risk}) to ${written.file}`);
  if (flags.check === true) return check(chosen, output);
  return chosenRisk === undefined || (flags.write === true && written === undefined) ? 1 : 0;
}

async function calibrate(
  config: ReturnType<typeof loadConfig>,
  rows: readonly LabelledPromptRow[] | undefined,
  { maxAbstainedShare, risk }: { readonly maxAbstainedShare: number; readonly risk: number | undefined },
): Promise<BundleCalibration & Pick<Bundle, 'settings'>> {
  const logger = createLogger('error');
  const progress = createProgress();
  const embedder = await startEmbedder(config, logger);
  const { signal } = new AbortController();
  const onProgress = progress.report;
  try {
    const { bundle: bundleDirectory, cacheDirectory } = config;
    const analysis = await analyseBundle({ bundleDirectory, cacheDirectory, embedder, logger, signal, onProgress });
    const { bundle, model } = analysis;
    const prompts =
      rows === undefined
        ? undefined
        : await predictPrompts(analysis, withTaskIndexes(rows, bundle), { embedder, signal, onProgress });
    const calibration = calibrateBundle(bundle, model, {
      maxAbstainedShare,
      ...(risk === undefined ? {} : { risk }),
      ...(prompts === undefined ? {} : { prompts }),
    });
    return { ...calibration, settings: bundle.settings };
  } finally {
    progress.end();
    await embedder.close();
  }
}

/** @throws RouterError UNKNOWN_TASK */
function withTaskIndexes(rows: readonly LabelledPromptRow[], { tasks }: Bundle): LabelledPrompt[] {
  const indexById = new Map(tasks.map(({ id }, index) => [id, index]));
  return rows.map(({ task, place, ...prompt }) => {
    const taskIndex = indexById.get(task);
    if (taskIndex !== undefined) return { ...prompt, taskIndex };
    throw new RouterError({
      reason: 'UNKNOWN_TASK',
      message: `${place}: task "${task}" is not in the bundle; known: ${tasks.map(({ id }) => id).join(', ')}`,
    });
  });
}

interface Written {
  readonly file: string;
  readonly risk: number;
}

async function write(
  { bundle, calibration, chosenRisk }: ChosenCalibration,
  output: Output,
): Promise<Written | undefined> {
  const step = calibration.steps.find(({ risk }) => risk === chosenRisk);
  if (step?.isSupported === true && step.verdict === 'held') {
    return { file: await writeSetting(bundle, 'risk', step.risk), risk: step.risk };
  }
  output.note(
    step === undefined
      ? 'nothing written: there is no risk to recommend; see --max-abstained'
      : `nothing written: the data do not show that risk ${step.risk} holds`,
  );
  return undefined;
}

function check({ calibration, ownRisk }: ChosenCalibration, output: Output): ExitCode {
  const own = calibration.steps.find(({ risk }) => risk === ownRisk);
  if (own?.verdict === 'held') return 0;
  output.note(`the data do not show that the bundle's risk ${ownRisk} holds`);
  return 1;
}
