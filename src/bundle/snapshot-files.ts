import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { Bundle } from './bundle.js';
import { silentLogger } from './build-logger.js';
import type { BuildLogger } from './build-logger.js';
import { SNAPSHOT_FORMAT_VERSION } from './snapshot-id.js';
import type { DecisionModelData } from '../routing/decision-model.js';
import type { ExemplarIndex } from '../routing/exemplar-index.js';
import type { OutcomeCapabilityData } from '../routing/outcome-capability-data.js';

/** What a snapshot is on disk, besides its index. */
export interface SnapshotContent {
  /** Without outcomes: they live on in the fitted model. */
  readonly bundle: Bundle;
  readonly model: DecisionModelData;
  /** Absent without outcomes. */
  readonly outcomeCapability?: OutcomeCapabilityData;
}

/** A snapshot's folder, found whole. */
export interface StoredSnapshot extends SnapshotContent {
  readonly id: string;
  readonly fingerprint: string;
  readonly dimensions: number;
  readonly indexPath: string;
}

const MANIFEST = 'manifest.json';
const BUNDLE = 'bundle.bin';
const MODEL = 'decision-model.bin';
const OUTCOMES = 'outcome-capability.bin';
const INDEX = 'index.hnsw';
const DATA_FILES = [BUNDLE, MODEL, OUTCOMES, INDEX] as const;

const KEPT_SNAPSHOTS = 5;
/** A temporary folder this old was left behind by a build that died. */
const STALE_AFTER_MS = 3_600_000;
const TEMPORARY_PREFIX = '.building-';

const manifestSchema = z.object({
  formatVersion: z.literal(SNAPSHOT_FORMAT_VERSION),
  id: z.string(),
  contentHash: z.string(),
  fingerprint: z.string(),
  dimensions: z.number().int().positive(),
  files: z.record(z.enum(DATA_FILES), z.object({ sha256: z.string(), bytes: z.number() })),
});

type Manifest = z.output<typeof manifestSchema>;

/** Folder of all snapshots in a cache folder. */
export function snapshotsDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, 'snapshots');
}

/** What {@link writeSnapshot} writes. */
export interface NewSnapshot extends SnapshotContent {
  readonly id: string;
  readonly fingerprint: string;
  readonly dimensions: number;
  readonly index: ExemplarIndex;
}

/** Writes a snapshot beside the others, then moves it into place as a whole. A damaged one of the same id is replaced. */
export async function writeSnapshot(cacheDirectory: string, snapshot: NewSnapshot): Promise<void> {
  const parent = snapshotsDirectory(cacheDirectory);
  const temporary = join(parent, `${TEMPORARY_PREFIX}${randomUUID()}`);
  await mkdir(temporary, { recursive: true });
  try {
    await writeFile(join(temporary, BUNDLE), serialize({ ...snapshot.bundle, outcomes: [] }));
    await writeFile(join(temporary, MODEL), serialize(snapshot.model));
    await writeFile(join(temporary, OUTCOMES), serialize(snapshot.outcomeCapability));
    await snapshot.index.save(join(temporary, INDEX));
    const files: Partial<Manifest['files']> = {};
    for (const name of DATA_FILES) {
      const content = await readFile(join(temporary, name));
      files[name] = { sha256: sha256(content), bytes: content.byteLength };
    }
    const manifest = {
      formatVersion: SNAPSHOT_FORMAT_VERSION,
      id: snapshot.id,
      contentHash: snapshot.bundle.contentHash,
      fingerprint: snapshot.fingerprint,
      dimensions: snapshot.dimensions,
      files,
    };
    await writeFile(join(temporary, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await moveIntoPlace(temporary, cacheDirectory, snapshot.id);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function moveIntoPlace(temporary: string, cacheDirectory: string, id: string): Promise<void> {
  const target = join(snapshotsDirectory(cacheDirectory), id);
  try {
    await rename(temporary, target);
  } catch {
    // There is one already: another process was faster, or it is damaged.
    const isWhole = (await readSnapshot(cacheDirectory, id, silentLogger)) !== undefined;
    await rm(isWhole ? temporary : target, { recursive: true, force: true });
    if (!isWhole) await rename(temporary, target);
  }
}

/**
 * Reads a snapshot and checks every file against its hash.
 *
 * @returns undefined when there is none or when it is damaged; the latter with a warning.
 */
export async function readSnapshot(
  cacheDirectory: string,
  id: string,
  logger: BuildLogger,
): Promise<StoredSnapshot | undefined> {
  const directory = join(snapshotsDirectory(cacheDirectory), id);
  let manifestText: string;
  try {
    manifestText = await readFile(join(directory, MANIFEST), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const manifest = manifestSchema.parse(JSON.parse(manifestText));
    const read = async (name: (typeof DATA_FILES)[number]): Promise<Buffer> => {
      const content = await readFile(join(directory, name));
      if (sha256(content) !== manifest.files[name].sha256) throw new Error(`${name} does not have its hash`);
      return content;
    };
    const [bundle, model, outcomes] = await Promise.all([read(BUNDLE), read(MODEL), read(OUTCOMES), read(INDEX)]);
    const outcomeCapability = deserialize(outcomes) as OutcomeCapabilityData | undefined;
    if (manifest.id !== id) throw new Error('the manifest is of another snapshot');
    const now = new Date();
    // Marks it as used, for pruning; a read-only cache is no reason to build anew.
    await utimes(directory, now, now).catch(() => undefined);
    return {
      id,
      fingerprint: manifest.fingerprint,
      dimensions: manifest.dimensions,
      // Written by this program and checked against the manifest's hash.
      bundle: deserialize(bundle) as Bundle,
      model: deserialize(model) as DecisionModelData,
      ...(outcomeCapability === undefined ? {} : { outcomeCapability }),
      indexPath: join(directory, INDEX),
    };
  } catch (error) {
    logger.warn({ snapshot: id, err: error }, 'the cached snapshot is damaged; it is built anew');
    return undefined;
  }
}

/** Removes all but the snapshots used last, and what dead builds left behind. */
export async function pruneSnapshots(cacheDirectory: string, nowMs: number, kept = KEPT_SNAPSHOTS): Promise<void> {
  const parent = snapshotsDirectory(cacheDirectory);
  const entries = await Promise.all(
    (await readdir(parent).catch(() => [])).map(async (name) => {
      const path = join(parent, name);
      const usedMs = await stat(path).then(
        (found) => found.mtimeMs,
        () => nowMs,
      );
      return { path, usedMs, isTemporary: name.startsWith(TEMPORARY_PREFIX) };
    }),
  );
  const finished = entries.filter(({ isTemporary }) => !isTemporary).sort((a, b) => b.usedMs - a.usedMs);
  const dead = entries.filter(({ isTemporary, usedMs }) => isTemporary && nowMs - usedMs > STALE_AFTER_MS);
  for (const { path } of [...finished.slice(kept), ...dead]) await rm(path, { recursive: true, force: true });
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
