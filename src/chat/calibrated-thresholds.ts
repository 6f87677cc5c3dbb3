import type { Bundle } from '../bundle/bundle.js';
import type { SnapshotManager } from '../bundle/snapshot-manager.js';
import { calibrateOnPairs, thresholdsOf } from '../cache/pair-calibration.js';
import type { CalibrationLimits, PairCalibration } from '../cache/pair-calibration.js';
import type { EvidenceOptions, LabelledPair } from '../cache/pair-evidence.js';
import type { AcceptanceThresholds } from '../cache/policy.js';
import { textRequest } from '../request.js';
import { viewPrompt } from '../routing/prompt-view.js';

/** Acceptance thresholds that follow the bundle's `cache-pairs.jsonl`. */
export interface CalibratedThresholds {
  /** Those for a task's prompts, or where it has no pairs of its own for any: those of the config until the pairs are judged. */
  current(task?: string): AcceptanceThresholds;
  /** What the pairs led to; undefined without pairs, or before they are judged. */
  calibration(): PairCalibration | undefined;
  /** Resolves once the pairs of the snapshot in service are judged, or could not be. */
  settled(): Promise<void>;
  close(): void;
}

/** Options of {@link followCachePairs}. */
export interface CalibratedThresholdsOptions extends CalibrationLimits, Omit<EvidenceOptions, 'signal'> {
  readonly snapshots: Pick<SnapshotManager, 'current' | 'onSwap'>;
  /** ISO 639-1; pairs in other languages are never compared. */
  readonly semanticLanguages: readonly string[];
  readonly logger: {
    info(facts: object, message: string): void;
    warn(facts: object, message: string): void;
  };
}

/**
 * Judges the pairs of the snapshot in service, and of each that is swapped in, in the background. Until that is done, and where it
 * fails, the thresholds before it hold.
 */
export function followCachePairs(options: CalibratedThresholdsOptions): CalibratedThresholds {
  const { snapshots, configured, logger } = options;
  let calibration: PairCalibration | undefined;
  /** The pairs that it is made of. */
  let judged = '';
  let running = new AbortController();
  let settled: Promise<void> = Promise.resolve();

  const follow = async (pairs: readonly LabelledPair[], signal: AbortSignal): Promise<void> => {
    if (pairs.length === 0) {
      calibration = undefined;
      return;
    }
    if (calibration !== undefined && judged === JSON.stringify(pairs)) return;
    try {
      const found = await calibrateOnPairs(pairs, { ...options, signal });
      if (signal.aborted) return;
      calibration = found;
      judged = JSON.stringify(pairs);
      logger.info(
        { general: found.general, tasks: Object.fromEntries(found.tasks) },
        "acceptance thresholds follow the bundle's cache pairs",
      );
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'the cache pairs could not be judged; the thresholds stay');
    }
  };
  const start = (): void => {
    running.abort();
    running = new AbortController();
    settled = follow(labelledPairs(snapshots.current().bundle, options.semanticLanguages), running.signal);
  };
  start();
  const unsubscribe = snapshots.onSwap(start);
  return {
    current(task) {
      if (calibration === undefined) return configured;
      return thresholdsOf((task === undefined ? undefined : calibration.tasks.get(task)) ?? calibration.general);
    },
    calibration: () => calibration,
    settled: () => settled,
    close() {
      unsubscribe();
      running.abort();
    },
  };
}

/** The pairs of a bundle that a look-up would compare: those in languages in which prompts are answered by similarity. */
export function labelledPairs({ cachePairs, tasks }: Bundle, languages: readonly string[]): readonly LabelledPair[] {
  return cachePairs.flatMap(({ q1, q2, isSame, taskIndex }) => {
    if (![q1, q2].every((text) => languages.includes(viewPrompt(textRequest(text)).language))) return [];
    const task = taskIndex === undefined ? undefined : tasks[taskIndex]?.id;
    return [{ stored: q1, asked: q2, isSame, ...(task === undefined ? {} : { task }) }];
  });
}
