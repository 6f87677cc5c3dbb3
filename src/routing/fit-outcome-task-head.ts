import { stratifiedFolds } from '../learning/folds.js';
import { discriminantLogits, fitLinearDiscriminant, type DiscriminantHead } from '../learning/linear-discriminant.js';
import { softmaxInPlace } from '../learning/logistic-regression.js';
import { zeroMatrix, type Matrix } from '../learning/matrix.js';
import type { OutcomeTaskHead } from './outcome-features.js';

/** The head and what it says of the prompts that it was fitted on, each seen by a head that did not know it. */
export interface FittedTaskHead {
  readonly head: OutcomeTaskHead;
  /** One row a prompt, one column a class. Out-of-fold for prompts with a task. */
  readonly probabilities: Matrix;
}

const FOLDS = 5;
const SEED = 4;
const SHRINKAGE = 0.1;
/** A task with fewer prompts is no class of its own. */
const MIN_PROMPTS = 2 * FOLDS;
const TEMPERATURE_STEPS = 24;

/**
 * Fits which task a prompt belongs to, among the tasks that the outcomes name: a linear discriminant, closed form,
 * with its confidence scaled to what it gets right out-of-fold.
 *
 * @returns undefined when fewer than two tasks have enough prompts.
 */
export function fitOutcomeTaskHead(features: Matrix, tasks: Int32Array): FittedTaskHead | undefined {
  const taskOfClass = classesBySize(tasks);
  if (taskOfClass.length < 2) return undefined;
  const classOfTask = new Map(Array.from(taskOfClass, (task, index) => [task, index]));
  const known = Int32Array.from(Array.from(tasks, (_, row) => row).filter((row) => classOfTask.has(tasks[row] ?? -1)));
  const labels = Int32Array.from(known, (row) => classOfTask.get(tasks[row] ?? -1) ?? 0);
  const classCount = taskOfClass.length;
  const whole = fitOn(rowsOf(features, known), labels, classCount);
  const logits = discriminantLogits(whole, features);
  const folds = stratifiedFolds(labels, FOLDS, SEED);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const inside = known.filter((_, index) => folds[index] !== fold);
    const outside = known.filter((_, index) => folds[index] === fold);
    const foldLabels = labels.filter((_, index) => folds[index] !== fold);
    const held = discriminantLogits(fitOn(rowsOf(features, inside), foldLabels, classCount), rowsOf(features, outside));
    outside.forEach((row, index) => {
      logits.values.set(held.values.subarray(index * classCount, (index + 1) * classCount), row * classCount);
    });
  }
  const scale = settleScale(rowsOf(logits, known), labels);
  const probabilities: Matrix = { ...logits, values: logits.values.map((value) => value * scale) };
  for (let row = 0; row < probabilities.rowCount; row += 1) {
    softmaxInPlace(probabilities.values.subarray(row * classCount, (row + 1) * classCount));
  }
  return {
    head: {
      taskOfClass,
      weights: Float32Array.from(whole.weights.values, (value) => value * scale),
      bias: Float32Array.from(whole.bias, (value) => value * scale),
    },
    probabilities,
  };
}

/** Tasks with enough prompts, the largest first. */
function classesBySize(tasks: Int32Array): Int32Array {
  const counts = new Map<number, number>();
  for (const task of tasks) if (task >= 0) counts.set(task, (counts.get(task) ?? 0) + 1);
  const large = [...counts].filter(([, count]) => count >= MIN_PROMPTS);
  return Int32Array.from(large.sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([task]) => task));
}

function fitOn(features: Matrix, labels: Int32Array, classCount: number): DiscriminantHead {
  return fitLinearDiscriminant({ features, labels, classCount, shrinkage: SHRINKAGE });
}

/** Factor on the logits under which the held-out labels are most likely, by golden-section search. */
function settleScale(logits: Matrix, labels: Int32Array): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = 0.02;
  let high = 2;
  for (let step = 0; step < TEMPERATURE_STEPS; step += 1) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (logLoss(logits, labels, left) <= logLoss(logits, labels, right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

function logLoss(logits: Matrix, labels: Int32Array, scale: number): number {
  const { columnCount } = logits;
  let loss = 0;
  labels.forEach((label, row) => {
    const scaled = logits.values.slice(row * columnCount, (row + 1) * columnCount).map((value) => value * scale);
    const own = scaled[label] ?? 0;
    loss += softmaxInPlace(scaled) - own;
  });
  return loss;
}

function rowsOf(matrix: Matrix, rows: Int32Array): Matrix {
  const { columnCount } = matrix;
  const picked = zeroMatrix(rows.length, columnCount);
  rows.forEach((row, target) => {
    picked.values.set(matrix.values.subarray(row * columnCount, (row + 1) * columnCount), target * columnCount);
  });
  return picked;
}
