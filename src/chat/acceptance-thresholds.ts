import type { Bundle } from '../bundle/bundle.js';
import { thresholdsOf, type PairCalibration, type ThresholdDecision } from '../cache/pair-calibration.js';
import { DEFAULT_THRESHOLDS, type AcceptanceThresholds } from '../cache/policy.js';

/** What the service config says about acceptance. */
export interface ThresholdSettings {
  /** Holds for every task, as the least. Absent: the bundle's value for the task, or the default. */
  readonly minProbability?: number | undefined;
  readonly minProbabilityUnverified: number;
}

/** Thresholds for the prompts of a task; without one, those of tasks about which nothing is said. */
export type ThresholdsByTask = (task?: string) => AcceptanceThresholds;

/** Thresholds as config and bundle state them, before any pairs. */
export function configuredThresholds({ tasks }: Pick<Bundle, 'tasks'>, settings: ThresholdSettings): ThresholdsByTask {
  const { minProbability: least, minProbabilityUnverified } = settings;
  const byTask = new Map(tasks.map(({ id, cache }) => [id, cache.minProbability]));
  return (task) => {
    const own = task === undefined ? undefined : byTask.get(task);
    const minProbability = own === undefined ? least : Math.max(own, least ?? 0);
    return { minProbability: minProbability ?? DEFAULT_THRESHOLDS.minProbability, minProbabilityUnverified };
  };
}

/**
 * Thresholds in force: a task's own pairs have the last word. Pairs without a task raise every other task's threshold, and
 * lower those about which the bundle says nothing.
 */
export function thresholdsInForce(
  configured: ThresholdsByTask,
  calibration: PairCalibration | undefined,
): ThresholdsByTask {
  if (calibration === undefined) return configured;
  const { general, tasks } = calibration;
  return (task) => {
    const own = task === undefined ? undefined : tasks.get(task);
    if (own !== undefined) return thresholdsOf(own);
    const base = configured(task);
    const plain = configured();
    const moved = (decision: ThresholdDecision, scale: keyof AcceptanceThresholds): number =>
      base[scale] === plain[scale] ? decision.threshold : Math.max(base[scale], raisedTo(decision));
    return {
      minProbability: moved(general.verified, 'minProbability'),
      minProbabilityUnverified: moved(general.unverified, 'minProbabilityUnverified'),
    };
  };
}

function raisedTo({ outcome, threshold }: ThresholdDecision): number {
  return outcome === 'raised' ? threshold : 0;
}
