import { createHash } from 'node:crypto';
import { DECISION_MODEL_VERSION } from '../routing/decision-model.js';

/** Version of a snapshot's files. Raise it when their layout changes. */
export const SNAPSHOT_FORMAT_VERSION = 3;

/** Id of the snapshot that a bundle and an embedder give: the same content, the same id. */
export function snapshotIdOf(contentHash: string, fingerprint: string): string {
  return createHash('sha256')
    .update(`${contentHash}\n${fingerprint}\n${SNAPSHOT_FORMAT_VERSION}.${DECISION_MODEL_VERSION}`)
    .digest('hex')
    .slice(0, 16);
}
