import type { Bundle } from '../bundle/bundle.js';
import type { PairCalibration, ThresholdDecision } from '../cache/pair-calibration.js';
import { DEFAULT_THRESHOLDS, type AcceptanceThresholds, type LeastThresholds } from '../cache/policy.js';

/** Thresholds for the prompts of a task; without one, those of tasks about which nothing is said. */
export type ThresholdsByTask = (task?: string) => AcceptanceThresholds;

/** What acceptance thresholds are made of. */
export interface ThresholdSources extends Pick<Bundle, 'tasks'> {
  /** What the service config states. */
  readonly least: LeastThresholds;
  /** What the bundle's pairs led to. Absent: thresholds as config and bundle state them. */
  readonly calibration?: PairCalibration | undefined;
}

/**
 * The thresholds in force. On each of the two scales, for each task:
 *
 * 1. What the config states is the least, whatever bundle and pairs say.
 * 2. A task starts at what the bundle states for it, or at what the config states, or at the default.
 * 3. Pairs that name the task have the last word.
 * 4. Otherwise pairs without a task decide; they never lower what the bundle states.
 * 5. Pairs that are too few are as good as none.
 */
export function thresholdsInForce({ tasks, least, calibration }: ThresholdSources): ThresholdsByTask {
  const stated = new Map(tasks.map(({ id, cache }) => [id, cache.minProbability]));
  return (task) => {
    const own = task === undefined ? undefined : calibration?.tasks.get(task);
    const general = calibration?.general;
    return {
      minProbability: thresholdOf({
        least: least.minProbability,
        stated: task === undefined ? undefined : stated.get(task),
        fallback: DEFAULT_THRESHOLDS.minProbability,
        own: own?.verified,
        general: general?.verified,
      }),
      minProbabilityUnverified: thresholdOf({
        least: least.minProbabilityUnverified,
        stated: undefined,
        fallback: DEFAULT_THRESHOLDS.minProbabilityUnverified,
        own: own?.unverified,
        general: general?.unverified,
      }),
    };
  };
}

interface ScaleSources {
  readonly least: number | undefined;
  /** By the bundle, for the task. */
  readonly stated: number | undefined;
  readonly fallback: number;
  readonly own: ThresholdDecision | undefined;
  readonly general: ThresholdDecision | undefined;
}

function thresholdOf({ least, stated, fallback, own, general }: ScaleSources): number {
  const hasOwn = own !== undefined && own.outcome !== 'tooFew';
  const mayMove = hasOwn || stated === undefined ? 'both' : 'raise';
  const start = stated ?? least ?? fallback;
  return Math.max(least ?? 0, moved(start, hasOwn ? own : general, mayMove));
}

function moved(start: number, decision: ThresholdDecision | undefined, mayMove: 'raise' | 'both'): number {
  switch (decision?.outcome) {
    case 'raised':
      return mayMove === 'raise' ? Math.max(start, decision.threshold) : decision.threshold;
    case 'lowered':
      return mayMove === 'raise' ? start : decision.threshold;
    case 'kept':
    case 'tooFew':
    case undefined:
      return start;
  }
}
