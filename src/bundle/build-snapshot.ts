import { join } from 'node:path';
import type { Exemplar } from './bundle.js';
import type { BuildLogger } from './build-logger.js';
import { fitOutcomes } from './fit-outcomes.js';
import { readBundle } from './read-bundle.js';
import { pruneSnapshots, readSnapshot, writeSnapshot } from './snapshot-files.js';
import { snapshotIdOf } from './snapshot-id.js';
import { openVectorStore } from './vector-store.js';
import type { VectorStore } from './vector-store.js';
import { buildExemplarIndex } from '../routing/exemplar-index.js';
import type { VectorTable } from '../routing/exemplar-index.js';
import { fitDecisionModel } from '../routing/fit-decision-model.js';
import { routingTextOf } from '../routing/prompt-view.js';
import { createTaskClassifier } from '../routing/task-classifier.js';

/** Steps of a build, in their order. */
export type BuildPhase = 'reading' | 'embedding' | 'indexing' | 'fitting' | 'writing';

/** How far a build is. */
export interface BuildProgress {
  readonly phase: BuildPhase;
  /** Of `total`. */
  readonly done: number;
  /** Texts while embedding, hundredths while fitting, else 1. */
  readonly total: number;
}

/** What a build needs. Runs in the builder's worker; the vectors come from the main thread. */
export interface BuildOptions {
  readonly bundleDirectory: string;
  readonly cacheDirectory: string;
  readonly fingerprint: string;
  readonly dimensions: number;
  readonly logger: BuildLogger;
  /** One vector a text, one after the other in one array. */
  readonly embed: (texts: readonly string[]) => Promise<Float32Array>;
  readonly onProgress: (progress: BuildProgress) => void;
}

/** Texts embedded at once: small enough for a call of the service to get in between. */
const EMBED_CHUNK = 64;
/** New vectors after which they are saved, so that a build that is cut off loses little. */
const SAVE_EVERY = 1024;

/**
 * Reads the bundle, embeds what is new, fits the decision model and the outcomes and writes the snapshot into the cache. A snapshot that
 * is there already is left as it is.
 *
 * @returns the snapshot's id.
 * @throws RouterError BUNDLE_INVALID, or what `embed` throws.
 */
export async function buildSnapshot(options: BuildOptions): Promise<string> {
  const { cacheDirectory, fingerprint, dimensions, onProgress } = options;
  onProgress({ phase: 'reading', done: 0, total: 1 });
  const bundle = await readBundle(options.bundleDirectory);
  const id = snapshotIdOf(bundle.contentHash, fingerprint);
  if ((await readSnapshot(cacheDirectory, id, options.logger)) !== undefined) return id;
  const store = await openVectorStore({ ...options, directory: join(cacheDirectory, 'vectors') });
  const embed = (texts: readonly string[]): Promise<VectorTable> => embedTexts(texts, { ...options, store });
  const vectors = await embed(bundle.exemplars.map(exemplarText));
  onProgress({ phase: 'indexing', done: 0, total: 1 });
  const index = buildExemplarIndex(vectors);
  const model = fitDecisionModel({
    bundle,
    vectors,
    index,
    onProgress: (share) => onProgress({ phase: 'fitting', done: Math.floor(share * 100), total: 100 }),
  });
  const taskOfExemplar = Int32Array.from(bundle.exemplars, ({ taskIndex }) => taskIndex);
  const classifier = createTaskClassifier({ data: model.classifier, index, taskOfExemplar });
  const outcomeCapability = await fitOutcomes(bundle, {
    embed,
    classify: (vector, routingText) => classifier.classify(vector, routingText),
  });
  onProgress({ phase: 'writing', done: 0, total: 1 });
  await writeSnapshot(cacheDirectory, {
    id,
    fingerprint,
    dimensions,
    bundle,
    model,
    index,
    ...(outcomeCapability === undefined ? {} : { outcomeCapability }),
  });
  await pruneSnapshots(cacheDirectory, Date.now());
  return id;
}

/** The text that stands for an exemplar: that of a request with the same system prompt and user turn. */
export function exemplarText(exemplar: Pick<Exemplar, 'text' | 'system'>): string {
  return routingTextOf({ lastUser: exemplar.text, ...(exemplar.system !== undefined && { system: exemplar.system }) });
}

/** Vectors of texts, in rows: from the store where it has them, from the embedder otherwise. */
export async function embedTexts(
  texts: readonly string[],
  options: Pick<BuildOptions, 'dimensions' | 'embed' | 'onProgress'> & { readonly store: VectorStore },
): Promise<VectorTable> {
  const { dimensions, store } = options;
  const values = new Float32Array(texts.length * dimensions);
  const rowsByMissingText = new Map<string, number[]>();
  for (const [row, text] of texts.entries()) {
    const known = store.get(text);
    if (known !== undefined) values.set(known, row * dimensions);
    else rowsByMissingText.set(text, [...(rowsByMissingText.get(text) ?? []), row]);
  }
  const missing = [...rowsByMissingText.keys()];
  for (let from = 0; from < missing.length; from += EMBED_CHUNK) {
    options.onProgress({ phase: 'embedding', done: from, total: missing.length });
    const chunk = missing.slice(from, from + EMBED_CHUNK);
    const embedded = await options.embed(chunk);
    for (const [position, text] of chunk.entries()) {
      const vector = embedded.subarray(position * dimensions, (position + 1) * dimensions);
      store.set(text, vector);
      for (const row of rowsByMissingText.get(text) ?? []) values.set(vector, row * dimensions);
    }
    if ((from + EMBED_CHUNK) % SAVE_EVERY === 0) await store.save();
  }
  options.onProgress({ phase: 'embedding', done: missing.length, total: missing.length });
  await store.save();
  return { values, dimensions };
}
