import t from 'tap';
import { discriminantLogits, fitLinearDiscriminant } from '../../src/learning/linear-discriminant.js';
import { principalDirections } from '../../src/learning/principal-directions.js';

t.test('two clouds are told apart, and the common class is favoured in the middle', async (t) => {
  const points = [-1.2, -1, -0.8, -1.1, -0.9, -1, 0.9, 1.1];
  const features = { values: Float64Array.from(points), rowCount: points.length, columnCount: 1 };
  const labels = Int32Array.from(points, (point) => Number(point > 0));
  const head = fitLinearDiscriminant({ features, labels, classCount: 2, shrinkage: 0.1 });
  const { values } = discriminantLogits(head, { values: Float64Array.of(-1, 0, 1), rowCount: 3, columnCount: 1 });
  t.ok(values[0]! > values[1]!);
  t.ok(values[2]! > values[3]!, 'half way between the means');
  t.ok(values[5]! > values[4]!);
  t.ok(Math.abs(values[2]! - values[3]! - Math.log(6.5 / 2.5)) < 1e-9, 'by the classes’ frequencies alone');
});

t.test('one example a class is enough for an answer', async (t) => {
  const features = { values: Float64Array.of(1, 0, 0, 1), rowCount: 2, columnCount: 2 };
  const head = fitLinearDiscriminant({ features, labels: Int32Array.of(0, 1), classCount: 2, shrinkage: 0.1 });
  const { values } = discriminantLogits(head, features);
  t.ok(values[0]! > values[1]! && values[3]! > values[2]!);
});

t.test('principal directions are orthonormal and of the largest eigenvalues', async (t) => {
  // Eigenvalues 5 and 3 in the plane of the first two axes, 1 on the third.
  const symmetric = { values: Float64Array.of(4, 1, 0, 1, 4, 0, 0, 0, 1), rowCount: 3, columnCount: 3 };
  const { values } = principalDirections(symmetric, 2);
  const root = Math.SQRT1_2;
  t.ok(Math.abs(Math.abs(values[0]!) - root) < 1e-5 && Math.abs(values[0]! - values[1]!) < 1e-4);
  t.ok(Math.abs(values[3]! + values[4]!) < 1e-4);
  t.ok(Math.abs(values[0]! * values[3]! + values[1]! * values[4]! + values[2]! * values[5]!) < 1e-12);
  t.ok(Math.abs(values[2]!) < 1e-6 && Math.abs(values[5]!) < 1e-6);
});
