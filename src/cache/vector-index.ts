import { vectorBytes } from './store.js';
import { createFlatSet, createGraphSet, type NearLabel, type VectorSet } from './vector-sets.js';

/** Unit vectors by number, searched by cosine. Grows and shrinks as needed, a few vectors at a time. */
export interface VectorIndex {
  add(label: number, vector: Float32Array): void;
  remove(label: number): void;
  /** The nearest first. Exact for small indexes, approximate (HNSW) for large ones. */
  search(vector: Float32Array, count: number): readonly NearLabel[];
  readonly size: number;
  /** Bytes held beyond those that its vectors need: places of removed ones, and what a graph takes whatever it holds. */
  readonly spareBytes: number;
  /** Whether vectors are being moved to where they take less time or memory, or should be. */
  readonly isMoving: boolean;
  /** Moves some of them. */
  move(): void;
  /** Gives the memory back. The index is not used after that. */
  release(): void;
}

/** Size up to which every vector is compared. */
const FLAT_LIMIT = 256;
/** Each takes up to half a millisecond of the thread. */
const VECTORS_PER_MOVE = 2;

/** Options of {@link createVectorIndex}. */
export interface VectorIndexOptions {
  /** Size up to which every vector is compared, rather than a graph searched. Default 256. */
  readonly flatLimit?: number;
}

/**
 * An index for vectors of `dimensions`. Where it outgrows comparing them all, or most of a graph was removed, its vectors move to a new
 * graph, a few with each one added and with each {@link VectorIndex.move}; until the last has moved, both are searched. A graph is moved
 * only after as many removals as there are vectors to move.
 */
export function createVectorIndex(
  dimensions: number,
  { flatLimit = FLAT_LIMIT }: VectorIndexOptions = {},
): VectorIndex {
  let current = createFlatSet();
  let isFlat = true;
  /** Where vectors are moved from. */
  let leaving: VectorSet | undefined;

  const spareBytesOf = ({ places, size, fixedBytes }: VectorSet): number =>
    (places - size) * vectorBytes(dimensions) + fixedBytes;
  const shouldLeave = (): boolean => (isFlat ? current.size > flatLimit : current.places > 2 * current.size);
  const move = (): void => {
    if (leaving === undefined) {
      if (!shouldLeave()) return;
      leaving = current;
      isFlat = current.size <= flatLimit;
      current = isFlat ? createFlatSet() : createGraphSet(dimensions);
    }
    for (let moved = 0; moved < VECTORS_PER_MOVE; moved += 1) {
      const taken = leaving.take();
      if (taken !== undefined) current.add(...taken);
    }
    dropEmpty();
  };
  const dropEmpty = (): void => {
    if (leaving?.size !== 0) return;
    leaving.release();
    leaving = undefined;
  };

  return {
    get size() {
      return current.size + (leaving?.size ?? 0);
    },
    get spareBytes() {
      return spareBytesOf(current) + (leaving === undefined ? 0 : spareBytesOf(leaving));
    },
    get isMoving() {
      return leaving !== undefined || shouldLeave();
    },
    add(label, vector) {
      current.add(label, vector);
      move();
    },
    remove(label) {
      if (!current.remove(label)) leaving?.remove(label);
      dropEmpty();
    },
    search(vector, count) {
      const found = current.search(vector, count);
      if (leaving === undefined) return found;
      return [...found, ...leaving.search(vector, count)]
        .sort((left, right) => right.similarity - left.similarity)
        .slice(0, count);
    },
    move,
    release() {
      current.release();
      leaving?.release();
    },
  };
}
