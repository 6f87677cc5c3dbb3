/**
 * A dense matrix, row-major, in double precision. Every sum below runs in a fixed order, so that a fit is the same on
 * every machine. `?? 0` satisfies the type checker; indexes are in range by construction.
 */
export interface Matrix {
  readonly values: Float64Array;
  readonly rowCount: number;
  readonly columnCount: number;
}

/** A matrix of zeros. */
export function zeroMatrix(rowCount: number, columnCount: number): Matrix {
  return { values: new Float64Array(rowCount * columnCount), rowCount, columnCount };
}

/** The given rows of single-precision data as a matrix. */
export function matrixOfRows(values: Float32Array, columnCount: number, rows: Int32Array): Matrix {
  const picked = zeroMatrix(rows.length, columnCount);
  rows.forEach((row, target) => {
    picked.values.set(values.subarray(row * columnCount, (row + 1) * columnCount), target * columnCount);
  });
  return picked;
}

/**
 * `target = left * transpose(right)`: every row of `left` against every row of `right`. Takes blocks of 2 × 4 rows, so
 * that each number loaded is used several times: 3 to 5 billion operations a second.
 */
export function multiplyTransposed(left: Matrix, right: Matrix, target: Matrix): void {
  const wide = right.rowCount - (right.rowCount % 4);
  for (let row = 0; row < left.rowCount; row += 2) {
    for (let column = 0; column < wide; column += 4) multiplyBlock(left, right, target, { row, column });
    for (let column = wide; column < right.rowCount; column += 1) {
      multiplyOne(left, right, target, { row, column });
      if (row + 1 < left.rowCount) multiplyOne(left, right, target, { row: row + 1, column });
    }
  }
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

function multiplyOne(left: Matrix, right: Matrix, target: Matrix, cell: Cell): void {
  const width = left.columnCount;
  const a = left.values;
  const b = right.values;
  const aStart = cell.row * width;
  const bStart = cell.column * width;
  let sum = 0;
  for (let k = 0; k < width; k += 1) sum += (a[aStart + k] ?? 0) * (b[bStart + k] ?? 0);
  target.values[cell.row * target.columnCount + cell.column] = sum;
}

function multiplyBlock(left: Matrix, right: Matrix, target: Matrix, cell: Cell): void {
  const width = left.columnCount;
  const a = left.values;
  const b = right.values;
  const a0 = cell.row * width;
  // A last single row is computed twice, into the same place.
  const hasSecond = cell.row + 1 < left.rowCount;
  const a1 = hasSecond ? a0 + width : a0;
  const b0 = cell.column * width;
  const b1 = b0 + width;
  const b2 = b1 + width;
  const b3 = b2 + width;
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0; // prettier-ignore
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0; // prettier-ignore
  for (let k = 0; k < width; k += 1) {
    const x = a[a0 + k] ?? 0;
    const y = a[a1 + k] ?? 0;
    const p = b[b0 + k] ?? 0;
    const q = b[b1 + k] ?? 0;
    const r = b[b2 + k] ?? 0;
    const s = b[b3 + k] ?? 0;
    s00 += x * p;
    s01 += x * q;
    s02 += x * r;
    s03 += x * s;
    s10 += y * p;
    s11 += y * q;
    s12 += y * r;
    s13 += y * s;
  }
  const c = target.values;
  const c1 = (cell.row + (hasSecond ? 1 : 0)) * target.columnCount + cell.column;
  c[c1] = s10;
  c[c1 + 1] = s11;
  c[c1 + 2] = s12;
  c[c1 + 3] = s13;
  const c0 = cell.row * target.columnCount + cell.column;
  c[c0] = s00;
  c[c0 + 1] = s01;
  c[c0 + 2] = s02;
  c[c0 + 3] = s03;
}

/** `target += transpose(left) * right`, eight rows at a time. */
export function addTransposedProduct(left: Matrix, right: Matrix, target: Matrix): void {
  const wide = left.rowCount - (left.rowCount % 8);
  for (let row = 0; row < wide; row += 8) addEightRows(left, right, target, row);
  const width = right.columnCount;
  for (let row = wide; row < left.rowCount; row += 1) {
    for (let column = 0; column < left.columnCount; column += 1) {
      const weight = left.values[row * left.columnCount + column] ?? 0;
      for (let k = 0; k < width; k += 1) {
        const cell = column * width + k;
        target.values[cell] = (target.values[cell] ?? 0) + weight * (right.values[row * width + k] ?? 0);
      }
    }
  }
}

function addEightRows(left: Matrix, right: Matrix, target: Matrix, row: number): void {
  const width = right.columnCount;
  const count = left.columnCount;
  const g = left.values;
  const x = right.values;
  const c = target.values;
  for (let column = 0; column < count; column += 1) {
    const first = row * count + column;
    const g0 = g[first] ?? 0;
    const g1 = g[first + count] ?? 0;
    const g2 = g[first + 2 * count] ?? 0;
    const g3 = g[first + 3 * count] ?? 0;
    const g4 = g[first + 4 * count] ?? 0;
    const g5 = g[first + 5 * count] ?? 0;
    const g6 = g[first + 6 * count] ?? 0;
    const g7 = g[first + 7 * count] ?? 0;
    let cell = column * width;
    for (let k = row * width; k < (row + 1) * width; k += 1, cell += 1) {
      c[cell] =
        (c[cell] ?? 0) +
        g0 * (x[k] ?? 0) +
        g1 * (x[k + width] ?? 0) +
        g2 * (x[k + 2 * width] ?? 0) +
        g3 * (x[k + 3 * width] ?? 0) +
        g4 * (x[k + 4 * width] ?? 0) +
        g5 * (x[k + 5 * width] ?? 0) +
        g6 * (x[k + 6 * width] ?? 0) +
        g7 * (x[k + 7 * width] ?? 0);
    }
  }
}

/**
 * Solves `symmetric * solution = rightSide` for a positive definite matrix by Cholesky's decomposition. Every row of
 * `rightSides` is one right side and becomes its solution.
 *
 * @throws RangeError when the matrix is not positive definite.
 */
export function solvePositiveDefinite(symmetric: Matrix, rightSides: Matrix): Matrix {
  const lower = choleskyFactor(symmetric);
  const solution: Matrix = { ...rightSides, values: Float64Array.from(rightSides.values) };
  for (let row = 0; row < solution.rowCount; row += 1) {
    const start = row * solution.columnCount;
    substitute(lower, solution.values.subarray(start, start + solution.columnCount));
  }
  return solution;
}

/** The lower triangle L with L * transpose(L) = `symmetric`. @throws RangeError when there is none. */
export function choleskyFactor(symmetric: Matrix): Matrix {
  const size = symmetric.rowCount;
  const lower = zeroMatrix(size, size);
  const l = lower.values;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = symmetric.values[row * size + column] ?? 0;
      for (let k = 0; k < column; k += 1) sum -= (l[row * size + k] ?? 0) * (l[column * size + k] ?? 0);
      if (row !== column) {
        l[row * size + column] = sum / (l[column * size + column] ?? 1);
      } else {
        if (!(sum > 0)) throw new RangeError(`the matrix is not positive definite (pivot ${row})`);
        l[row * size + row] = Math.sqrt(sum);
      }
    }
  }
  return lower;
}

/** Solves L * transpose(L) * x = b in place. */
export function substitute(lower: Matrix, vector: Float64Array): void {
  const size = lower.rowCount;
  const l = lower.values;
  for (let row = 0; row < size; row += 1) {
    let sum = vector[row] ?? 0;
    for (let k = 0; k < row; k += 1) sum -= (l[row * size + k] ?? 0) * (vector[k] ?? 0);
    vector[row] = sum / (l[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = vector[row] ?? 0;
    for (let k = row + 1; k < size; k += 1) sum -= (l[k * size + row] ?? 0) * (vector[k] ?? 0);
    vector[row] = sum / (l[row * size + row] ?? 1);
  }
}
