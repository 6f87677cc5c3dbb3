/** What the worker computes: vectors of texts, or scores of text pairs. */
export type InferenceTask = 'embed' | 'verify';

/** How the worker's ONNX sessions run. */
export interface SessionSettings {
  /** Threads inside one operator; 1 leaves the other cores to the main thread. */
  readonly intraOpNumThreads: number;
}

/** What is known of a loaded model. */
export interface ModelFacts {
  /** See {@link ModelFiles.fingerprint}. */
  readonly fingerprint: string;
  /** Numbers in a result. */
  readonly width: number;
  /** Window in tokens, special tokens included. */
  readonly maxTokens: number;
}

/** A value for each task that is served. */
export type ByTask<T> = Readonly<Partial<Record<InferenceTask, T>>>;

/** To the worker. */
export type WorkerRequest =
  | {
      readonly kind: 'load';
      readonly directories: ByTask<string>;
      readonly settings: SessionSettings;
      /** Largest batch in tokens, padding included. */
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
  readonly values: Float32Array;
  readonly width: number;
  readonly tokenCounts: readonly number[];
  readonly truncated: readonly boolean[];
  /** Only on the job's last batch: how long the job took. */
  readonly busyMs: number | undefined;
}

/** From the worker. */
export type WorkerReply =
  | { readonly kind: 'ready'; readonly models: ByTask<ModelFacts> }
  | {
      /** The files are not fit to be loaded. */
      readonly kind: 'refused';
      readonly message: string;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | WorkerBatch
  | { readonly kind: 'failed'; readonly jobId: number; readonly message: string };
