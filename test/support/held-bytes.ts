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

async function usedBytes(): Promise<number> {
  // What was awaited is let go in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
