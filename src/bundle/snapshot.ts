import type { Bundle } from './bundle.js';
import type { CapabilityModel } from '../routing/capability.js';
import type { TaskClassifier } from '../routing/classification.js';

/** A bundle compiled: immutable, content-addressed, swapped as a whole. */
export interface Snapshot {
  /** First 16 hex digits of the hash over bundle content, embedder fingerprint and build format. */
  readonly id: string;
  readonly bundle: Bundle;
  /** Fingerprint of the embedder whose vectors it holds. */
  readonly fingerprint: string;
  readonly classifier: TaskClassifier;
  readonly capability: CapabilityModel;
  /** Index of the default model in the catalogue. */
  readonly defaultModelIndex: number;
  readonly baselineModelIndex: number;
  /** Model index by id. */
  readonly modelIndexById: ReadonlyMap<string, number>;
  readonly taskIndexById: ReadonlyMap<string, number>;
}

/** Where the pipeline finds the snapshot in service. A request reads it once and keeps to it. */
export interface SnapshotSource {
  /** @throws RouterError NOT_READY before the first snapshot. */
  current(): Snapshot;
}
