import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildLogger } from './build-logger.js';
import { writeFileAtomically } from './write-atomically.js';

/** Vectors of texts, kept on disk between builds, so that an edit embeds only what is new. */
export interface VectorStore {
  readonly count: number;
  /** The vector of a text; a view that must not be written to. */
  get(text: string): Float32Array | undefined;
  /** Keeps a copy. */
  set(text: string, vector: Float32Array): void;
  /** Writes what is new to disk. Does nothing when nothing is. */
  save(): Promise<void>;
}

/** Options of {@link openVectorStore}. */
export interface VectorStoreOptions {
  /** Folder of the files, one for each embedder. */
  readonly directory: string;
  /** Of the embedder; vectors of different ones are never mixed. */
  readonly fingerprint: string;
  readonly dimensions: number;
  readonly logger: BuildLogger;
  /** Vectors kept; those longest unused go first. Default 200,000. */
  readonly maxVectors?: number;
}

// A file: magic, dimensions and count (uint32, little endian), digest of the rest, keys in rows, vectors in rows.
const MAGIC = Buffer.from('PMVECTR1', 'latin1');
const KEY_BYTES = 32;
const DIGEST_BYTES = 32;
const HEADER_BYTES = MAGIC.length + 8 + DIGEST_BYTES;

const DEFAULT_MAX_VECTORS = 200_000;

const digest = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();
const keyOf = (text: string): string => digest(Buffer.from(text)).toString('latin1');

/**
 * Opens the store of one embedder. A file that is damaged or of another shape is ignored with a warning; its vectors
 * are computed anew.
 */
export async function openVectorStore(options: VectorStoreOptions): Promise<VectorStore> {
  const { dimensions, logger } = options;
  const maxVectors = options.maxVectors ?? DEFAULT_MAX_VECTORS;
  const name = createHash('sha256').update(options.fingerprint).digest('hex').slice(0, 16);
  const path = join(options.directory, `${name}.bin`);
  const vectors = await load(path, dimensions, logger);
  let isChanged = false;

  return {
    get count() {
      return vectors.size;
    },
    get(text) {
      const key = keyOf(text);
      const vector = vectors.get(key);
      if (vector === undefined) return undefined;
      // A map keeps the order of insertion: put back, the oldest entries are those longest unused.
      vectors.delete(key);
      vectors.set(key, vector);
      return vector;
    },
    set(text, vector) {
      if (vector.length !== dimensions) {
        throw new Error(`a vector has ${vector.length} dimensions, expected ${dimensions}`);
      }
      vectors.set(keyOf(text), vector.slice());
      isChanged = true;
    },
    async save() {
      if (!isChanged) return;
      for (const key of vectors.keys()) {
        if (vectors.size <= maxVectors) break;
        vectors.delete(key);
      }
      await writeFileAtomically(path, encode(vectors, dimensions));
      isChanged = false;
    },
  };
}

function encode(vectors: ReadonlyMap<string, Float32Array>, dimensions: number): readonly Uint8Array[] {
  const keys = Buffer.alloc(vectors.size * KEY_BYTES);
  const values = new Float32Array(vectors.size * dimensions);
  let row = 0;
  for (const [key, vector] of vectors) {
    keys.write(key, row * KEY_BYTES, 'latin1');
    values.set(vector, row * dimensions);
    row += 1;
  }
  const body = Buffer.concat([keys, new Uint8Array(values.buffer)]);
  const header = Buffer.alloc(MAGIC.length + 8);
  MAGIC.copy(header);
  header.writeUInt32LE(dimensions, MAGIC.length);
  header.writeUInt32LE(vectors.size, MAGIC.length + 4);
  return [header, digest(body), body];
}

async function load(path: string, dimensions: number, logger: BuildLogger): Promise<Map<string, Float32Array>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch {
    return new Map();
  }
  const vectors = decode(bytes, dimensions);
  if (vectors !== undefined) return vectors;
  logger.warn({ file: path }, 'the file of cached vectors is damaged; they are computed anew');
  return new Map();
}

function decode(bytes: Buffer, dimensions: number): Map<string, Float32Array> | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const count = bytes.readUInt32LE(MAGIC.length + 4);
  const body = bytes.subarray(HEADER_BYTES);
  const isShape =
    bytes.readUInt32LE(MAGIC.length) === dimensions && body.length === count * (KEY_BYTES + dimensions * 4);
  if (!isShape || !digest(body).equals(bytes.subarray(MAGIC.length + 8, HEADER_BYTES))) return undefined;
  const keys = body.subarray(0, count * KEY_BYTES).toString('latin1');
  // A copy of its own is aligned to four bytes, as a view on floats must be.
  const values = new Float32Array(new Uint8Array(body.subarray(count * KEY_BYTES)).buffer);
  const vectors = new Map<string, Float32Array>();
  for (let row = 0; row < count; row += 1) {
    const key = keys.slice(row * KEY_BYTES, (row + 1) * KEY_BYTES);
    vectors.set(key, values.subarray(row * dimensions, (row + 1) * dimensions));
  }
  return vectors;
}
