import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../config/child-environment.js';
import { RouterError } from '../errors.js';
import type {
  ByTask,
  InferenceTask,
  ModelFacts,
  SessionSettings,
  WorkerBatch,
  WorkerReply,
  WorkerRequest,
} from './worker-messages.js';

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

/** A worker process that is started again when it dies. */
export interface InferenceWorker {
  readonly models: ByTask<ModelFacts>;
  readonly isReady: boolean;
  /** Jobs sent and not yet done. */
  readonly jobsInFlight: number;
  /** Sends a job; only while {@link isReady}. */
  run(job: InferenceJob, listener: JobListener): void;
  /** Kills the process. Jobs in flight hear nothing more. */
  close(): Promise<void>;
}

/** Options of {@link createInferenceWorker}. */
export interface InferenceWorkerOptions {
  /** Model folder of each task. */
  readonly directories: ByTask<string>;
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
  readonly spawn?: () => ChildProcess;
}

/**
 * Starts the worker and waits until its models are loaded.
 *
 * @throws RouterError EMBEDDER_FILES_INVALID, or EMBEDDER_FAILED when the first start fails
 */
export async function createInferenceWorker(options: InferenceWorkerOptions): Promise<InferenceWorker> {
  const { logger, restartDelayMs } = options;
  const listeners = new Map<number, JobListener>();
  let models: ByTask<ModelFacts> = {};
  /** Alive, and perhaps still loading. */
  let child: ChildProcess | undefined;
  let isReady = false;
  let restartTimer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let failedStarts = 0;
  let nextJobId = 1;

  const settle = (jobId: number): JobListener | undefined => {
    const listener = listeners.get(jobId);
    listeners.delete(jobId);
    return listener;
  };

  const onBatch = (batch: WorkerBatch): void => {
    const { jobId, busyMs } = batch;
    const listener = busyMs === undefined ? listeners.get(jobId) : settle(jobId);
    listener?.onBatch(batch);
    if (busyMs !== undefined) listener?.onDone(busyMs);
  };

  const onReply = (reply: WorkerReply): void => {
    switch (reply.kind) {
      case 'batch':
        onBatch(reply);
        return;
      case 'failed':
        logger.warn({ detail: reply.message }, 'the embedding worker could not compute a batch');
        settle(reply.jobId)?.onFailed(embedderFailed('the embedding model failed on this batch'));
        return;
      case 'ready':
      case 'refused':
        return;
    }
  };

  const onExit = (code: number | null, signal: string | null): void => {
    isReady = false;
    const failed = [...listeners.values()];
    listeners.clear();
    if (isClosed) return;
    logger.warn({ code, signal, jobs: failed.length }, 'the embedding worker died and is started again');
    scheduleRestart();
    for (const listener of failed)
      listener.onFailed(embedderFailed('the embedding worker died while it computed this'));
  };

  const scheduleRestart = (): void => {
    const delayMs = restartDelayMs * Math.min(100, 2 ** failedStarts);
    options.onDown(delayMs, failedStarts);
    restartTimer = setTimeout(() => void restart(), delayMs);
  };

  const restart = async (): Promise<void> => {
    try {
      await start();
    } catch (error) {
      if (isClosed) return;
      failedStarts++;
      logger.warn({ cause: error, failedStarts }, 'the embedding worker did not start');
      scheduleRestart();
      return;
    }
    if (!isClosed) options.onReady();
  };

  const start = async (): Promise<void> => {
    const started = (options.spawn ?? forkWorker)();
    child = started;
    // A failed write is followed by "exit", which settles everything; unheard, it would end the service.
    started.on('error', (error) => logger.warn({ cause: error }, 'the embedding worker cannot be reached'));
    try {
      const { directories, settings, batchTokens } = options;
      const loaded = await loadInto(started, { kind: 'load', directories, settings, batchTokens });
      refuseOtherModels(models, loaded);
      models = loaded;
    } catch (error) {
      await kill(started);
      throw error;
    }
    isReady = true;
    failedStarts = 0;
    started.on('message', onReply);
    started.on('exit', onExit);
  };

  await start();
  return {
    get models() {
      return models;
    },
    get isReady() {
      return isReady;
    },
    get jobsInFlight() {
      return listeners.size;
    },
    run(job, listener) {
      const jobId = nextJobId++;
      listeners.set(jobId, listener);
      child?.send({ kind: 'run', jobId, ...job } satisfies WorkerRequest);
    },
    async close() {
      isClosed = true;
      isReady = false;
      clearTimeout(restartTimer);
      listeners.clear();
      if (child !== undefined) await kill(child);
    },
  };
}

/**
 * For glibc; others ignore it. What was allocated to load a model goes back to the system: a third of the process's
 * memory. Without a fixed threshold glibc raises it with each large block that is freed, and keeps them all.
 */
const ALLOCATOR_SETTINGS = { MALLOC_MMAP_THRESHOLD_: String(128 * 1024) };

function forkWorker(): ChildProcess {
  return fork(fileURLToPath(new URL('./embedding-worker.js', import.meta.url)), {
    serialization: 'advanced',
    // Not the parent's options: --inspect, for one, would clash. The worker collects its garbage once it has loaded.
    execArgv: ['--expose-gc', '--max-semi-space-size=4'],
    env: childEnvironment(ALLOCATOR_SETTINGS),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** It holds nothing that could be lost. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Hands the folders over and waits for "ready". */
async function loadInto(child: ChildProcess, request: WorkerRequest & { kind: 'load' }): Promise<ByTask<ModelFacts>> {
  const settled = new AbortController();
  const { signal } = settled;
  child.send(request);
  const [reply] = (await Promise.race([
    once(child, 'message', { signal }).catch((error: unknown) => {
      throw embedderFailed('the embedding worker cannot be started', error);
    }),
    once(child, 'exit', { signal }).then(([code, killedBy]) => {
      const how = code === null ? `was ended by ${String(killedBy)}` : `left with code ${String(code)}`;
      throw embedderFailed(`the embedding worker ${how} while it loaded its model`);
    }),
  ]).finally(() => settled.abort())) as [WorkerReply];
  if (reply.kind === 'ready') return reply.models;
  const { message, metadata } = reply as WorkerReply & { kind: 'refused' };
  throw new RouterError({ reason: 'EMBEDDER_FILES_INVALID', message, metadata });
}

/** Vectors of two models must never meet, so a restart takes up the model of the first start or none. */
function refuseOtherModels(before: ByTask<ModelFacts>, now: ByTask<ModelFacts>): void {
  for (const task of ['embed', 'verify'] as const) {
    const expected = before[task]?.fingerprint;
    const actual = now[task]?.fingerprint;
    if (expected === undefined || expected === actual) continue;
    throw new RouterError({
      reason: 'EMBEDDER_FILES_INVALID',
      message: `the model for "${task}" was replaced while in use: expected fingerprint ${expected}, got ${String(actual)}; restart the service`,
      metadata: { task, expected, actual: String(actual) },
    });
  }
}

function embedderFailed(message: string, cause?: unknown): RouterError {
  return new RouterError({ reason: 'EMBEDDER_FAILED', message, cause });
}
