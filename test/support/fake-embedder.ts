import { createHash } from 'node:crypto';
import type { Embedder, EmbedOptions, Embedding } from '../../src/embedding/embedder.js';
import { throwIfAborted } from '../../src/errors.js';

/** An embedder without a model: a text's words point into fixed directions, so that texts that share words are near. */
export interface FakeEmbedder extends Embedder {
  /** Every text asked for, in order. */
  readonly asked: string[];
  /** Options of the calls. */
  readonly calls: EmbedOptions[];
}

/** Options of {@link createFakeEmbedder}. */
export interface FakeEmbedderOptions {
  readonly fingerprint?: string;
  readonly dimensions?: number;
  /** Runs before each call is answered; may throw or wait. */
  readonly before?: (texts: readonly string[], options: EmbedOptions) => Promise<void> | void;
}

export function createFakeEmbedder(options: FakeEmbedderOptions = {}): FakeEmbedder {
  const dimensions = options.dimensions ?? 16;
  const asked: string[] = [];
  const calls: EmbedOptions[] = [];
  return {
    asked,
    calls,
    fingerprint: options.fingerprint ?? 'fake-1',
    dimensions,
    maxTokens: 256,
    queueLength: 0,
    async embed(texts, callOptions) {
      calls.push(callOptions);
      await options.before?.(texts, callOptions);
      throwIfAborted(callOptions.signal);
      asked.push(...texts);
      return texts.map((text): Embedding => {
        return { vector: fakeVector(text, dimensions), tokenCount: 3, isTruncated: false, isCached: false };
      });
    },
    close: async () => undefined,
  };
}

/** The unit vector of a text: the sum of its words' directions. */
export function fakeVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().split(/\W+/u)) {
    const bytes = createHash('sha256').update(word).digest();
    for (let index = 0; index < dimensions; index += 1) {
      vector[index] = (vector[index] ?? 0) + (bytes[index % bytes.length] ?? 0) / 127.5 - 1;
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
