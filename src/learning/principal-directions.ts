import { multiplyTransposed, zeroMatrix, type Matrix } from './matrix.js';
import { seededRandom } from './random.js';

/** Rounds of the iteration; the leading directions settle long before. */
const ROUNDS = 24;
const SEED = 7;

/**
 * The `count` leading eigenvectors of a symmetric positive semidefinite matrix by orthogonal iteration (Golub and Van
 * Loan, section 8.2), one a row, orthonormal. Deterministic.
 */
export function principalDirections(symmetric: Matrix, count: number): Matrix {
  const size = symmetric.rowCount;
  const random = seededRandom(SEED);
  let directions = zeroMatrix(Math.min(count, size), size);
  for (let cell = 0; cell < directions.values.length; cell += 1) directions.values[cell] = random() - 0.5;
  orthonormalise(directions);
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = zeroMatrix(directions.rowCount, size);
    multiplyTransposed(directions, symmetric, next);
    orthonormalise(next);
    directions = next;
  }
  return directions;
}

/** Gram and Schmidt, modified; twice, since once leaves rounding errors. A row without remainder becomes zero. */
function orthonormalise(rows: Matrix): void {
  const { values, columnCount } = rows;
  for (let row = 0; row < rows.rowCount; row += 1) {
    const current = values.subarray(row * columnCount, (row + 1) * columnCount);
    const before = Math.sqrt(dot(current, current));
    for (let pass = 0; pass < 2; pass += 1) {
      for (let other = 0; other < row; other += 1) {
        const direction = values.subarray(other * columnCount, (other + 1) * columnCount);
        const share = dot(current, direction);
        for (let k = 0; k < columnCount; k += 1) current[k] = (current[k] ?? 0) - share * (direction[k] ?? 0);
      }
    }
    const norm = Math.sqrt(dot(current, current));
    const isRemainder = norm > 1e-9 * before && norm > 0;
    for (let k = 0; k < columnCount; k += 1) current[k] = isRemainder ? (current[k] ?? 0) / norm : 0;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
