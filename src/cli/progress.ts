import type { BuildProgress } from '../bundle/snapshot-manager.js';

/** A progress line on a terminal; nothing elsewhere. */
export interface Progress {
  readonly report: (progress: BuildProgress) => void;
  /** Clears the line. */
  end(): void;
}

/** Writes at most ten times a second. */
const INTERVAL_MS = 100;

/** Progress on standard error when it is a terminal. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = 0;
  let isShown = false;
  return {
    report: ({ phase, done, total }) => {
      const now = performance.now();
      if (!stream.isTTY || (now - last < INTERVAL_MS && done < total)) return;
      last = now;
      isShown = true;
      const share = total > 0 ? ` ${Math.floor((100 * done) / total)}%` : '';
      stream.write(`\r\u001b[Kbuilding the snapshot: ${phase}${share}`);
    },
    end() {
      if (isShown) stream.write('\r\u001b[K');
      isShown = false;
    },
  };
}
