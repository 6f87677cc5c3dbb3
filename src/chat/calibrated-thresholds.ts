import type { Bundle } from '../bundle/bundle.js';
import type { SnapshotManager } from '../bundle/snapshot-manager.js';
import { calibrateOnPairs } from '../cache/pair-calibration.js';
import type { PairCalibration } from '../cache/pair-calibration.js';
import type { EvidenceOptions, LabelledPair } from '../cache/pair-evidence.js';
import type { AcceptanceThresholds, LeastThresholds } from '../cache/policy.js';
import { textRequest } from '../request.js';
import { viewPrompt } from '../routing/prompt-view.js';
import { thresholdsInForce, type ThresholdsByTask, type ThresholdSources } from './acceptance-thresholds.js';

/** Acceptance thresholds that follow the bundle: its tasks and its `cache-pairs.jsonl`. */
export interface CalibratedThresholds {
  /** Those in force: of config and tasks alone until the pairs are judged. */
  readonly current: ThresholdsByTask;
  /** Those of the tasks that have others than most: by the bundle's word or by pairs of their own. */
  tasks(): ReadonlyMap<string, AcceptanceThresholds>;
  /** What the pairs led to; undefined without pairs, or before they are judged. */
  calibration(): PairCalibration | undefined;
  /** Resolves once the pairs of the snapshot in service are judged, or could not be. */
  settled(): Promise<void>;
  close(): void;
}

/** Options of {@link followThresholds}. */
export interface CalibratedThresholdsOptions extends Omit<EvidenceOptions, 'signal'> {
  /** What the service config states. */
  readonly least: LeastThresholds;
  /** What the pairs may do to the thresholds. */
  readonly calibration: 'off' | 'raise' | 'both';
  readonly snapshots: Pick<SnapshotManager, 'current' | 'onSwap'>;
  /** ISO 639-1; pairs in other languages are never compared. */
  readonly semanticLanguages: readonly string[];
  readonly logger: {
    info(facts: object, message: string): void;
    warn(facts: object, message: string): void;
  };
}

/**
 * Reads the tasks of the snapshot in service, and of each that is swapped in, and judges its pairs in the background. Until that is
 * done, and where it fails, what the pairs before led to holds.
 */
export function followThresholds(options: CalibratedThresholdsOptions): CalibratedThresholds {
  const { snapshots, least, logger } = options;
  let stated: ThresholdSources = { tasks: snapshots.current().bundle.tasks, least };
  let calibration: PairCalibration | undefined;
  /** What it is made of. */
  let judged = '';
  let inForce = thresholdsInForce(stated);
  let running = new AbortController();
  let settled: Promise<void> = Promise.resolve();

  const settle = (found: PairCalibration | undefined): void => {
    calibration = found;
    inForce = thresholdsInForce({ ...stated, calibration });
  };
  const follow = async (pairs: readonly LabelledPair[], signal: AbortSignal): Promise<void> => {
    const configured = thresholdsInForce(stated);
    const key = JSON.stringify([pairs, pairs.map(({ task }) => configured(task))]);
    if (pairs.length === 0) {
      judged = '';
      settle(undefined);
      return;
    }
    settle(calibration);
    if (key === judged) return;
    try {
      const mayLower = options.calibration === 'both';
      const found = await calibrateOnPairs(pairs, { ...options, configured, mayLower, signal });
      if (signal.aborted) return;
      judged = key;
      settle(found);
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
    const { bundle } = snapshots.current();
    stated = { tasks: bundle.tasks, least };
    const pairs = options.calibration === 'off' ? [] : labelledPairs(bundle, options.semanticLanguages);
    settled = follow(pairs, running.signal);
  };
  start();
  const unsubscribe = snapshots.onSwap(start);
  return {
    current: (task) => inForce(task),
    tasks() {
      const tasks = snapshots
        .current()
        .bundle.tasks.filter(
          ({ id, cache }) => cache.minProbability !== undefined || calibration?.tasks.has(id) === true,
        );
      return new Map(tasks.map(({ id }) => [id, inForce(id)]));
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
