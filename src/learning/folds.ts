import { seededRandom, shuffle } from './random.js';

/**
 * Fold of each row: every class is spread as evenly as it goes over the folds, and so are all rows. The same labels and
 * seed give the same folds.
 */
export function stratifiedFolds(labels: Int32Array, foldCount: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const folds = new Int32Array(labels.length);
  let next = 0;
  for (const rows of rowsByClass(labels)) {
    shuffle(rows, random);
    for (const row of rows) {
      folds[row] = next % foldCount;
      next += 1;
    }
  }
  return folds;
}

/** At most about `maxRows` rows, each class in its share and none left out; ascending. */
export function stratifiedSample(labels: Int32Array, maxRows: number, seed: number): Int32Array {
  if (labels.length <= maxRows) return Int32Array.from(labels, (_, row) => row);
  const random = seededRandom(seed);
  const share = maxRows / labels.length;
  const picked: number[] = [];
  for (const rows of rowsByClass(labels)) {
    shuffle(rows, random);
    picked.push(...rows.slice(0, Math.max(Math.min(2, rows.length), Math.round(rows.length * share))));
  }
  return Int32Array.from(picked).sort();
}

function rowsByClass(labels: Int32Array): number[][] {
  const byClass = new Map<number, number[]>();
  labels.forEach((label, row) => {
    const rows = byClass.get(label);
    if (rows === undefined) byClass.set(label, [row]);
    else rows.push(row);
  });
  return [...byClass].sort(([a], [b]) => a - b).map(([, rows]) => rows);
}
