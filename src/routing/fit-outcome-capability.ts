import {
  fitBayesianRegression,
  leverage,
  type FittedGroup,
  type RegressionGroup,
} from '../learning/bayesian-regression.js';
import { addTransposedProduct, substitute, zeroMatrix, type Matrix } from '../learning/matrix.js';
import { principalDirections } from '../learning/principal-directions.js';
import { fitOutcomeFeatures } from './fit-outcome-features.js';
import { quadraticForm } from './outcome-capability.js';
import type { OutcomeCapabilityData, OutcomeGroupData, OutcomeModelData } from './outcome-capability-data.js';
import { outcomeTable, type MeasuredModel, type OutcomeTable } from './outcome-table.js';
import { settleWidening, type LeftOutPredictions } from './settle-widening.js';

/** An outcome, its prompt and its model by index. */
export interface IndexedOutcome {
  readonly promptIndex: number;
  readonly modelIndex: number;
  /** 0 to 1. */
  readonly score: number;
  /** Thinking included. */
  readonly completionTokens?: number;
}

/** What {@link fitOutcomeCapability} works from. */
export interface OutcomeFitOptions {
  readonly outcomes: readonly IndexedOutcome[];
  /** Text of each prompt, as the user sent it. */
  readonly prompts: readonly string[];
  /** Vectors of the prompts' routing texts, one row a prompt. */
  readonly vectors: { readonly values: Float32Array; readonly dimensions: number };
  /** Task index of each prompt; -1 where unknown. */
  readonly tasks: Int32Array;
  readonly taskCount: number;
  /** Normal quantile of the bundle's one-sided confidence. */
  readonly z: number;
}

/** Directions along which the covariance is kept: enough that bounds match the full one's on public sets. */
const DIRECTIONS = 32;

/**
 * Fits how well each model does on a prompt: Bayesian linear regression of its scores on the prompt's vector, surface
 * and task, all models under one prior. Then left-out predictions (in closed form) settle how far the bounds have to
 * be widened until they hold. Deterministic; blocks: for the builder's worker.
 *
 * @returns undefined without outcomes.
 */
export function fitOutcomeCapability(options: OutcomeFitOptions): OutcomeCapabilityData | undefined {
  const table = outcomeTable(options);
  if (table.models.length === 0) return undefined;
  const { map, features } = fitOutcomeFeatures(options, table.prompts);
  const offset = meanScore(table);
  const groups = groupsOf(table, features, offset);
  const fit = fitBayesianRegression(groups.map((group) => group.regression));
  const directions = directionsOf(features);
  const predictions: LeftOutPredictions[] = [];
  const groupData: OutcomeGroupData[] = [];
  const models: OutcomeModelData[] = [];
  fit.groups.forEach((fitted, groupIndex) => {
    const group = groups[groupIndex];
    if (group === undefined) return;
    const leverages = leveragesOf(fitted, group.regression.features);
    groupData.push(groupDataOf(fitted, group.regression.features, { directions, leverages }));
    group.models.forEach((model, output) => {
      predictions.push(leaveOneOut(model, { fitted, output, features: group.regression.features, leverages, offset }));
      models.push(modelDataOf(model, { fitted, output, groupIndex, offset }));
    });
  });
  const tasks = Int32Array.from(table.prompts, (prompt) => options.tasks[prompt] ?? -1);
  const checked = settleWidening(predictions, tasks, options.z);
  const { leftOutError, meanScoreError, outcomeCount } = errorsOf(predictions, table);
  return {
    features: map,
    directions: Float32Array.from(directions.values),
    groups: groupData,
    models: models.sort((a, b) => a.modelIndex - b.modelIndex),
    widening: checked.widening,
    precision: fit.precision,
    report: {
      promptCount: table.prompts.length,
      outcomeCount,
      taskCount: map.head?.taskOfClass.length ?? 0,
      leftOutError,
      meanScoreError,
      checkedGroups: checked.groupCount,
      heldShare: checked.heldShare,
      notes: [...table.notes, ...checked.notes],
    },
  };
}

interface ModelGroup {
  readonly models: readonly MeasuredModel[];
  readonly regression: RegressionGroup;
}

/** Models that were measured on the same prompts share their features and so their covariance. */
function groupsOf(table: OutcomeTable, features: Matrix, offset: number): readonly ModelGroup[] {
  const byRows = new Map<string, MeasuredModel[]>();
  for (const model of table.models) {
    const key = model.rows.length === table.prompts.length ? 'all' : model.rows.join(',');
    const group = byRows.get(key);
    if (group === undefined) byRows.set(key, [model]);
    else group.push(model);
  }
  return [...byRows.values()].map((models) => {
    const rows = models[0]?.rows ?? new Int32Array(0);
    const targets = zeroMatrix(models.length, rows.length);
    models.forEach((model, output) => {
      targets.values.set(
        model.scores.map((score) => score - offset),
        output * rows.length,
      );
    });
    const isAll = rows.length === features.rowCount;
    return { models, regression: { features: isAll ? features : pickRows(features, rows), targets } };
  });
}

function pickRows(matrix: Matrix, rows: Int32Array): Matrix {
  const { columnCount } = matrix;
  const picked = zeroMatrix(rows.length, columnCount);
  rows.forEach((row, target) => {
    picked.values.set(rowOf(matrix, row), target * columnCount);
  });
  return picked;
}

function rowOf(matrix: Matrix, row: number): Float64Array {
  return matrix.values.subarray(row * matrix.columnCount, (row + 1) * matrix.columnCount);
}

function directionsOf(features: Matrix): Matrix {
  const gram = zeroMatrix(features.columnCount, features.columnCount);
  addTransposedProduct(features, features, gram);
  return principalDirections(gram, Math.min(DIRECTIONS, features.columnCount));
}

function leveragesOf(fitted: FittedGroup, features: Matrix): Float64Array {
  return Float64Array.from({ length: features.rowCount }, (_, row) =>
    Math.min(0.999, leverage(fitted.factor, rowOf(features, row))),
  );
}

interface CovarianceInput {
  readonly directions: Matrix;
  readonly leverages: Float64Array;
}

function groupDataOf(fitted: FittedGroup, features: Matrix, input: CovarianceInput): OutcomeGroupData {
  const { directions, leverages } = input;
  const count = directions.rowCount;
  const covariance = new Float32Array(count * count);
  for (let row = 0; row < count; row += 1) {
    const solved = Float64Array.from(rowOf(directions, row));
    substitute(fitted.factor, solved);
    for (let other = 0; other < count; other += 1)
      covariance[row * count + other] = dot(solved, rowOf(directions, other));
  }
  // The rest is spread evenly, so that the average variance over the group's prompts is exact.
  let restVariance = 0;
  let restSquares = 0;
  for (let row = 0; row < features.rowCount; row += 1) {
    const vector = rowOf(features, row);
    const along = Float64Array.from({ length: count }, (_, k) => dot(vector, rowOf(directions, k)));
    restVariance += Math.max(0, (leverages[row] ?? 0) - quadraticForm(covariance, along));
    restSquares += Math.max(0, dot(vector, vector) - dot(along, along));
  }
  return { covariance, restVariance: restSquares > 1e-9 ? restVariance / restSquares : 0 };
}

interface OutputInput {
  readonly fitted: FittedGroup;
  /** Row of the model within its group. */
  readonly output: number;
  readonly offset: number;
}

/** Predictions for each outcome by the regression without it (Hastie et al. 2009, section 7.10, in closed form). */
function leaveOneOut(
  model: MeasuredModel,
  input: OutputInput & { readonly features: Matrix; readonly leverages: Float64Array },
): LeftOutPredictions {
  const { fitted, output, features, leverages, offset } = input;
  const weights = rowOf(fitted.weights, output);
  const noise = Math.sqrt(fitted.noiseVariance[output] ?? 0);
  const means = new Float64Array(model.rows.length);
  const deviations = new Float64Array(model.rows.length);
  for (let row = 0; row < means.length; row += 1) {
    const score = model.scores[row] ?? 0;
    const own = leverages[row] ?? 0;
    means[row] = score - (score - offset - dot(weights, rowOf(features, row))) / (1 - own);
    deviations[row] = noise * Math.sqrt(own / (1 - own));
  }
  return { rows: model.rows, scores: model.scores, means, deviations };
}

function modelDataOf(model: MeasuredModel, input: OutputInput & { readonly groupIndex: number }): OutcomeModelData {
  const { fitted, output, groupIndex, offset } = input;
  return {
    modelIndex: model.modelIndex,
    groupIndex,
    offset,
    weights: Float32Array.from(rowOf(fitted.weights, output)),
    noiseDeviation: Math.sqrt(fitted.noiseVariance[output] ?? 0),
    outcomeCount: model.rows.length,
    countByTask: model.countByTask,
    completionTokensByTask: model.completionTokensByTask,
    completionCountByTask: model.completionCountByTask,
  };
}

function meanScore(table: OutcomeTable): number {
  let sum = 0;
  let count = 0;
  for (const { scores } of table.models) {
    for (const score of scores) sum += score;
    count += scores.length;
  }
  return sum / Math.max(1, count);
}

function errorsOf(predictions: readonly LeftOutPredictions[], table: OutcomeTable) {
  let error = 0;
  let meanError = 0;
  let outcomeCount = 0;
  predictions.forEach(({ scores, means }) => {
    const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
    scores.forEach((score, row) => {
      error += (score - (means[row] ?? 0)) ** 2;
      meanError += (score - mean) ** 2;
    });
    outcomeCount += scores.length;
  });
  const count = Math.max(1, outcomeCount);
  return { leftOutError: error / count, meanScoreError: meanError / count, outcomeCount: table.outcomeCount };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
