import { addTransposedProduct, multiplyTransposed, zeroMatrix, type Matrix } from './matrix.js';
import { minimise } from './minimise.js';
import { addSparseProduct, addSparseTransposedProduct, type SparseMatrix } from './sparse-matrix.js';

/** Examples as rows: a dense part and, beside it, a sparse one of the same rows. */
export interface Features {
  readonly dense: Matrix;
  readonly sparse: SparseMatrix;
}

/** A linear model a class: logits = weights · dense + sparse entries · their weights + bias. */
export interface LinearHead {
  /** One row a class. */
  readonly weights: Matrix;
  /** One row a sparse column, one column a class. */
  readonly sparseWeights: Matrix;
  readonly bias: Float64Array;
}

/** What {@link fitLogisticRegression} works from. */
export interface LogisticOptions {
  readonly features: Features;
  /** Class by row. */
  readonly labels: Int32Array;
  readonly classCount: number;
  /** Weight of half the squared norm of all weights against the summed loss; biases are free. Above 0. */
  readonly regularisation: number;
  readonly maxIterations: number;
  /** Where to start; zeros by default. */
  readonly start?: LinearHead;
}

/** Rows whose logits are held at once: they and the weights stay in the processor's cache. */
const BLOCK_ROWS = 256;

/** Multinomial logistic regression with an L2 penalty, by L-BFGS. Deterministic. */
export function fitLogisticRegression(options: LogisticOptions): LinearHead {
  const { start } = options;
  const layout = layoutOf(options);
  const first = new Float64Array(layout.length);
  if (start !== undefined) {
    first.set(start.weights.values);
    first.set(start.sparseWeights.values, layout.sparseStart);
    first.set(start.bias, layout.biasStart);
  }
  const { point } = minimise((parameters, gradient) => lossAndGradient(options, parameters, gradient), {
    start: first,
    maxIterations: options.maxIterations,
  });
  return headOf(point, options);
}

/** Logits of rows `first` to `first + rowCount`, all rows by default; one column a class. */
export function logitsOf(
  head: LinearHead,
  features: Features,
  first = 0,
  rowCount = features.dense.rowCount - first,
): Matrix {
  const width = features.dense.columnCount;
  const block: Matrix = {
    values: features.dense.values.subarray(first * width, (first + rowCount) * width),
    rowCount,
    columnCount: width,
  };
  const logits = zeroMatrix(rowCount, head.bias.length);
  multiplyTransposed(block, head.weights, logits);
  addSparseProduct(features.sparse, head.sparseWeights.values, logits, first);
  const { values, columnCount } = logits;
  for (let cell = 0; cell < values.length; cell += 1) {
    values[cell] = (values[cell] ?? 0) + (head.bias[cell % columnCount] ?? 0);
  }
  return logits;
}

/** Turns logits into probabilities; returns the logarithm of the sum of their exponentials. */
export function softmaxInPlace(logits: Float64Array | Float32Array): number {
  let largest = -Infinity;
  for (let index = 0; index < logits.length; index += 1) largest = Math.max(largest, logits[index] ?? 0);
  let sum = 0;
  for (let index = 0; index < logits.length; index += 1) {
    const value = Math.exp((logits[index] ?? 0) - largest);
    logits[index] = value;
    sum += value;
  }
  for (let index = 0; index < logits.length; index += 1) logits[index] = (logits[index] ?? 0) / sum;
  return largest + Math.log(sum);
}

/** Where each group of parameters starts in the one vector that is optimised. */
function layoutOf({ features, classCount }: Pick<LogisticOptions, 'features' | 'classCount'>) {
  const sparseStart = classCount * features.dense.columnCount;
  const biasStart = sparseStart + classCount * features.sparse.columnCount;
  return { sparseStart, biasStart, length: biasStart + classCount };
}

function headOf(parameters: Float64Array, options: Pick<LogisticOptions, 'features' | 'classCount'>): LinearHead {
  const { features, classCount } = options;
  const { sparseStart, biasStart } = layoutOf(options);
  return {
    weights: {
      values: parameters.subarray(0, sparseStart),
      rowCount: classCount,
      columnCount: features.dense.columnCount,
    },
    sparseWeights: {
      values: parameters.subarray(sparseStart, biasStart),
      rowCount: features.sparse.columnCount,
      columnCount: classCount,
    },
    bias: parameters.subarray(biasStart),
  };
}

function lossAndGradient(options: LogisticOptions, parameters: Float64Array, gradient: Float64Array): number {
  const { features, labels, regularisation } = options;
  const { dense } = features;
  const head = headOf(parameters, options);
  const slopes = headOf(gradient, options);
  gradient.fill(0);
  let loss = 0;
  for (let first = 0; first < dense.rowCount; first += BLOCK_ROWS) {
    const rowCount = Math.min(BLOCK_ROWS, dense.rowCount - first);
    const residuals = logitsOf(head, features, first, rowCount);
    loss += turnIntoResiduals(residuals, labels.subarray(first, first + rowCount));
    const block = dense.values.subarray(first * dense.columnCount, (first + rowCount) * dense.columnCount);
    addTransposedProduct(residuals, { ...dense, values: block, rowCount }, slopes.weights);
    addSparseTransposedProduct(features.sparse, residuals, slopes.sparseWeights.values, first);
    addColumnSums(residuals, slopes.bias);
  }
  let squares = 0;
  const { biasStart } = layoutOf(options);
  for (let index = 0; index < biasStart; index += 1) {
    const weight = parameters[index] ?? 0;
    squares += weight * weight;
    gradient[index] = (gradient[index] ?? 0) + regularisation * weight;
  }
  return loss + (regularisation * squares) / 2;
}

/** Replaces logits by probability minus target; returns the rows' summed loss. */
function turnIntoResiduals(logits: Matrix, labels: Int32Array): number {
  const { values, columnCount } = logits;
  let loss = 0;
  labels.forEach((label, row) => {
    const start = row * columnCount;
    const own = values[start + label] ?? 0;
    loss += softmaxInPlace(values.subarray(start, start + columnCount)) - own;
    values[start + label] = (values[start + label] ?? 0) - 1;
  });
  return loss;
}

function addColumnSums(matrix: Matrix, sums: Float64Array): void {
  for (let cell = 0; cell < matrix.values.length; cell += 1) {
    const column = cell % matrix.columnCount;
    sums[column] = (sums[column] ?? 0) + (matrix.values[cell] ?? 0);
  }
}
