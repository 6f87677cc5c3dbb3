import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
// The addon registers itself in a worker only when the main thread has loaded it before.
import 'onnxruntime-node';
import { RouterError } from '../errors.js';
import type { ModelFiles } from './model-files.js';
import type { InferenceTask, SessionSettings, WorkerBatch, WorkerReply, WorkerRequest } from './worker-messages.js';

/** What the log is told; pino fits. */
export interface EmbeddingLogger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Texts of one task, computed together. */
export interface InferenceJob {
  readonly task: InferenceTask;
  readonly texts: readonly string[];
  readonly seconds: readonly string[] | undefined;
}

/** What becomes of a job. Each batch comes first, then exactly one of the other two. */
export interface JobListener {
  onBatch(batch: WorkerBatch): void;
  onDone(busyMs: number): void;
  onFailed(error: RouterError): void;
}

/** A worker thread that is started again when it dies. */
export interface InferenceWorker {
  /** Numbers in a result of each task. */
  readonly widths: Readonly<Partial<Record<InferenceTask, number>>>;
  readonly isReady: boolean;
  /** Jobs sent and not yet done. */
  readonly jobsInFlight: number;
  /** Sends a job; only while {@link isReady}. */
  run(job: InferenceJob, listener: JobListener): void;
  close(): Promise<void>;
}

/** Options of {@link createInferenceWorker}. */
export interface InferenceWorkerOptions {
  /** Reads and checks the model files, at each start. */
  readonly loadModels: () => Promise<Readonly<Partial<Record<InferenceTask, ModelFiles>>>>;
  readonly settings: SessionSettings;
  readonly batchTokens: number;
  /** First pause before a restart; it doubles with each failed start, up to 100 times as long. */
  readonly restartDelayMs: number;
  readonly logger: EmbeddingLogger;
  /** A restarted worker is ready. */
  readonly onReady: () => void;
  /** The worker is away; `retryAfterMs` until the next start. `failedStarts` is 0 when it died in service. */
  readonly onDown: (retryAfterMs: number, failedStarts: number) => void;
  /** Default: embedding-worker.js. */
  readonly spawn?: () => Worker;
}

/**
 * Starts the worker and waits until its models are loaded.
 *
 * @throws RouterError EMBEDDER_FILES_INVALID, or EMBEDDER_FAILED when the first start fails
 */
export async function createInferenceWorker(options: InferenceWorkerOptions): Promise<InferenceWorker> {
  const { logger, restartDelayMs } = options;
  const listeners = new Map<number, JobListener>();
  let widths: InferenceWorker['widths'] = {};
  let worker: Worker | undefined;
  let starting: Worker | undefined;
  let restartTimer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let failedStarts = 0;
  let nextJobId = 1;

  const settle = (jobId: number): JobListener | undefined => {
    const listener = listeners.get(jobId);
    listeners.delete(jobId);
    return listener;
  };

  const onReply = (reply: Exclude<WorkerReply, { kind: 'ready' }>): void => {
    switch (reply.kind) {
      case 'batch':
        listeners.get(reply.jobId)?.onBatch(reply);
        return;
      case 'done':
        settle(reply.jobId)?.onDone(reply.busyMs);
        return;
      case 'failed':
        logger.warn({ detail: reply.message }, 'the embedding worker could not compute a batch');
        settle(reply.jobId)?.onFailed(embedderFailed('the embedding model failed on this batch', reply.message));
        return;
    }
  };

  const onDeath = (cause: unknown): void => {
    if (worker === undefined) return;
    worker = undefined;
    const failed = [...listeners.values()];
    listeners.clear();
    if (!isClosed) {
      logger.warn({ cause, jobs: failed.length }, 'the embedding worker died and is started again');
      scheduleRestart();
    }
    for (const listener of failed) listener.onFailed(embedderFailed('the embedding worker died', cause));
  };

  const scheduleRestart = (): void => {
    const delayMs = restartDelayMs * Math.min(100, 2 ** failedStarts);
    options.onDown(delayMs, failedStarts);
    restartTimer = setTimeout(() => {
      start().then(options.onReady, (error: unknown) => {
        if (isClosed) return;
        failedStarts++;
        logger.warn({ cause: error, failedStarts }, 'the embedding worker did not start');
        scheduleRestart();
      });
    }, delayMs);
    restartTimer.unref();
  };

  const start = async (): Promise<void> => {
    const spawned = (options.spawn ?? spawnWorker)();
    starting = spawned;
    try {
      const models = await options.loadModels();
      widths = await loadInto(spawned, {
        kind: 'load',
        models,
        settings: options.settings,
        batchTokens: options.batchTokens,
      });
    } catch (error) {
      await spawned.terminate();
      throw error;
    } finally {
      starting = undefined;
    }
    if (isClosed) return;
    worker = spawned;
    failedStarts = 0;
    spawned.on('message', onReply);
    spawned.on('error', onDeath);
    spawned.on('exit', (code) => onDeath(new Error(`it left with code ${code}`)));
  };

  await start();
  return {
    get widths() {
      return widths;
    },
    get isReady() {
      return worker !== undefined;
    },
    get jobsInFlight() {
      return listeners.size;
    },
    run(job, listener) {
      const jobId = nextJobId++;
      listeners.set(jobId, listener);
      worker?.postMessage({ kind: 'run', jobId, ...job } satisfies WorkerRequest);
    },
    async close() {
      isClosed = true;
      clearTimeout(restartTimer);
      const running = worker ?? starting;
      worker = undefined;
      listeners.clear();
      await running?.terminate();
    },
  };
}

function spawnWorker(): Worker {
  return new Worker(new URL('./embedding-worker.js', import.meta.url), { name: 'embedding' });
}

/** Hands the models over and waits for "ready". The model bytes move; they are gone here afterwards. */
async function loadInto(worker: Worker, request: WorkerRequest & { kind: 'load' }): Promise<InferenceWorker['widths']> {
  const settled = new AbortController();
  const { signal } = settled;
  worker.postMessage(
    request,
    Object.values(request.models).map((files) => files.model.buffer),
  );
  const [reply] = (await Promise.race([
    once(worker, 'message', { signal }).catch((error: unknown) => {
      throw embedderFailed('the embedding worker cannot load its model', error);
    }),
    once(worker, 'exit', { signal }).then(([code]) => {
      throw embedderFailed(`the embedding worker left with code ${String(code)} while it loaded its model`);
    }),
  ]).finally(() => settled.abort())) as [WorkerReply & { kind: 'ready' }];
  return reply.widths;
}

function embedderFailed(message: string, cause?: unknown): RouterError {
  return new RouterError({ reason: 'EMBEDDER_FAILED', message, cause });
}
