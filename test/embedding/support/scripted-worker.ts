import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { WorkerReply, WorkerRequest } from '../../../src/embedding/worker-messages.js';

type Run = WorkerRequest & { kind: 'run' };

/** A worker without a model: a test answers its jobs when it likes. */
export interface ScriptedWorker {
  /** Every job that was sent, in order. */
  readonly jobs: Run[];
  /** Texts of all jobs, in order. */
  readonly texts: string[];
  /** Processes started. */
  readonly starts: number;
  /** Resolves when so many jobs were sent in all. */
  sent(count: number): Promise<void>;
  /** Answers the oldest job that is open; a vector is [length of the text, 0]. */
  finish(): void;
  finishAll(): void;
  /** Reports an error of the oldest open job. */
  fail(message: string): void;
  /** The process dies. */
  die(): void;
  /** What the next starts answer; the last one stays. */
  startAnswers: WorkerReply[];
  readonly spawn: () => ChildProcess;
}

export const readyReply: WorkerReply = {
  kind: 'ready',
  models: {
    embed: { fingerprint: 'f1', width: 2, maxTokens: 256 },
    verify: { fingerprint: 'v1', width: 1, maxTokens: 128 },
  },
};

class FakeProcess extends EventEmitter {
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  readonly #onRequest: (request: WorkerRequest) => void;

  constructor(onRequest: (request: WorkerRequest) => void) {
    super();
    this.#onRequest = onRequest;
  }

  send(request: WorkerRequest): boolean {
    this.#onRequest(request);
    return true;
  }

  kill(): boolean {
    this.signalCode = 'SIGKILL';
    queueMicrotask(() => this.emit('exit', null, 'SIGKILL'));
    return true;
  }
}

export function createScriptedWorker(): ScriptedWorker {
  const jobs: Run[] = [];
  const events = new EventEmitter();
  let open: Run[] = [];
  let current: FakeProcess | undefined;
  let starts = 0;
  const startAnswers = [readyReply];

  const answer = (run: Run): void => {
    const values = Float32Array.from(run.texts.flatMap((text) => [text.length, 0]));
    const isVerify = run.task === 'verify';
    current?.emit('message', {
      kind: 'batch',
      jobId: run.jobId,
      indices: run.texts.map((_, index) => index),
      values: isVerify
        ? Float32Array.from(run.texts, (text, index) => text.length - run.seconds![index]!.length)
        : values,
      width: isVerify ? 1 : 2,
      tokenCounts: run.texts.map(() => 3),
      truncated: run.texts.map(() => false),
      busyMs: 30,
    } satisfies WorkerReply);
  };

  const worker: ScriptedWorker = {
    jobs,
    get texts() {
      return jobs.flatMap((job) => job.texts);
    },
    get starts() {
      return starts;
    },
    startAnswers,
    async sent(count) {
      while (jobs.length < count) await new Promise((resolve) => events.once('job', resolve));
    },
    finish() {
      const run = open.shift();
      if (run !== undefined) answer(run);
    },
    finishAll() {
      while (open.length > 0) worker.finish();
    },
    fail(message) {
      const run = open.shift();
      current?.emit('message', { kind: 'failed', jobId: run!.jobId, message } satisfies WorkerReply);
    },
    die() {
      open = [];
      current!.exitCode = 134;
      current!.emit('exit', 134, null);
    },
    spawn() {
      starts++;
      const reply = worker.startAnswers.length > 1 ? worker.startAnswers.shift() : worker.startAnswers[0];
      const process = new FakeProcess((request) => {
        if (request.kind === 'load') {
          queueMicrotask(() => process.emit('message', reply));
          return;
        }
        jobs.push(request);
        open.push(request);
        events.emit('job');
      });
      current = process;
      return process as unknown as ChildProcess;
    },
  };
  return worker;
}
