import { RouterError } from '../errors.js';
import type { EmbeddingPriority } from './embedder.js';
import { createInferenceWorker, type InferenceWorker, type InferenceWorkerOptions } from './inference-worker.js';
import { createTurnQueue } from './turn-queue.js';
import type { WorkerBatch } from './worker-messages.js';
import { createWorkQueue, type Work } from './work-queue.js';

/** The result of one text or pair. */
export interface InferenceResult {
  readonly values: Float32Array;
  readonly tokenCount: number;
  readonly isTruncated: boolean;
}

/** Work with somebody who waits for it. Exactly one of the two is called, unless it is cancelled first. */
export interface InferenceWork extends Work {
  onResult(result: InferenceResult): void;
  onError(error: RouterError): void;
}

/** The worker with its queue: what waits is batched, without any delay, as soon as the worker has room. */
export interface InferenceEngine {
  /**
   * Queues all of the works or none.
   *
   * @throws RouterError EMBEDDING_QUEUE_FULL (interactive work only; with a retry time from the measured throughput),
   * EMBEDDER_FAILED while the worker cannot be started, SHUTTING_DOWN after close
   */
  submit(works: readonly InferenceWork[], priority: EmbeddingPriority): void;
  /** Takes a work back. @returns false when it is being computed or done */
  cancel(work: InferenceWork): boolean;
  promote(work: InferenceWork): void;
  /** Works that wait. */
  readonly queueLength: number;
  readonly models: InferenceWorker['models'];
  /** Fails what waits and what is computed with SHUTTING_DOWN. */
  close(): Promise<void>;
}

/** Options of {@link createInferenceEngine}. */
export interface InferenceEngineOptions extends Pick<
  InferenceWorkerOptions,
  'directories' | 'settings' | 'batchTokens' | 'restartDelayMs' | 'logger' | 'spawn'
> {
  /** Interactive works that may wait. */
  readonly queueLimit: number;
  /** Works in one job. */
  readonly maxBatch: number;
}

/** A second job waits in the worker, so that it never idles while the main thread is busy. */
const JOBS_IN_FLIGHT = 2;
/** Small, because an interactive call may have to wait for {@link JOBS_IN_FLIGHT} jobs: some 25 ms and 7 ms each. */
const JOB_TOKENS = { interactive: 512, background: 128 } as const;
/** Before the first measurement. */
const INITIAL_MS_PER_TOKEN = 0.06;
const SMOOTHING = 0.1;

/** Starts the worker. Errors as {@link createInferenceWorker}. */
export async function createInferenceEngine(options: InferenceEngineOptions): Promise<InferenceEngine> {
  const queue = createWorkQueue<InferenceWork>({ texts: options.maxBatch, tokens: JOB_TOKENS });
  const computing = new Set<InferenceWork>();
  const inTurn = createTurnQueue();
  let msPerToken = INITIAL_MS_PER_TOKEN;
  let isPumpScheduled = false;
  let isClosed = false;
  /** Set while the worker cannot be started. */
  let outage: RouterError | undefined;

  const failAll = (works: Iterable<InferenceWork>, error: RouterError): void => {
    for (const work of works) work.onError(error);
  };

  const send = (target: InferenceWorker, job: readonly InferenceWork[]): void => {
    const [first] = job;
    if (first === undefined) return;
    const open = new Set(job);
    for (const work of job) computing.add(work);
    const close = (work: InferenceWork): void => {
      open.delete(work);
      computing.delete(work);
    };
    const texts = job.map((work) => work.text);
    const seconds = first.task === 'verify' ? job.map((work) => work.second ?? '') : undefined;
    target.run(
      { task: first.task, texts, seconds },
      {
        onBatch(batch) {
          batch.indices.forEach((index, row) => {
            const work = job[index];
            if (work === undefined) return;
            close(work);
            const result = resultOf(batch, row);
            if (row === 0) work.onResult(result);
            else inTurn(() => work.onResult(result));
          });
        },
        onDone(busyMs) {
          const tokens = job.reduce((sum, work) => sum + work.estimatedTokens, 0);
          msPerToken += SMOOTHING * (busyMs / tokens - msPerToken);
          pump();
        },
        onFailed(error) {
          const failed = [...open];
          failed.forEach(close);
          failAll(failed, error);
          pump();
        },
      },
    );
  };

  const pump = (): void => {
    isPumpScheduled = false;
    while (worker.isReady && worker.jobsInFlight < JOBS_IN_FLIGHT && queue.length > 0) {
      send(worker, queue.takeJob());
    }
  };

  /** After the current tick, so that calls of one tick share a batch. */
  const schedulePump = (): void => {
    if (isPumpScheduled) return;
    isPumpScheduled = true;
    queueMicrotask(pump);
  };

  const queueFull = (): RouterError => {
    const waiting = queue.lengthOf('interactive');
    const retryAfterMs = Math.max(10, Math.ceil(queue.estimatedTokens * msPerToken));
    return new RouterError({
      reason: 'EMBEDDING_QUEUE_FULL',
      message: `${waiting} texts wait to be embedded and the limit is ${options.queueLimit}; retry in ${retryAfterMs} ms`,
      metadata: { waiting: String(waiting), limit: String(options.queueLimit) },
      retryAfterMs,
    });
  };

  const worker = await createInferenceWorker({
    ...options,
    onReady() {
      outage = undefined;
      options.logger.info({}, 'the embedding worker serves again');
      pump();
    },
    onDown(retryAfterMs, failedStarts) {
      // What waits may wait for the first restart. When that fails nobody knows how long it takes.
      if (failedStarts === 0) return;
      outage = new RouterError({
        reason: 'EMBEDDER_FAILED',
        message: `the embedding worker does not start (attempt ${failedStarts}); the log has the details`,
        retryAfterMs,
      });
      failAll(queue.clear(), outage);
    },
  });
  const { models } = worker;

  return {
    submit(works, priority) {
      if (isClosed) throw shuttingDown();
      if (outage !== undefined) throw outage;
      if (priority === 'interactive' && queue.lengthOf('interactive') + works.length > options.queueLimit)
        throw queueFull();
      for (const work of works) queue.add(work, priority);
      schedulePump();
    },
    cancel: (work) => queue.remove(work),
    promote: (work) => queue.promote(work),
    get queueLength() {
      return queue.length;
    },
    models,
    async close() {
      if (isClosed) return;
      isClosed = true;
      const left = [...computing, ...queue.clear()];
      computing.clear();
      failAll(left, shuttingDown());
      await worker.close();
    },
  };
}

/** A copy of its row, so that a vector kept in a cache does not keep its whole batch. */
function resultOf(batch: WorkerBatch, row: number): InferenceResult {
  return {
    values: batch.values.slice(row * batch.width, (row + 1) * batch.width),
    tokenCount: batch.tokenCounts[row] ?? 0,
    isTruncated: batch.truncated[row] ?? false,
  };
}

function shuttingDown(): RouterError {
  return new RouterError({ reason: 'SHUTTING_DOWN', message: 'the embedder is closed' });
}

/** A guess that needs no tokenizer: four characters a token, between the special tokens and the window. */
export function estimateTokens(characters: number, maxTokens: number): number {
  return Math.min(maxTokens, 2 + Math.ceil(characters / 4));
}
