import hnswlib from 'hnswlib-node';
import type { HierarchicalNSW } from 'hnswlib-node';

/** A vector near another. */
export interface NearLabel {
  readonly label: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Unit vectors by number, searched by cosine. Grows as needed; a removed vector's place is used again. */
export interface VectorIndex {
  add(label: number, vector: Float32Array): void;
  remove(label: number): void;
  /** The nearest first. Exact for small indexes, approximate (HNSW) for large ones. */
  search(vector: Float32Array, count: number): readonly NearLabel[];
  readonly size: number;
}

/** Size up to which every vector is compared: exact, and quicker to write than a graph. */
const FLAT_LIMIT = 256;
const NEIGHBOURS = 16;
const BUILD_BREADTH = 80;
const SEARCH_BREADTH = 64;
const FIRST_CAPACITY = 1024;

/** An index for vectors of `dimensions`. */
export function createVectorIndex(dimensions: number): VectorIndex {
  /** Owns the vectors while the index is small; empty after that. */
  const flat = new Map<number, Float32Array>();
  let graph: HierarchicalNSW | undefined;
  let size = 0;
  let capacity = FIRST_CAPACITY;
  let removed = 0;

  const addToGraph = (index: HierarchicalNSW, label: number, vector: Float32Array): void => {
    if (removed > 0) {
      index.addPoint(Array.from(vector), label, true);
      removed -= 1;
      return;
    }
    if (index.getCurrentCount() >= capacity) {
      capacity *= 2;
      index.resizeIndex(capacity);
    }
    index.addPoint(Array.from(vector), label, false);
  };

  const growToGraph = (): HierarchicalNSW => {
    const index = new hnswlib.HierarchicalNSW('ip', dimensions);
    index.initIndex({
      maxElements: capacity,
      m: NEIGHBOURS,
      efConstruction: BUILD_BREADTH,
      randomSeed: 100,
      allowReplaceDeleted: true,
    });
    index.setEf(SEARCH_BREADTH);
    for (const [label, vector] of flat) addToGraph(index, label, vector);
    flat.clear();
    return index;
  };

  return {
    get size() {
      return size;
    },
    add(label, vector) {
      size += 1;
      if (graph === undefined && flat.size < FLAT_LIMIT) {
        flat.set(label, vector.slice());
        return;
      }
      graph ??= growToGraph();
      addToGraph(graph, label, vector);
    },
    remove(label) {
      if (graph === undefined) {
        if (flat.delete(label)) size -= 1;
        return;
      }
      graph.markDelete(label);
      removed += 1;
      size -= 1;
    },
    search(vector, count) {
      if (size === 0) return [];
      if (graph === undefined) return searchFlat(flat, vector, count);
      const found = graph.searchKnn(Array.from(vector), Math.min(count, size));
      return found.neighbors.map((label, place) => ({ label, similarity: 1 - (found.distances[place] ?? 1) }));
    },
  };
}

function searchFlat(
  flat: ReadonlyMap<number, Float32Array>,
  vector: Float32Array,
  count: number,
): readonly NearLabel[] {
  const all: NearLabel[] = [];
  for (const [label, stored] of flat) {
    let similarity = 0;
    for (let index = 0; index < stored.length; index += 1) similarity += (stored[index] ?? 0) * (vector[index] ?? 0);
    all.push({ label, similarity });
  }
  return all.sort((left, right) => right.similarity - left.similarity).slice(0, count);
}
