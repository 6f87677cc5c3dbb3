/** Writes that wait for a store. */
export interface WriteQueue {
  /** Runs the write when its turn comes; false where too much waits already and it was dropped. A write that fails is dropped too. */
  push(write: () => Promise<unknown>, bytes: number): boolean;
  /** Waits until what was pushed so far is written or dropped. */
  flush(): Promise<void>;
  /** Forgets what waits. */
  clear(): void;
  readonly dropped: number;
}

/** Options of {@link createWriteQueue}. */
export interface WriteQueueOptions {
  readonly maxWrites: number;
  readonly maxBytes: number;
  /** Writes under way at once. */
  readonly concurrency: number;
}

interface Waiting {
  /** In the order of pushing, from 1. */
  readonly turn: number;
  readonly write: () => Promise<unknown>;
  readonly bytes: number;
}

/** A bounded queue, first in first out. Whoever pushes never waits. */
export function createWriteQueue({ maxWrites, maxBytes, concurrency }: WriteQueueOptions): WriteQueue {
  const waiting: Waiting[] = [];
  /** Turns of the writes under way, in their order. */
  const running = new Set<number>();
  const flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];
  let lastTurn = 0;
  let bytesHeld = 0;
  let dropped = 0;

  const run = ({ write, turn, bytes }: Waiting): void => {
    running.add(turn);
    write()
      .catch(() => {
        dropped += 1;
      })
      .finally(() => {
        running.delete(turn);
        bytesHeld -= bytes;
        next();
      });
  };

  const next = (): void => {
    while (running.size < concurrency) {
      const item = waiting.shift();
      if (item === undefined) break;
      run(item);
    }
    endFlushes();
  };

  const endFlushes = (): void => {
    const [oldest = waiting[0]?.turn ?? Infinity] = running;
    for (let flush = flushes[0]; flush !== undefined && flush.upTo < oldest; flush = flushes[0]) {
      flushes.shift();
      flush.resolve();
    }
  };

  return {
    get dropped() {
      return dropped;
    },
    push(write, bytes) {
      if (waiting.length >= maxWrites || bytesHeld + bytes > maxBytes) {
        dropped += 1;
        return false;
      }
      bytesHeld += bytes;
      waiting.push({ write, turn: (lastTurn += 1), bytes });
      next();
      return true;
    },
    flush: () =>
      new Promise((resolve) => {
        flushes.push({ upTo: lastTurn, resolve });
        endFlushes();
      }),
    clear() {
      dropped += waiting.length;
      for (const { bytes } of waiting.splice(0)) bytesHeld -= bytes;
      endFlushes();
    },
  };
}
