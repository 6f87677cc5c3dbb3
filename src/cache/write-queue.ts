/** Writes that wait for a store. */
export interface WriteQueue {
  /** Runs the write when its turn comes; false where too much waits already and it was dropped. A write that fails is dropped too. */
  push(write: () => Promise<unknown>, bytes: number): boolean;
  /** Waits until the queue is empty. */
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
  readonly write: () => Promise<unknown>;
  readonly bytes: number;
}

/** A bounded queue, first in first out. Whoever pushes never waits. */
export function createWriteQueue({ maxWrites, maxBytes, concurrency }: WriteQueueOptions): WriteQueue {
  const waiting: Waiting[] = [];
  const idle: (() => void)[] = [];
  let bytesHeld = 0;
  let running = 0;
  let dropped = 0;

  const settle = (bytes: number): void => {
    running -= 1;
    bytesHeld -= bytes;
    next();
  };

  const next = (): void => {
    while (running < concurrency) {
      const item = waiting.shift();
      if (item === undefined) break;
      running += 1;
      item
        .write()
        .catch(() => {
          dropped += 1;
        })
        .finally(() => settle(item.bytes));
    }
    if (running === 0 && waiting.length === 0) for (const resolve of idle.splice(0)) resolve();
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
      waiting.push({ write, bytes });
      next();
      return true;
    },
    flush: () =>
      running === 0 && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve)),
    clear() {
      dropped += waiting.length;
      for (const { bytes } of waiting.splice(0)) bytesHeld -= bytes;
    },
  };
}
