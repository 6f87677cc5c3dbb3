import type { ModelFiles } from './model-files.js';

/** What the worker computes: vectors of texts, or scores of text pairs. */
export type InferenceTask = 'embed' | 'verify';

/** How the worker's ONNX sessions run. */
export interface SessionSettings {
  /** Threads inside one operator; 1 leaves the other cores to the main thread. */
  readonly intraOpNumThreads: number;
}

/** Main thread to worker. */
export type WorkerRequest =
  | {
      readonly kind: 'load';
      readonly models: Readonly<Partial<Record<InferenceTask, ModelFiles>>>;
      readonly settings: SessionSettings;
      readonly batchTokens: number;
    }
  | {
      readonly kind: 'run';
      readonly jobId: number;
      readonly task: InferenceTask;
      readonly texts: readonly string[];
      /** The second text of each pair; only for "verify". */
      readonly seconds: readonly string[] | undefined;
    };

/** Results of some texts of a job. */
export interface WorkerBatch {
  readonly kind: 'batch';
  readonly jobId: number;
  /** Which texts of the job, by index. */
  readonly indices: readonly number[];
  /** Row after row, `width` numbers each. */
  readonly values: Float32Array<ArrayBuffer>;
  readonly width: number;
  readonly tokenCounts: readonly number[];
  readonly truncated: readonly boolean[];
}

/** Worker to main thread. */
export type WorkerReply =
  | { readonly kind: 'ready'; readonly widths: Readonly<Partial<Record<InferenceTask, number>>> }
  | WorkerBatch
  | { readonly kind: 'done'; readonly jobId: number; readonly busyMs: number }
  | { readonly kind: 'failed'; readonly jobId: number; readonly message: string };
