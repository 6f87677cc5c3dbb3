import type { BuildProgress } from './build-snapshot.js';
import { silentLogger } from './build-logger.js';
import type { BuildLogger } from './build-logger.js';
import { hashBundleFiles } from './bundle-files.js';
import { loadSnapshot } from './load-snapshot.js';
import { runBuilder } from './run-builder.js';
import type { Snapshot, SnapshotSource } from './snapshot.js';
import { readSnapshot } from './snapshot-files.js';
import { snapshotIdOf } from './snapshot-id.js';
import type { Embedder } from '../embedding/embedder.js';
import { RouterError } from '../errors.js';

export type { BuildProgress } from './build-snapshot.js';

/** Result of a reload. */
export interface ReloadResult {
  /** Snapshot in service afterwards. */
  readonly snapshotId: string;
  /** Whether it differs from the one before; in a dry run, whether it would. */
  readonly isChanged: boolean;
}

/** Keeps the snapshot in service and replaces it as a whole. */
export interface SnapshotManager extends SnapshotSource {
  /** When the snapshot in service was put there. */
  readonly loadedAt: Date;
  /** Message of the last refused reload, "" when the last one was good. */
  readonly lastReloadError: string;
  /**
   * Reads the bundle anew and, unless `dryRun`, builds it and puts it into service. Builds never overlap: who calls
   * during one waits for the next, which all such callers share. An aborted signal ends the waiting, not the build.
   *
   * @throws RouterError BUNDLE_INVALID, SNAPSHOT_INVALID or an embedder's error. The old snapshot keeps serving.
   */
  reload(options: { readonly dryRun: boolean; readonly signal?: AbortSignal }): Promise<ReloadResult>;
  /** Calls the listener after each swap. @returns a function that ends it. */
  onSwap(listener: (snapshot: Snapshot) => void): () => void;
  /** Ends a build that is under way. */
  close(): Promise<void>;
}

/** Options of {@link createSnapshotManager}. */
export interface SnapshotManagerOptions {
  readonly bundleDirectory: string;
  readonly cacheDirectory: string;
  readonly embedder: Embedder;
  readonly logger?: BuildLogger;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Time of day; default the system's. */
  readonly now?: () => Date;
}

/**
 * Loads the bundle's snapshot from the cache, or builds it, and keeps it current.
 *
 * @throws RouterError BUNDLE_INVALID when the bundle has mistakes: a service does not start with them.
 */
export async function createSnapshotManager(options: SnapshotManagerOptions): Promise<SnapshotManager> {
  const { bundleDirectory, cacheDirectory, embedder } = options;
  const logger = options.logger ?? silentLogger;
  const now = options.now ?? ((): Date => new Date());
  const closing = new AbortController();
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const builder = { ...options, logger, signal: closing.signal };

  async function load(): Promise<Snapshot> {
    const cachedId = snapshotIdOf(await hashBundleFiles(bundleDirectory), embedder.fingerprint);
    if (cachedId === current?.id) return current;
    const cached = await readSnapshot(cacheDirectory, cachedId, logger);
    if (cached !== undefined) return loadSnapshot(cached, bundleDirectory);
    const id = await runBuilder({ ...builder, mode: 'build' });
    const built = await readSnapshot(cacheDirectory, id, logger);
    if (built === undefined) {
      throw new RouterError({
        reason: 'SNAPSHOT_INVALID',
        message: `snapshot ${id} was built, but cannot be read from ${cacheDirectory}; check that folder`,
      });
    }
    return loadSnapshot(built, bundleDirectory);
  }

  async function swap(): Promise<ReloadResult> {
    const next = await load();
    const before = current;
    if (before !== undefined && next.bundle.settings.embedder !== before.bundle.settings.embedder) {
      throw embedderChanged(before, next);
    }
    if (next.id === before?.id) return { snapshotId: next.id, isChanged: false };
    current = next;
    loadedAt = now();
    for (const listener of listeners) listener(next);
    return { snapshotId: next.id, isChanged: true };
  }

  async function check(snapshot: Snapshot): Promise<ReloadResult> {
    const id = await runBuilder({ ...builder, mode: 'check' });
    return { snapshotId: snapshot.id, isChanged: id !== snapshot.id };
  }

  let current: Snapshot | undefined;
  let loadedAt = now();
  await swap();
  let lastReloadError = '';
  const reloads = createSharedRuns(async () => {
    try {
      const result = await swap();
      lastReloadError = '';
      return result;
    } catch (error) {
      lastReloadError = RouterError.from(error).message;
      throw error;
    }
  });
  const currentSnapshot = (): Snapshot => {
    if (current === undefined) throw new RouterError({ reason: 'NOT_READY', message: 'no snapshot is loaded yet' });
    return current;
  };
  const checks = createSharedRuns(() => check(currentSnapshot()));

  return {
    current: currentSnapshot,
    get loadedAt() {
      return loadedAt;
    },
    get lastReloadError() {
      return lastReloadError;
    },
    reload({ dryRun, signal }) {
      if (closing.signal.aborted) return Promise.reject(RouterError.from(closing.signal.reason));
      return waitFor(dryRun ? checks.run() : reloads.run(), signal);
    },
    onSwap(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort(new RouterError({ reason: 'SHUTTING_DOWN', message: 'the service is shutting down' }));
      listeners.clear();
      await Promise.all([reloads.idle(), checks.idle()]);
    },
  };
}

function embedderChanged(before: Snapshot, next: Snapshot): RouterError {
  const [from, to] = [before.bundle.settings.embedder, next.bundle.settings.embedder];
  return new RouterError({
    reason: 'BUNDLE_INVALID',
    message: `bundle.yaml: embedder: changed from "${from}" to "${to}"; restart the service to change the embedder`,
    metadata: { file: 'bundle.yaml', path: 'embedder' },
  });
}

interface SharedRuns<T> {
  /** Joins the run that begins next, or begins one. Never the one under way: it may have read before the edit. */
  run(): Promise<T>;
  /** Resolves once nothing runs. */
  idle(): Promise<void>;
}

function createSharedRuns<T>(work: () => Promise<T>): SharedRuns<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  function start(): Promise<T> {
    const run = work().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  }

  return {
    run() {
      if (running === undefined) return start();
      const begin = (): Promise<T> => {
        next = undefined;
        return start();
      };
      next ??= running.then(begin, begin);
      return next;
    },
    async idle() {
      while (running !== undefined) await running.catch(() => undefined);
    },
  };
}

/** The promise's result, unless the signal ends the waiting. */
function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(RouterError.from(signal.reason));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
