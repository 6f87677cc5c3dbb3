/** Vectors with what was measured on them. */
export interface MeasuredVector {
  readonly vector: Float32Array;
  /** By model. */
  readonly scores: readonly number[];
}

/** Each model's mean score over the `count` vectors nearest to `vector`: the k-NN router that others are compared with. */
export function neighbourScores(vector: Float32Array, known: readonly MeasuredVector[], count: number): number[] {
  const similarities = known.map((other, index) => ({ index, similarity: dot(vector, other.vector) }));
  const nearest = similarities.sort((a, b) => b.similarity - a.similarity || a.index - b.index).slice(0, count);
  const models = known[0]?.scores.length ?? 0;
  return Array.from({ length: models }, (_, model) => {
    const sum = nearest.reduce((total, { index }) => total + (known[index]?.scores[model] ?? 0), 0);
    return sum / Math.max(1, nearest.length);
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
