import { setTimeout as sleep } from 'node:timers/promises';

/** Sweeps again and again, with a pause before each; the next waits for the last to settle. @returns what ends it */
export function startSweeping(sweep: () => Promise<void>, pauseMs: number): () => void {
  const closing = new AbortController();
  const { signal } = closing;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(pauseMs, undefined, { signal, ref: false });
      // What it left over, the next one does.
      await sweep().catch(() => undefined);
    }
  };
  run().catch(() => undefined);
  return () => closing.abort();
}
