/** Cost of one more `run()` in tokens: what a batch saves by taking one more text in (measured on the default model). */
const RUN_COST_TOKENS = 10;

/**
 * Groups texts into batches, longest first, so that little is computed for padding.
 *
 * The model's throughput peaks at some 100 to 250 tokens a batch and falls beyond, when the activations leave the
 * CPU's cache, so batches stay small. A text joins a batch if its padding costs less than a run of its own.
 *
 * @param lengths tokens of each text
 * @returns indices into `lengths`, batch by batch; each index once
 */
export function planBatches(lengths: readonly number[], batchTokens: number): readonly (readonly number[])[] {
  const order = lengths.map((_, index) => index).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  let width = 0;
  for (const index of order) {
    const length = lengths[index] ?? 0;
    const hasRoom = (batch.length + 1) * width <= batchTokens && width - length <= RUN_COST_TOKENS;
    if (batch.length === 0 || !hasRoom) {
      batch = [];
      batches.push(batch);
      width = length;
    }
    batch.push(index);
  }
  return batches;
}
