import type { Bundle } from '../bundle/bundle.js';
import type { DecisionModelReport, RiskBound } from '../routing/decision-model.js';

/** How well one task is told from the others. */
export interface TaskEvaluation {
  readonly task: string;
  readonly exemplars: number;
  /** Of the exemplars predicted to be of this task, the share that is; NaN where none was. */
  readonly precision: number;
  /** Of its exemplars, the share predicted to be of it. */
  readonly recall: number;
}

/** Exemplars of one task that were taken for another. */
export interface ConfusionPair {
  readonly task: string;
  readonly predicted: string;
  readonly count: number;
}

/** A point of the calibration curve: predictions of about this probability, and how many of them were right. */
export interface CalibrationBin {
  readonly probability: number;
  readonly accuracy: number;
  readonly count: number;
}

/** Accuracy among what is not abstained from, at one share of abstention. */
export interface AbstentionPoint {
  readonly abstainedShare: number;
  readonly accuracy: number;
}

/** What a bundle's exemplars say of it, by predictions that did not know the exemplar they predict. */
export interface BundleEvaluation {
  readonly exemplars: number;
  readonly accuracy: number;
  readonly expectedCalibrationError: number;
  readonly abstainedShare: number;
  readonly bound?: RiskBound;
  readonly tasks: readonly TaskEvaluation[];
  /** Most frequent first. */
  readonly confusions: readonly ConfusionPair[];
  readonly calibration: readonly CalibrationBin[];
  readonly abstention: readonly AbstentionPoint[];
  readonly notes: readonly string[];
}

const BINS = 10;
const ABSTENTION_STEPS = 20;
const MAX_ABSTENTION = 0.5;

/** Sums up the out-of-fold predictions of a fitted bundle. Pure. */
export function evaluateBundle(bundle: Bundle, report: DecisionModelReport): BundleEvaluation {
  const predictions = predictionsOf(bundle, report);
  return {
    exemplars: report.promptCount,
    accuracy: report.accuracy,
    expectedCalibrationError: report.expectedCalibrationError,
    abstainedShare: report.abstainedShare,
    ...(report.bound === undefined ? {} : { bound: report.bound }),
    tasks: bundle.tasks.map(({ id }, index) => taskEvaluation(id, index, predictions)),
    confusions: confusionsOf(bundle, predictions),
    calibration: calibrationOf(predictions),
    abstention: abstentionOf(predictions),
    notes: report.notes,
  };
}

interface Prediction {
  readonly task: number;
  readonly predicted: number;
  readonly probability: number;
  readonly score: number;
}

function predictionsOf(bundle: Bundle, { outOfFold }: DecisionModelReport): Prediction[] {
  return Array.from(outOfFold.exemplarIndex, (exemplar, row) => ({
    task: bundle.exemplars[exemplar]?.taskIndex ?? 0,
    predicted: outOfFold.predictedTask[row] ?? 0,
    probability: outOfFold.probability[row] ?? 0,
    score: outOfFold.score[row] ?? 0,
  }));
}

function taskEvaluation(task: string, index: number, predictions: readonly Prediction[]): TaskEvaluation {
  const own = predictions.filter((entry) => entry.task === index);
  const named = predictions.filter((entry) => entry.predicted === index);
  const right = own.filter((entry) => entry.predicted === index).length;
  return { task, exemplars: own.length, precision: right / named.length, recall: right / own.length };
}

function confusionsOf(bundle: Bundle, predictions: readonly Prediction[]): ConfusionPair[] {
  const counts = new Map<string, ConfusionPair>();
  for (const { task, predicted } of predictions) {
    if (task === predicted) continue;
    const key = `${task} ${predicted}`;
    const known = counts.get(key);
    counts.set(key, {
      task: bundle.tasks[task]?.id ?? '',
      predicted: bundle.tasks[predicted]?.id ?? '',
      count: (known?.count ?? 0) + 1,
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.task < b.task ? -1 : 1));
}

function calibrationOf(predictions: readonly Prediction[]): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ probability: 0, right: 0, count: 0 }));
  for (const { task, predicted, probability } of predictions) {
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))];
    if (bin === undefined) continue;
    bin.probability += probability;
    bin.right += task === predicted ? 1 : 0;
    bin.count += 1;
  }
  return bins
    .filter(({ count }) => count > 0)
    .map(({ probability, right, count }) => ({ probability: probability / count, accuracy: right / count, count }));
}

function abstentionOf(predictions: readonly Prediction[]): AbstentionPoint[] {
  if (predictions.length === 0) return [];
  const surest = [...predictions].sort((a, b) => b.score - a.score);
  return Array.from({ length: ABSTENTION_STEPS + 1 }, (_, step) => {
    const abstainedShare = (step / ABSTENTION_STEPS) * MAX_ABSTENTION;
    const kept = surest.slice(0, Math.max(1, Math.round((1 - abstainedShare) * surest.length)));
    return { abstainedShare, accuracy: kept.filter((entry) => entry.task === entry.predicted).length / kept.length };
  });
}
