import { addTransposedProduct, choleskyFactor, substitute, zeroMatrix, type Matrix } from './matrix.js';

/** Outputs that were measured on the same rows and so share a covariance. */
export interface RegressionGroup {
  /** One row an observation. */
  readonly features: Matrix;
  /** One row an output, one column an observation. */
  readonly targets: Matrix;
}

/** A group's posterior: each output's weights are normal around its row, with covariance noiseVariance * inverse(A). */
export interface FittedGroup {
  /** Means; one row an output. */
  readonly weights: Matrix;
  /** By output. */
  readonly noiseVariance: Float64Array;
  /** Cholesky factor of A = transpose(features) * features + precision * I. */
  readonly factor: Matrix;
  /** What is left unexplained, by output: squared error plus the prior's penalty. */
  readonly penalisedError: Float64Array;
}

/** Result of {@link fitBayesianRegression}. */
export interface BayesianRegression {
  /** Of the prior: weights are normal around 0 with variance noiseVariance / precision. */
  readonly precision: number;
  readonly groups: readonly FittedGroup[];
}

/** Bounds of the precision that are searched, and how often it is tried: to within a few percent. */
const LOWEST_PRECISION = 0.5;
const HIGHEST_PRECISION = 1000;
const TRIALS = 9;
/** Largest groups on which the precision is settled; more would cost time and change little. */
const SETTLING_GROUPS = 4;
/** Observations that the pooled noise counts as, so that an output with few of its own is not taken for exact. */
const NOISE_PRIOR_COUNT = 4;

/**
 * Bayesian linear regression in closed form (Bishop 2006, section 3.3). All outputs share the prior precision, which
 * maximises the marginal likelihood summed over outputs with each output's noise at its own maximum. Deterministic.
 */
export function fitBayesianRegression(groups: readonly RegressionGroup[]): BayesianRegression {
  const moments = groups.map(momentsOf);
  const settling = [...moments].sort((a, b) => b.rowCount - a.rowCount).slice(0, SETTLING_GROUPS);
  const precision = settlePrecision(settling);
  const solved = moments.map((moment) => solve(moment, precision));
  let error = 0;
  let count = 0;
  solved.forEach(({ penalisedError }, index) => {
    for (const value of penalisedError) error += value;
    count += penalisedError.length * (moments[index]?.rowCount ?? 0);
  });
  const pooled = error / Math.max(1, count);
  return {
    precision,
    groups: solved.map((group, index) => ({
      ...group,
      noiseVariance: group.penalisedError.map(
        (value) => (value + NOISE_PRIOR_COUNT * pooled) / ((moments[index]?.rowCount ?? 0) + NOISE_PRIOR_COUNT),
      ),
    })),
  };
}

/** `vector · inverse(A) · vector`: variance of the prediction at a feature vector, in units of the noise variance. */
export function leverage(factor: Matrix, vector: Float64Array): number {
  const size = factor.rowCount;
  const l = factor.values;
  const solved = Float64Array.from(vector);
  let sum = 0;
  for (let row = 0; row < size; row += 1) {
    let rest = solved[row] ?? 0;
    const start = row * size;
    for (let k = 0; k < row; k += 1) rest -= (l[start + k] ?? 0) * (solved[k] ?? 0);
    rest /= l[start + row] ?? 1;
    solved[row] = rest;
    sum += rest * rest;
  }
  return sum;
}

interface Moments {
  readonly rowCount: number;
  readonly gram: Matrix;
  /** transpose(features) * targets; one row an output. */
  readonly projections: Matrix;
  /** Sum of squared targets by output. */
  readonly squares: Float64Array;
}

function momentsOf({ features, targets }: RegressionGroup): Moments {
  const width = features.columnCount;
  const gram = zeroMatrix(width, width);
  addTransposedProduct(features, features, gram);
  const projections = zeroMatrix(targets.rowCount, width);
  const squares = new Float64Array(targets.rowCount);
  for (let output = 0; output < targets.rowCount; output += 1) {
    for (let row = 0; row < features.rowCount; row += 1) {
      const target = targets.values[output * targets.columnCount + row] ?? 0;
      squares[output] = (squares[output] ?? 0) + target * target;
      for (let k = 0; k < width; k += 1) {
        const cell = output * width + k;
        projections.values[cell] = (projections.values[cell] ?? 0) + target * (features.values[row * width + k] ?? 0);
      }
    }
  }
  return { rowCount: features.rowCount, gram, projections, squares };
}

function solve(moments: Moments, precision: number): Omit<FittedGroup, 'noiseVariance'> {
  const { gram, projections, squares } = moments;
  const width = gram.columnCount;
  const penalised: Matrix = { ...gram, values: Float64Array.from(gram.values) };
  for (let k = 0; k < width; k += 1) {
    penalised.values[k * width + k] = (penalised.values[k * width + k] ?? 0) + precision;
  }
  const factor = choleskyFactor(penalised);
  const weights: Matrix = { ...projections, values: Float64Array.from(projections.values) };
  const penalisedError = new Float64Array(projections.rowCount);
  for (let output = 0; output < projections.rowCount; output += 1) {
    const solution = weights.values.subarray(output * width, (output + 1) * width);
    substitute(factor, solution);
    let explained = 0;
    for (let k = 0; k < width; k += 1) explained += (solution[k] ?? 0) * (projections.values[output * width + k] ?? 0);
    penalisedError[output] = Math.max(1e-9, (squares[output] ?? 0) - explained);
  }
  return { weights, factor, penalisedError };
}

/** Golden-section search over the logarithm of the precision. */
function settlePrecision(moments: readonly Moments[]): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const valueAt = (logPrecision: number): number => logMarginalLikelihood(moments, Math.exp(logPrecision));
  let low = Math.log(LOWEST_PRECISION);
  let high = Math.log(HIGHEST_PRECISION);
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let atLeft = valueAt(left);
  let atRight = valueAt(right);
  for (let trial = 2; trial < TRIALS; trial += 1) {
    if (atLeft >= atRight) {
      high = right;
      right = left;
      atRight = atLeft;
      left = high - golden * (high - low);
      atLeft = valueAt(left);
    } else {
      low = left;
      left = right;
      atLeft = atRight;
      right = low + golden * (high - low);
      atRight = valueAt(right);
    }
  }
  return Math.exp(atLeft >= atRight ? left : right);
}

/** Up to a constant, summed over all outputs, each with the noise variance that suits it best. */
function logMarginalLikelihood(moments: readonly Moments[], precision: number): number {
  let total = 0;
  for (const moment of moments) {
    const { factor, penalisedError } = solve(moment, precision);
    const size = factor.rowCount;
    let logDeterminant = -size * Math.log(precision);
    for (let k = 0; k < size; k += 1) logDeterminant += 2 * Math.log(factor.values[k * size + k] ?? 1);
    const rows = Math.max(1, moment.rowCount);
    for (const error of penalisedError) total -= (rows * Math.log(error / rows) + logDeterminant) / 2;
  }
  return total;
}
