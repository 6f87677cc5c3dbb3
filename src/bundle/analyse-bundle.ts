import { join } from 'node:path';
import { embedTexts, exemplarText } from './build-snapshot.js';
import type { BuildProgress } from './build-snapshot.js';
import { silentLogger } from './build-logger.js';
import type { BuildLogger } from './build-logger.js';
import type { Bundle } from './bundle.js';
import { readBundle } from './read-bundle.js';
import { runBuilder } from './run-builder.js';
import { readSnapshot } from './snapshot-files.js';
import { openVectorStore } from './vector-store.js';
import type { Embedder } from '../embedding/embedder.js';
import { RouterError } from '../errors.js';
import type { DecisionModelData } from '../routing/decision-model.js';
import { loadExemplarIndex } from '../routing/exemplar-index.js';
import type { ExemplarIndex, VectorTable } from '../routing/exemplar-index.js';

/** A bundle with all that was computed from it, for tools that look at it as a whole. */
export interface BundleAnalysis {
  /** Outcomes included. */
  readonly bundle: Bundle;
  readonly snapshotId: string;
  /** One row an exemplar, in the bundle's order. */
  readonly vectors: VectorTable;
  /** Over these vectors. */
  readonly index: ExemplarIndex;
  /** As the service would use it, with its report. */
  readonly model: DecisionModelData;
}

/** Options of {@link analyseBundle}. */
export interface AnalyseBundleOptions {
  readonly bundleDirectory: string;
  readonly cacheDirectory: string;
  readonly embedder: Embedder;
  readonly signal: AbortSignal;
  readonly logger?: BuildLogger;
  readonly onProgress?: (progress: BuildProgress) => void;
}

/**
 * Builds the bundle's snapshot, or takes it from the cache, and opens it with its vectors.
 *
 * @throws RouterError BUNDLE_INVALID, SNAPSHOT_INVALID, CALL_CANCELLED or an embedder's error.
 */
export async function analyseBundle(options: AnalyseBundleOptions): Promise<BundleAnalysis> {
  const { bundleDirectory, cacheDirectory, embedder, signal } = options;
  const logger = options.logger ?? silentLogger;
  const bundle = await readBundle(bundleDirectory);
  const snapshotId = await runBuilder({ ...options, logger, mode: 'build' });
  const stored = await readSnapshot(cacheDirectory, snapshotId, logger);
  if (stored?.bundle.contentHash !== bundle.contentHash) {
    throw new RouterError({
      reason: 'SNAPSHOT_INVALID',
      message: 'the bundle changed while it was read; try again once it is at rest',
    });
  }
  const store = await openVectorStore({
    directory: join(cacheDirectory, 'vectors'),
    fingerprint: embedder.fingerprint,
    dimensions: embedder.dimensions,
    logger,
  });
  const vectors = await embedTexts(bundle.exemplars.map(exemplarText), {
    store,
    dimensions: embedder.dimensions,
    // All are in the store by now, unless it was lost in between.
    embed: async (texts) => {
      const found = await embedder.embed(texts, { signal, priority: 'background' });
      return Float32Array.from(found.flatMap(({ vector }) => Array.from(vector)));
    },
    onProgress: () => undefined,
  });
  const index = await loadExemplarIndex({
    path: stored.indexPath,
    dimensions: stored.dimensions,
    count: bundle.exemplars.length,
  });
  return { bundle, snapshotId, vectors, index, model: stored.model };
}
