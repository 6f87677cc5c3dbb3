import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listBundleFiles } from './bundle-files.js';
import { ProblemList } from '../config/problems.js';

/** Timers, injected so that tests need no waiting. */
export interface Timers {
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Options of {@link watchBundle}. */
export interface WatchBundleOptions {
  readonly directory: string;
  /** State of the files before they were read for the first time: an edit during the first build is one, too. */
  readonly since: BundleState;
  /** Time between two looks at the files. */
  readonly intervalMs: number;
  /** Called once edits have settled. The next look waits until it is done; it must not throw. */
  readonly onChange: () => Promise<void>;
  readonly timers?: Timers;
}

/** A watch that can be ended. */
export interface BundleWatcher {
  /** Resolves once nothing of it runs any more. */
  close(): Promise<void>;
}

/** Looks that a change may go on for before it is taken up all the same. */
const MAX_UNSETTLED_LOOKS = 5;

const systemTimers: Timers = {
  // A watch alone keeps no process alive.
  setTimeout: (run, delayMs) => setTimeout(run, delayMs).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/**
 * Watches a bundle by looking at the time and size of each file, following links: the swap of a ConfigMap's link shows
 * no event, but other files. A change counts once two looks in a row find the same, so that half an edit is not read.
 */
export function watchBundle(options: WatchBundleOptions): BundleWatcher {
  const timers = options.timers ?? systemTimers;
  let reported = options.since;
  let seen: BundleState | undefined;
  let unsettledLooks = 0;
  let isClosed = false;
  let timer: unknown;
  let running: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const found = await bundleState(options.directory);
    const isSettled = found === seen || unsettledLooks >= MAX_UNSETTLED_LOOKS;
    seen = found;
    if (found === reported) {
      unsettledLooks = 0;
      return;
    }
    if (!isSettled) {
      unsettledLooks += 1;
      return;
    }
    reported = found;
    unsettledLooks = 0;
    if (!isClosed) await options.onChange();
  }

  function schedule(): void {
    if (isClosed) return;
    timer = timers.setTimeout(() => {
      running = look().finally(schedule);
    }, options.intervalMs);
  }

  running = look().finally(schedule);
  return {
    async close() {
      isClosed = true;
      timers.clearTimeout(timer);
      await running;
    },
  };
}

/** Names, times, sizes and inodes of a bundle's files, as one text. */
export type BundleState = string;

/** The present state of a bundle's files. */
export async function bundleState(directory: string): Promise<BundleState> {
  const names = await listBundleFiles(directory, new ProblemList());
  const entries = await Promise.all(
    names.map(async (name) => {
      try {
        const { mtimeMs, size, ino } = await stat(join(directory, name));
        return `${name} ${mtimeMs} ${size} ${ino}`;
      } catch {
        return `${name} gone`;
      }
    }),
  );
  return entries.join('\n');
}
