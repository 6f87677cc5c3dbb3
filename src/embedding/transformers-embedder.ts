import type { ChildProcess } from 'node:child_process';
import { throwIfAborted } from '../errors.js';
import type { Embedder, Embedding } from './embedder.js';
import { createInferenceEngine } from './inference-engine.js';
import type { EmbeddingLogger } from './inference-worker.js';
import { createPairVerifier, type PairVerifier } from './pair-verifier.js';
import { createSharedEmbeddings } from './shared-embeddings.js';

/** Options of {@link createTransformersEmbedder}. */
export interface TransformersEmbedderOptions {
  /** Folder of the embedding model, with its manifest pointsman.json. */
  readonly directory: string;
  /** Folder of the verifier's model; without it there is no verifier. */
  readonly verifierDirectory?: string;
  /** Interactive texts that may wait. Default 1,024. */
  readonly queueLimit?: number;
  /** Texts handed to the worker at once. Default 32. */
  readonly maxBatch?: number;
  /** Largest batch in tokens, padding included. Default 128. */
  readonly batchTokens?: number;
  /** Embeddings kept by text. Default 10,000; 0 keeps none. */
  readonly cacheEntries?: number;
  /** Threads inside one operator. Default 1. */
  readonly intraOpNumThreads?: number;
  /** First pause before a dead worker is started again. Default 100 ms. */
  readonly restartDelayMs?: number;
  readonly logger?: EmbeddingLogger;
  /** Default: a process of embedding-worker.js. */
  readonly spawn?: () => ChildProcess;
}

/** An {@link Embedder} that may hold a verifier on the same worker. */
export interface TransformersEmbedder extends Embedder {
  readonly verifier: PairVerifier | undefined;
}

/** A background call waits in slices, so that it never fills the queue and may be of any size. */
const BACKGROUND_SLICE = 128;

const silent: EmbeddingLogger = { info: () => undefined, warn: () => undefined };

/**
 * Starts a worker process that checks the model's files, loads them and runs the model once.
 *
 * The tokenizer is that of transformers.js; the session is onnxruntime's own, because transformers.js does not let its
 * threads be set.
 *
 * @throws RouterError EMBEDDER_FILES_INVALID when a file is missing or is not the one in the manifest; EMBEDDER_FAILED
 */
export async function createTransformersEmbedder(options: TransformersEmbedderOptions): Promise<TransformersEmbedder> {
  const engine = await createInferenceEngine({
    directories: {
      embed: options.directory,
      ...(options.verifierDirectory === undefined ? {} : { verify: options.verifierDirectory }),
    },
    settings: { intraOpNumThreads: options.intraOpNumThreads ?? 1 },
    batchTokens: options.batchTokens ?? 128,
    restartDelayMs: options.restartDelayMs ?? 100,
    queueLimit: options.queueLimit ?? 1024,
    maxBatch: options.maxBatch ?? 32,
    logger: options.logger ?? silent,
    ...(options.spawn === undefined ? {} : { spawn: options.spawn }),
  });
  const { embed: facts, verify: verifierFacts } = engine.models;
  if (facts === undefined) throw new Error('the worker loaded no embedding model');
  const { fingerprint, width, maxTokens } = facts;
  const shared = createSharedEmbeddings({ engine, maxTokens, cacheEntries: options.cacheEntries ?? 10_000 });

  return {
    async embed(texts, { signal, priority = 'interactive' }) {
      throwIfAborted(signal);
      if (priority === 'interactive') return shared.embed(texts, signal, priority);
      const done: Embedding[] = [];
      for (let from = 0; from < texts.length; from += BACKGROUND_SLICE) {
        done.push(...(await shared.embed(texts.slice(from, from + BACKGROUND_SLICE), signal, priority)));
      }
      return done;
    },
    fingerprint,
    dimensions: width,
    maxTokens,
    get queueLength() {
      return engine.queueLength;
    },
    verifier: verifierFacts && createPairVerifier({ engine, ...verifierFacts }),
    close: () => engine.close(),
  };
}
