import ort from 'onnxruntime-node';
import { planBatches } from './batch-plan.js';
import type { ModelFiles } from './model-files.js';
import { createTextEncoder, type EncodedText } from './text-encoder.js';
import type { SessionSettings, WorkerBatch } from './worker-messages.js';

/** One ONNX model with its tokenizer, as the worker runs it. */
export interface InferenceModel {
  /** Numbers in a result. */
  readonly width: number;
  /** Computes texts, or pairs when `seconds` is there, batch by batch; `onBatch` sees each batch as it is done. */
  run(
    texts: readonly string[],
    seconds: readonly string[] | undefined,
    onBatch: (batch: BatchResult, isLast: boolean) => void,
  ): Promise<void>;
}

/** A {@link WorkerBatch} without its envelope. */
export type BatchResult = Omit<WorkerBatch, 'kind' | 'jobId' | 'busyMs'>;

/** Options of {@link loadInferenceModel}. */
export interface InferenceModelOptions {
  readonly files: ModelFiles;
  readonly settings: SessionSettings;
  /** Largest batch in tokens, padding included; a longer text is a batch of its own. */
  readonly batchTokens: number;
}

/** Creates the session and runs it once, so that the first call is as fast as the next. */
export async function loadInferenceModel(options: InferenceModelOptions): Promise<InferenceModel> {
  const { files, settings, batchTokens } = options;
  const { manifest } = files;
  // Named one by one: the encoder keeps its options, and the model's bytes must not live as long as it does.
  const { tokenizerJson, tokenizerConfigJson } = files;
  const encoder = createTextEncoder({ tokenizerJson, tokenizerConfigJson, maxTokens: manifest.maxTokens });
  const session = await ort.InferenceSession.create(files.model, {
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: settings.intraOpNumThreads,
    graphOptimizationLevel: 'all',
  });
  const outputName = session.outputNames[0] ?? 'last_hidden_state';

  const runBatch = async (texts: readonly EncodedText[]): Promise<Float32Array> => {
    const feeds = feedsOf(texts, session.inputNames);
    const output = (await session.run(feeds))[outputName];
    if (output === undefined) throw new Error(`the model has no output "${outputName}"`);
    const values = readOutput(output, texts, manifest.pooling);
    if (manifest.normalize) normalizeRows(values, values.length / texts.length);
    return values;
  };

  const warmUp = await runBatch([encoder.encode('ready')]);
  if (warmUp.length !== (manifest.dimensions ?? warmUp.length)) {
    throw new Error(`the model gives ${warmUp.length} numbers a text, its manifest says ${manifest.dimensions ?? 0}`);
  }
  return {
    width: warmUp.length,
    async run(texts, seconds, onBatch) {
      const encoded = texts.map((text, index) =>
        seconds === undefined
          ? encoder.encode(manifest.prefix + text)
          : encoder.encodePair(manifest.prefix + text, seconds[index] ?? ''),
      );
      const lengths = encoded.map((text) => text.ids.length);
      const plan = planBatches(lengths, batchTokens);
      for (const [place, indices] of plan.entries()) {
        const batch = indices.map((index) => encoded[index] as EncodedText);
        const result = {
          indices,
          values: await runBatch(batch),
          width: warmUp.length,
          tokenCounts: batch.map((text) => text.ids.length),
          truncated: batch.map((text) => text.isTruncated),
        };
        onBatch(result, place === plan.length - 1);
      }
    },
  };
}

/** The model's inputs, padded on the right to the longest text. Padding has id, mask and type 0. */
function feedsOf(texts: readonly EncodedText[], inputNames: readonly string[]): Record<string, ort.Tensor> {
  const length = Math.max(...texts.map((text) => text.ids.length));
  const ids = new Int64Column(texts.length * length);
  const mask = new Int64Column(texts.length * length);
  const types = new Int64Column(texts.length * length);
  texts.forEach((text, row) => {
    text.ids.forEach((id, column) => {
      const place = row * length + column;
      ids.set(place, id);
      mask.set(place, 1);
      if (column >= text.firstLength) types.set(place, 1);
    });
  });
  const columns: Record<string, Int64Column> = { input_ids: ids, attention_mask: mask, token_type_ids: types };
  return Object.fromEntries(
    inputNames.map((name) => {
      const column = columns[name];
      if (column === undefined) throw new Error(`the model wants an input "${name}", which is not known`);
      return [name, new ort.Tensor('int64', column.values, [texts.length, length])];
    }),
  );
}

/** 64-bit integers written through their lower halves: much faster than making a BigInt for each. Little-endian only. */
class Int64Column {
  readonly values: BigInt64Array;
  readonly #halves: Int32Array;

  constructor(length: number) {
    this.values = new BigInt64Array(length);
    this.#halves = new Int32Array(this.values.buffer);
  }

  set(place: number, value: number): void {
    this.#halves[place * 2] = value;
  }
}

/** One row for each text: the mean of its tokens' states, the first token's state, or the output as it is. */
function readOutput(output: ort.Tensor, texts: readonly EncodedText[], pooling: string): Float32Array {
  const data = output.data as Float32Array;
  const [, tokens = 1, width = 1] = output.dims;
  if (pooling === 'none') return new Float32Array(data);
  const pooled = new Float32Array(texts.length * width);
  texts.forEach((text, row) => {
    const count = pooling === 'mean' ? text.ids.length : 1;
    for (let token = 0; token < count; token++) {
      const from = (row * tokens + token) * width;
      for (let i = 0; i < width; i++) {
        const place = row * width + i;
        pooled[place] = (pooled[place] ?? 0) + (data[from + i] ?? 0) / count;
      }
    }
  });
  return pooled;
}

function normalizeRows(values: Float32Array, width: number): void {
  for (let from = 0; from < values.length; from += width) {
    const row = values.subarray(from, from + width);
    let squares = 0;
    for (const value of row) squares += value * value;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let i = 0; i < width; i++) row[i] = (row[i] ?? 0) * scale;
  }
}
