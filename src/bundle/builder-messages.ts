import type { BuildProgress } from './build-snapshot.js';
import type { Reason } from '../errors.js';

/** What a builder's worker is started with. */
export interface BuilderTask {
  /** "check" only reads and checks the bundle. */
  readonly mode: 'build' | 'check';
  readonly bundleDirectory: string;
  readonly cacheDirectory: string;
  readonly fingerprint: string;
  readonly dimensions: number;
}

/** From the worker. */
export type BuilderReport =
  | { readonly kind: 'progress'; readonly progress: BuildProgress }
  | { readonly kind: 'embed'; readonly texts: readonly string[] }
  | { readonly kind: 'warning'; readonly message: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'done'; readonly snapshotId: string }
  | { readonly kind: 'failed'; readonly failure: BuilderFailure };

/** An error on its way between threads. */
export interface BuilderFailure {
  /** Absent for a defect. */
  readonly reason?: Reason;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly stack: string;
}

/** To the worker: the answer to "embed". After a failure the main thread ends the worker instead. */
export interface EmbedReply {
  readonly vectors: Float32Array;
}
