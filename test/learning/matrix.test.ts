import fc from 'fast-check';
import t from 'tap';
import {
  addTransposedProduct,
  choleskyFactor,
  matrixOfRows,
  multiplyTransposed,
  solvePositiveDefinite,
  zeroMatrix,
  type Matrix,
} from '../../src/learning/matrix.js';

function matrix(rows: readonly (readonly number[])[]): Matrix {
  return { values: Float64Array.from(rows.flat()), rowCount: rows.length, columnCount: rows[0]?.length ?? 0 };
}

const size = fc.integer({ min: 1, max: 19 });
const arbitraryPair = fc.tuple(size, size, size, fc.infiniteStream(fc.integer({ min: -9, max: 9 })));

function filled(rowCount: number, columnCount: number, numbers: Iterator<number>): Matrix {
  const values = Float64Array.from({ length: rowCount * columnCount }, () => Number(numbers.next().value));
  return { values, rowCount, columnCount };
}

const cell = (m: Matrix, row: number, column: number): number => m.values[row * m.columnCount + column]!;

t.test('law: products agree with the definition for every shape', async () => {
  fc.assert(
    fc.property(arbitraryPair, ([n, k, width, numbers]) => {
      const left = filled(n, width, numbers);
      const right = filled(k, width, numbers);
      const product = zeroMatrix(n, k);
      multiplyTransposed(left, right, product);
      const back = zeroMatrix(k, width);
      addTransposedProduct(product, left, back);
      for (let row = 0; row < n; row += 1) {
        for (let column = 0; column < k; column += 1) {
          let sum = 0;
          for (let d = 0; d < width; d += 1) sum += cell(left, row, d) * cell(right, column, d);
          if (sum !== cell(product, row, column)) return false;
        }
      }
      for (let row = 0; row < k; row += 1) {
        for (let column = 0; column < width; column += 1) {
          let sum = 0;
          for (let d = 0; d < n; d += 1) sum += cell(product, d, row) * cell(left, d, column);
          if (sum !== cell(back, row, column)) return false;
        }
      }
      return true;
    }),
  );
});

t.test('solves with a positive definite matrix', async (t) => {
  const symmetric = matrix([
    [4, 2, 0],
    [2, 5, 1],
    [0, 1, 3],
  ]);
  const solution = solvePositiveDefinite(symmetric, matrix([[8, 13, 11]]));
  t.same(
    [...solution.values].map((value) => Number(value.toFixed(9))),
    [1.272727273, 1.454545455, 3.181818182],
  );
});

t.test('refuses a matrix that is not positive definite', async (t) => {
  const symmetric = matrix([
    [1, 2],
    [2, 1],
  ]);
  t.throws(() => choleskyFactor(symmetric), { message: 'the matrix is not positive definite (pivot 1)' });
});

t.test('picks rows', async (t) => {
  const picked = matrixOfRows(Float32Array.of(1, 2, 3, 4, 5, 6), 2, Int32Array.of(2, 0));
  t.same([...picked.values], [5, 6, 1, 2]);
});
