import t from 'tap';
import { fitBayesianRegression, leverage } from '../../src/learning/bayesian-regression.js';
import { createRandom } from '../../bench/lib/random.js';

/** Sum of twelve uniform numbers: near enough to a normal one. */
function normal(random: () => number): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw += 1) sum += random();
  return sum;
}

function simulate(rows: number, noise: number, seed: number) {
  const random = createRandom(seed);
  const truth = [0.5, -1, 2];
  const features = new Float64Array(rows * 3);
  const targets = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let value = noise * normal(random);
    for (let k = 0; k < 3; k += 1) {
      const x = normal(random);
      features[row * 3 + k] = x;
      value += x * (truth[k] ?? 0);
    }
    targets[row] = value;
  }
  return {
    truth,
    group: {
      features: { values: features, rowCount: rows, columnCount: 3 },
      targets: { values: targets, rowCount: 1, columnCount: rows },
    },
  };
}

t.test('finds the weights and the noise that the data were made with', async (t) => {
  const { group, truth } = simulate(2000, 0.5, 3);
  const [fitted] = fitBayesianRegression([group]).groups;
  truth.forEach((weight, k) => t.ok(Math.abs((fitted?.weights.values[k] ?? 0) - weight) < 0.05));
  t.ok(Math.abs((fitted?.noiseVariance[0] ?? 0) - 0.25) < 0.03);
});

t.test('more observations make the prediction surer', async (t) => {
  const vector = Float64Array.of(1, 1, 1);
  const leverages = [20, 200, 2000].map((rows) => {
    const [fitted] = fitBayesianRegression([simulate(rows, 0.5, 3).group]).groups;
    return leverage(fitted!.factor, vector);
  });
  t.ok((leverages[0] ?? 0) > (leverages[1] ?? 0) && (leverages[1] ?? 0) > (leverages[2] ?? 0));
});

t.test('intervals hold what they promise on data of the same kind', async (t) => {
  let held = 0;
  const rounds = 200;
  for (let round = 0; round < rounds; round += 1) {
    const { group, truth } = simulate(60, 0.5, 100 + round);
    const [fitted] = fitBayesianRegression([group]).groups;
    const vector = Float64Array.of(0.3, -0.7, 0.2);
    const mean = vector.reduce((sum, value, k) => sum + value * (fitted?.weights.values[k] ?? 0), 0);
    const deviation = Math.sqrt((fitted?.noiseVariance[0] ?? 0) * leverage(fitted!.factor, vector));
    const real = vector.reduce((sum, value, k) => sum + value * (truth[k] ?? 0), 0);
    if (real >= mean - 1.2816 * deviation) held += 1;
  }
  t.ok(held / rounds > 0.84 && held / rounds < 0.96, `${held} of ${rounds} one-sided 90% bounds hold`);
});

t.test('the same data give the same result', async (t) => {
  const once = fitBayesianRegression([simulate(50, 0.5, 1).group]);
  t.strictSame(fitBayesianRegression([simulate(50, 0.5, 1).group]), once);
});
