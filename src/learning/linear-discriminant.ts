import {
  addTransposedProduct,
  choleskyFactor,
  multiplyTransposed,
  substitute,
  zeroMatrix,
  type Matrix,
} from './matrix.js';

/** A linear model a class: logits = weights · vector + bias. */
export interface DiscriminantHead {
  /** One row a class. */
  readonly weights: Matrix;
  readonly bias: Float64Array;
}

/** What {@link fitLinearDiscriminant} works from. */
export interface DiscriminantOptions {
  /** One row an example. */
  readonly features: Matrix;
  /** Class by row. */
  readonly labels: Int32Array;
  readonly classCount: number;
  /** Share of the within-class covariance that is replaced by its mean diagonal, above 0 to 1. */
  readonly shrinkage: number;
}

/**
 * Linear discriminant analysis with a shrunk within-class covariance (Friedman 1989): logits whose bias holds how
 * common each class is. Closed form. Classes without examples get zero weights.
 */
export function fitLinearDiscriminant(options: DiscriminantOptions): DiscriminantHead {
  const { features, labels, classCount, shrinkage } = options;
  const width = features.columnCount;
  const { means, counts } = classMeans(features, labels, classCount);
  const factor = choleskyFactor(shrunkCovariance(centre(features, labels, means), shrinkage));
  const weights: Matrix = { ...means, values: Float64Array.from(means.values) };
  const bias = new Float64Array(classCount);
  for (let label = 0; label < classCount; label += 1) {
    const row = weights.values.subarray(label * width, (label + 1) * width);
    substitute(factor, row);
    let product = 0;
    for (let k = 0; k < width; k += 1) product += (row[k] ?? 0) * (means.values[label * width + k] ?? 0);
    bias[label] = Math.log((counts[label] ?? 0) + 0.5) - product / 2;
  }
  return { weights, bias };
}

/** Logits of every row, one column a class. */
export function discriminantLogits(head: DiscriminantHead, features: Matrix): Matrix {
  const logits = zeroMatrix(features.rowCount, head.bias.length);
  multiplyTransposed(features, head.weights, logits);
  const { values, columnCount } = logits;
  for (let cell = 0; cell < values.length; cell += 1) {
    values[cell] = (values[cell] ?? 0) + (head.bias[cell % columnCount] ?? 0);
  }
  return logits;
}

function centre(features: Matrix, labels: Int32Array, means: Matrix): Matrix {
  const width = features.columnCount;
  const values = Float64Array.from(features.values);
  labels.forEach((label, row) => {
    for (let k = 0; k < width; k += 1) {
      const cell = row * width + k;
      values[cell] = (values[cell] ?? 0) - (means.values[label * width + k] ?? 0);
    }
  });
  return { ...features, values };
}

function shrunkCovariance(centred: Matrix, shrinkage: number): Matrix {
  const width = centred.columnCount;
  const covariance = zeroMatrix(width, width);
  addTransposedProduct(centred, centred, covariance);
  const rows = Math.max(1, centred.rowCount);
  let trace = 0;
  for (let k = 0; k < width; k += 1) trace += (covariance.values[k * width + k] ?? 0) / rows;
  // Where every class has one example the covariance is zero, and the unit matrix stands in for it.
  const diagonal = trace > 0 ? trace / width : 1;
  covariance.values.forEach((value, cell) => (covariance.values[cell] = ((1 - shrinkage) * value) / rows));
  for (let k = 0; k < width; k += 1) {
    const cell = k * width + k;
    covariance.values[cell] = (covariance.values[cell] ?? 0) + Math.max(shrinkage, 1e-6) * diagonal;
  }
  return covariance;
}

function classMeans(features: Matrix, labels: Int32Array, classCount: number) {
  const width = features.columnCount;
  const means = zeroMatrix(classCount, width);
  const counts = new Float64Array(classCount);
  labels.forEach((label, row) => {
    counts[label] = (counts[label] ?? 0) + 1;
    for (let k = 0; k < width; k += 1) {
      const cell = label * width + k;
      means.values[cell] = (means.values[cell] ?? 0) + (features.values[row * width + k] ?? 0);
    }
  });
  for (let cell = 0; cell < means.values.length; cell += 1) {
    means.values[cell] = (means.values[cell] ?? 0) / Math.max(1, counts[Math.floor(cell / width)] ?? 1);
  }
  return { means, counts };
}
