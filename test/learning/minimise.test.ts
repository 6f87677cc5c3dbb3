import t from 'tap';
import { minimise } from '../../src/learning/minimise.js';

t.test('finds the minimum of a badly scaled bowl', async (t) => {
  const scales = [1, 100, 0.01];
  const found = minimise(
    (point, gradient) => {
      let value = 0;
      scales.forEach((scale, index) => {
        const offset = point[index]! - index;
        value += (scale * offset * offset) / 2;
        gradient[index] = scale * offset;
      });
      return value;
    },
    { start: Float64Array.of(5, 5, 5), maxIterations: 100, gradientTolerance: 1e-9, valueTolerance: 0 },
  );
  found.point.forEach((value, index) => t.ok(Math.abs(value - index) < 1e-5, `${value} is near ${index}`));
});

t.test('finds the end of the banana valley', async (t) => {
  const found = minimise(
    (point, gradient) => {
      const [x, y] = [point[0]!, point[1]!];
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      gradient[1] = 200 * (y - x * x);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    },
    { start: Float64Array.of(-1.2, 1), maxIterations: 200, gradientTolerance: 1e-8, valueTolerance: 0 },
  );
  t.ok(Math.abs(found.point[0]! - 1) < 1e-5 && Math.abs(found.point[1]! - 1) < 1e-5, String(found.point));
});

t.test('stops where it starts when that is the minimum, and when a step gains nothing', async (t) => {
  const flat = minimise(() => 1, { start: Float64Array.of(3), maxIterations: 10 });
  t.same([flat.iterations, [...flat.point]], [0, [3]]);
  // A gradient that lies: no step along it lowers the value.
  const lying = minimise((point, gradient) => ((gradient[0] = -1), Math.abs(point[0]!)), {
    start: Float64Array.of(0),
    maxIterations: 10,
  });
  t.equal(lying.iterations, 0);
});
