/** A matrix with few entries in a row: the entries of row r lie between `starts[r]` and `starts[r + 1]`. */
export interface SparseMatrix {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly columnCount: number;
}

/** The entries of one row: parallel lists. */
export interface SparseRow {
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

/** A sparse matrix of the given rows. */
export function sparseMatrixOf(rows: readonly SparseRow[], columnCount: number): SparseMatrix {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, index) => (starts[index + 1] = (starts[index] ?? 0) + row.columns.length));
  const columns = new Int32Array(starts[rows.length] ?? 0);
  const values = new Float64Array(columns.length);
  rows.forEach((row, index) => {
    columns.set(row.columns, starts[index]);
    values.set(row.values, starts[index]);
  });
  return { starts, columns, values, columnCount };
}

/** `target[r, :] += entry * weights[column, :]` over the entries of rows `first` to `first + target's rows`. */
export function addSparseProduct(
  sparse: SparseMatrix,
  weights: Float64Array,
  target: { readonly values: Float64Array; readonly rowCount: number; readonly columnCount: number },
  first: number,
): void {
  const width = target.columnCount;
  for (let row = 0; row < target.rowCount; row += 1) {
    const end = sparse.starts[first + row + 1] ?? 0;
    for (let entry = sparse.starts[first + row] ?? 0; entry < end; entry += 1) {
      const value = sparse.values[entry] ?? 0;
      const from = (sparse.columns[entry] ?? 0) * width;
      for (let k = 0; k < width; k += 1) {
        const cell = row * width + k;
        target.values[cell] = (target.values[cell] ?? 0) + value * (weights[from + k] ?? 0);
      }
    }
  }
}

/** `gradient[column, :] += entry * residuals[r, :]`: the transpose of {@link addSparseProduct}. */
export function addSparseTransposedProduct(
  sparse: SparseMatrix,
  residuals: { readonly values: Float64Array; readonly rowCount: number; readonly columnCount: number },
  gradient: Float64Array,
  first: number,
): void {
  const width = residuals.columnCount;
  for (let row = 0; row < residuals.rowCount; row += 1) {
    const end = sparse.starts[first + row + 1] ?? 0;
    for (let entry = sparse.starts[first + row] ?? 0; entry < end; entry += 1) {
      const value = sparse.values[entry] ?? 0;
      const to = (sparse.columns[entry] ?? 0) * width;
      for (let k = 0; k < width; k += 1) {
        gradient[to + k] = (gradient[to + k] ?? 0) + value * (residuals.values[row * width + k] ?? 0);
      }
    }
  }
}
