import t from 'tap';
import { fitBayesianRegression, leverage, type RegressionGroup } from '../../src/learning/bayesian-regression.js';
import { zeroMatrix } from '../../src/learning/matrix.js';
import { seededRandom } from '../../src/learning/random.js';

const WEIGHTS = [0.8, -0.5, 0.3, 0];

function normalFrom(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Rows of a linear model with noise of deviation 0.3. */
function simulated(rowCount: number, seed: number): RegressionGroup {
  const random = seededRandom(seed);
  const features = zeroMatrix(rowCount, WEIGHTS.length);
  const targets = zeroMatrix(1, rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    let mean = 0;
    WEIGHTS.forEach((weight, k) => {
      const value = normalFrom(random);
      features.values[row * WEIGHTS.length + k] = value;
      mean += weight * value;
    });
    targets.values[row] = mean + 0.3 * normalFrom(random);
  }
  return { features, targets };
}

function penalisedError(group: RegressionGroup, weights: Float64Array, precision: number): number {
  let sum = 0;
  for (const weight of weights) sum += precision * weight * weight;
  for (let row = 0; row < group.features.rowCount; row += 1) {
    let error = group.targets.values[row] ?? 0;
    weights.forEach((weight, k) => (error -= weight * (group.features.values[row * weights.length + k] ?? 0)));
    sum += error * error;
  }
  return sum;
}

t.test('the weights are where the penalised error is smallest', async (t) => {
  const group = simulated(60, 1);
  const fit = fitBayesianRegression([group]);
  const fitted = fit.groups[0]!;
  const least = penalisedError(group, fitted.weights.values, fit.precision);
  t.ok(Math.abs(least - fitted.penalisedError[0]!) < 1e-9, 'which is reported');
  for (let k = 0; k < WEIGHTS.length; k += 1) {
    for (const step of [-1e-3, 1e-3]) {
      const moved = Float64Array.from(fitted.weights.values);
      moved[k] = (moved[k] ?? 0) + step;
      t.ok(penalisedError(group, moved, fit.precision) > least);
    }
  }
});

t.test('noise and weights of a simulated model are found', async (t) => {
  const fitted = fitBayesianRegression([simulated(2000, 2)]).groups[0]!;
  t.ok(Math.abs(fitted.noiseVariance[0]! - 0.09) < 0.01);
  WEIGHTS.forEach((weight, k) => t.ok(Math.abs((fitted.weights.values[k] ?? 0) - weight) < 0.03));
});

t.test('the leverage is the quadratic form with the inverse', async (t) => {
  const group = simulated(40, 3);
  const { factor } = fitBayesianRegression([group]).groups[0]!;
  const vector = Float64Array.of(0.5, -1, 2, 0.1);
  // Solve by Gauss and Jordan on L * transpose(L).
  const size = vector.length;
  const rows = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_unused, j) => {
      let sum = 0;
      for (let k = 0; k < size; k += 1) sum += factor.values[i * size + k]! * factor.values[j * size + k]!;
      return sum;
    }),
    vector[i]!,
  ]);
  for (let pivot = 0; pivot < size; pivot += 1) {
    const head = rows[pivot]!.map((value) => value / rows[pivot]![pivot]!);
    rows[pivot] = head;
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue;
      const share = rows[row]![pivot]!;
      rows[row] = rows[row]!.map((value, k) => value - share * head[k]!);
    }
  }
  const expected = rows.reduce((sum, row, k) => sum + row[size]! * vector[k]!, 0);
  t.ok(Math.abs(leverage(factor, vector) - expected) < 1e-12);
});

t.test('more rows leave less variance', async (t) => {
  const vector = Float64Array.of(1, 1, 1, 1);
  const variances = [20, 80, 320].map((count) => {
    const fitted = fitBayesianRegression([simulated(count, 4)]).groups[0]!;
    return fitted.noiseVariance[0]! * leverage(fitted.factor, vector);
  });
  t.ok(variances[0]! > variances[1]! && variances[1]! > variances[2]!);
});

t.test('targets that features do not explain call for a strong prior', async (t) => {
  const real = simulated(200, 5);
  const random = seededRandom(6);
  const noise = { ...real, targets: { ...real.targets, values: real.targets.values.map(() => normalFrom(random)) } };
  t.ok(fitBayesianRegression([noise]).precision > 10 * fitBayesianRegression([real]).precision);
});
