import hnswlib from 'hnswlib-node';
import type { HierarchicalNSW } from 'hnswlib-node';

/** A vector near another. */
export interface NearLabel {
  readonly label: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Unit vectors by number. */
export interface VectorSet {
  add(label: number, vector: Float32Array): void;
  /** Whether it was there. */
  remove(label: number): boolean;
  /** Removes a vector, any of them; undefined when all are gone. Nothing is added after the first. */
  take(): readonly [label: number, vector: Float32Array] | undefined;
  /** The nearest first. */
  search(vector: Float32Array, count: number): readonly NearLabel[];
  readonly size: number;
  /** Room taken for vectors: those in the set, and removed ones whose place was not used again. */
  readonly places: number;
  /** Bytes held whatever the places. */
  readonly fixedBytes: number;
  /** Gives the memory back. The set is not used after that. */
  release(): void;
}

/** Compares every vector: exact, and quicker to write than a graph. */
export function createFlatSet(): VectorSet {
  const vectors = new Map<number, Float32Array>();
  const takeFirst = taker(() => vectors.entries());
  return {
    get size() {
      return vectors.size;
    },
    get places() {
      return vectors.size;
    },
    fixedBytes: 0,
    add: (label, vector) => void vectors.set(label, vector.slice()),
    remove: (label) => vectors.delete(label),
    take() {
      const next = takeFirst();
      if (next !== undefined) vectors.delete(next[0]);
      return next;
    },
    search(vector, count) {
      const all = Array.from(vectors, ([label, stored]) => ({ label, similarity: dotProduct(stored, vector) }));
      return all.sort((left, right) => right.similarity - left.similarity).slice(0, count);
    },
    release: () => vectors.clear(),
  };
}

/**
 * Takes one after the other. The iterator is made at the first: one that waits holds all that was in the collection since it was made,
 * removed or not.
 */
function taker<T>(iterate: () => Iterator<T, undefined>): () => T | undefined {
  let iterator: Iterator<T, undefined> | undefined;
  return () => (iterator ??= iterate()).next().value;
}

const NEIGHBOURS = 16;
const BUILD_BREADTH = 80;
const SEARCH_BREADTH = 64;
const FIRST_CAPACITY = 1024;
/** What a graph takes whatever it holds: the library's 65,536 locks. */
export const GRAPH_BYTES = 2_700_000;

/** A graph (HNSW): approximate. The place of a removed vector is used again, but given back only with the whole graph. */
export function createGraphSet(dimensions: number): VectorSet {
  const graph = createGraph(dimensions, FIRST_CAPACITY);
  const labels = new Set<number>();
  const takeFirst = taker(() => labels.values());
  let capacity = FIRST_CAPACITY;
  /** The library takes arrays only; one for all calls leaves nothing to collect. */
  const numbers = new Array<number>(dimensions).fill(0);
  const toNumbers = (vector: Float32Array): number[] => {
    for (let place = 0; place < dimensions; place += 1) numbers[place] = vector[place] ?? 0;
    return numbers;
  };
  const remove = (label: number): boolean => {
    if (!labels.delete(label)) return false;
    graph.markDelete(label);
    return true;
  };
  return {
    get size() {
      return labels.size;
    },
    get places() {
      return graph.getCurrentCount();
    },
    fixedBytes: GRAPH_BYTES,
    add(label, vector) {
      const places = graph.getCurrentCount();
      const isPlaceFree = places > labels.size;
      if (!isPlaceFree && places >= capacity) {
        capacity *= 2;
        graph.resizeIndex(capacity);
      }
      graph.addPoint(toNumbers(vector), label, isPlaceFree);
      labels.add(label);
    },
    remove,
    take() {
      const label = takeFirst();
      if (label === undefined) return undefined;
      const vector = Float32Array.from(graph.getPoint(label));
      remove(label);
      return [label, vector];
    },
    search(vector, count) {
      if (labels.size === 0) return [];
      const found = graph.searchKnn(toNumbers(vector), Math.min(count, labels.size));
      return found.neighbors.map((label, place) => ({ label, similarity: 1 - (found.distances[place] ?? 1) }));
    },
    // The garbage collector does not see how much a graph holds, so what is left for it must be small.
    release: () => initGraph(graph, 1),
  };
}

function createGraph(dimensions: number, capacity: number): HierarchicalNSW {
  const graph = new hnswlib.HierarchicalNSW('ip', dimensions);
  initGraph(graph, capacity);
  graph.setEf(SEARCH_BREADTH);
  return graph;
}

/** Empties a graph, too. */
function initGraph(graph: HierarchicalNSW, capacity: number): void {
  graph.initIndex({
    maxElements: capacity,
    m: NEIGHBOURS,
    efConstruction: BUILD_BREADTH,
    randomSeed: 100,
    allowReplaceDeleted: true,
  });
}

function dotProduct(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}
