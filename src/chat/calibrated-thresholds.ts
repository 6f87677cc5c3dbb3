import type { SnapshotManager } from '../bundle/snapshot-manager.js';
import { calibrateOnPairs } from '../cache/pair-calibration.js';
import type { CalibrationLimits, PairCalibration } from '../cache/pair-calibration.js';
import type { EvidenceOptions, LabelledPair } from '../cache/pair-evidence.js';
import type { AcceptanceThresholds } from '../cache/policy.js';
import { textRequest } from '../request.js';
import { viewPrompt } from '../routing/prompt-view.js';

/** Acceptance thresholds that follow the bundle's `cache-pairs.jsonl`. */
export interface CalibratedThresholds {
  /** Those of the config until the pairs are judged. */
  current(): AcceptanceThresholds;
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
  let thresholds = configured;
  let calibration: PairCalibration | undefined;
  let running = new AbortController();
  let settled: Promise<void> = Promise.resolve();

  const follow = async (pairs: readonly LabelledPair[], signal: AbortSignal): Promise<void> => {
    if (pairs.length === 0) {
      thresholds = configured;
      calibration = undefined;
      return;
    }
    try {
      const found = await calibrateOnPairs(pairs, { ...options, signal });
      if (signal.aborted) return;
      calibration = found;
      thresholds = { minProbability: found.verified.threshold, minProbabilityUnverified: found.unverified.threshold };
      logger.info({ ...found }, "acceptance thresholds follow the bundle's cache pairs");
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'the cache pairs could not be judged; the thresholds stay');
    }
  };
  const start = (): void => {
    running.abort();
    running = new AbortController();
    const { cachePairs } = snapshots.current().bundle;
    const pairs = cachePairs.map(({ q1, q2, isSame }) => ({ stored: q1, asked: q2, isSame }));
    const comparable = pairs.filter(({ stored, asked }) =>
      [stored, asked].every((text) => options.semanticLanguages.includes(viewPrompt(textRequest(text)).language)),
    );
    settled = follow(comparable, running.signal);
  };
  start();
  const unsubscribe = snapshots.onSwap(start);
  return {
    current: () => thresholds,
    calibration: () => calibration,
    settled: () => settled,
    close() {
      unsubscribe();
      running.abort();
    },
  };
}
