import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of heap and of buffers that `count` results keep in memory. */
export async function heldBytes(count: number, make: (index: number) => unknown): Promise<number> {
  const kept: unknown[] = [];
  const before = await usedBytes();
  for (let index = 0; index < count; index += 1) kept.push(await make(index));
  const after = await usedBytes();
  return kept.length === count ? after - before : NaN;
}

/** Rounds of garbage collection: buffers are given back in the background, some time after the collection that found them. */
const ROUNDS = 5;
const PAUSE_MS = 20;

async function usedBytes(): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    // What was awaited is let go in a later turn.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
}
