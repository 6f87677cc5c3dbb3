import { Worker } from 'node:worker_threads';
import type { BuildProgress } from './build-snapshot.js';
import type { BuildLogger } from './build-logger.js';
import type { BuilderFailure, BuilderReport, BuilderTask, EmbedReply } from './builder-messages.js';
import type { Embedder } from '../embedding/embedder.js';
import { RouterError } from '../errors.js';

/** What a build on its worker needs from the main thread. */
export interface RunBuilderOptions {
  readonly mode: BuilderTask['mode'];
  readonly bundleDirectory: string;
  readonly cacheDirectory: string;
  readonly embedder: Embedder;
  readonly logger: BuildLogger;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

/**
 * Builds or checks in a thread of its own, so that calls are answered meanwhile. Texts are embedded in the background
 * of the service's embedder.
 *
 * @returns the id of the snapshot, which then is in the cache unless the mode is "check".
 * @throws RouterError BUNDLE_INVALID, SNAPSHOT_INVALID when it cannot be written, CALL_CANCELLED, or an embedder's error.
 */
export async function runBuilder(options: RunBuilderOptions): Promise<string> {
  const { embedder, signal } = options;
  if (signal.aborted) throw RouterError.from(signal.reason);
  const task: BuilderTask = {
    mode: options.mode,
    bundleDirectory: options.bundleDirectory,
    cacheDirectory: options.cacheDirectory,
    fingerprint: embedder.fingerprint,
    dimensions: embedder.dimensions,
  };
  const worker = new Worker(new URL('./builder-worker.js', import.meta.url), { workerData: task });
  try {
    return await superviseBuild(worker, options);
  } finally {
    await worker.terminate();
  }
}

function superviseBuild(worker: Worker, options: RunBuilderOptions): Promise<string> {
  const { embedder, logger, signal } = options;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(RouterError.from(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (error: unknown): void =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    worker.on('message', (report: BuilderReport) => {
      switch (report.kind) {
        case 'progress':
          options.onProgress?.(report.progress);
          break;
        case 'embed':
          embedChunk(report.texts, embedder, signal).then((reply) => {
            worker.postMessage(reply, [reply.vectors.buffer as ArrayBuffer]);
          }, fail);
          break;
        case 'warning':
          logger.warn(report.fields, report.message);
          break;
        case 'done':
          settle(() => resolve(report.snapshotId));
          break;
        case 'failed':
          fail(failureToError(report.failure, options));
          break;
      }
    });
    worker.on('error', (error) => fail(failureToError({ message: error.message, metadata: {}, stack: '' }, options)));
    worker.on('exit', () =>
      fail(new RouterError({ reason: 'SNAPSHOT_INVALID', message: 'the snapshot builder ended early' })),
    );
  });
}

async function embedChunk(texts: readonly string[], embedder: Embedder, signal: AbortSignal): Promise<EmbedReply> {
  const embeddings = await embedder.embed(texts, { signal, priority: 'background' });
  const vectors = new Float32Array(texts.length * embedder.dimensions);
  for (const [row, { vector }] of embeddings.entries()) vectors.set(vector, row * embedder.dimensions);
  return { vectors };
}

function failureToError(failure: BuilderFailure, options: RunBuilderOptions): RouterError {
  const { reason, message, metadata, stack } = failure;
  if (reason !== undefined) return new RouterError({ reason, message, metadata });
  return new RouterError({
    reason: 'SNAPSHOT_INVALID',
    message: `the snapshot could not be built in ${options.cacheDirectory}: ${message}`,
    cause: stack,
  });
}
