import { LRUCache } from 'lru-cache';
import { RouterError } from '../errors.js';
import type { Embedding, EmbeddingPriority } from './embedder.js';
import { estimateTokens, type InferenceEngine, type InferenceWork } from './inference-engine.js';
import { prepareText } from './prepare-text.js';

/** Embeddings by text: each text is computed once for all who ask at the same time, and kept for those who ask later. */
export interface SharedEmbeddings {
  /** All texts or none are queued. Errors as those of {@link Embedder.embed}. */
  embed(texts: readonly string[], signal: AbortSignal, priority: EmbeddingPriority): Promise<readonly Embedding[]>;
}

/** Options of {@link createSharedEmbeddings}. */
export interface SharedEmbeddingsOptions {
  readonly engine: InferenceEngine;
  /** The embedding model's window. */
  readonly maxTokens: number;
  /** Embeddings kept; 0 keeps none. An entry is reckoned at 4 KiB, and a large one counts as several. */
  readonly cacheEntries: number;
}

type StoredEmbedding = Omit<Embedding, 'isCached'>;

/** A text that is queued or computed, and how many callers still wait for it. */
interface Pending {
  readonly work: InferenceWork;
  readonly result: Promise<StoredEmbedding>;
  waiters: number;
}

interface Ticket {
  readonly key: string;
  readonly isCut: boolean;
  readonly stored: StoredEmbedding | undefined;
}

const ENTRY_BYTES = 4096;

/** See {@link SharedEmbeddings}. */
export function createSharedEmbeddings(options: SharedEmbeddingsOptions): SharedEmbeddings {
  const { engine, maxTokens, cacheEntries } = options;
  const pending = new Map<string, Pending>();
  const cache =
    cacheEntries === 0
      ? undefined
      : new LRUCache<string, StoredEmbedding>({
          maxSize: cacheEntries,
          sizeCalculation: ({ vector }, text) => Math.ceil((vector.byteLength + 2 * text.length) / ENTRY_BYTES),
        });

  const createPending = (key: string): Pending => {
    const { promise, resolve, reject } = withResolvers<StoredEmbedding>();
    // Whoever still waits sees the error; when nobody does, it is nobody's.
    promise.catch(() => undefined);
    const work: InferenceWork = {
      task: 'embed',
      text: key,
      second: undefined,
      estimatedTokens: estimateTokens(key.length, maxTokens),
      onResult({ values, tokenCount, isTruncated }) {
        pending.delete(key);
        const stored = { vector: values, tokenCount, isTruncated };
        cache?.set(key, stored);
        resolve(stored);
      },
      onError(error) {
        pending.delete(key);
        reject(error);
      },
    };
    return { work, result: promise, waiters: 0 };
  };

  /** Queues what is not yet there and counts the caller in. */
  const join = (keys: ReadonlySet<string>, priority: EmbeddingPriority): ReadonlyMap<string, Pending> => {
    const joined = new Map<string, Pending>();
    const fresh: [string, Pending][] = [];
    for (const key of keys) {
      const known = pending.get(key);
      if (known === undefined) fresh.push([key, createPending(key)]);
      else joined.set(key, known);
    }
    engine.submit(
      fresh.map(([, { work }]) => work),
      priority,
    );
    for (const [key, created] of fresh) {
      pending.set(key, created);
      joined.set(key, created);
    }
    for (const entry of joined.values()) {
      entry.waiters++;
      if (priority === 'interactive') engine.promote(entry.work);
    }
    return joined;
  };

  const leave = (joined: ReadonlyMap<string, Pending>): void => {
    for (const [key, entry] of joined) {
      entry.waiters--;
      if (entry.waiters === 0 && engine.cancel(entry.work)) pending.delete(key);
    }
  };

  const ticketOf = (text: string): Ticket => {
    const { text: key, isCut } = prepareText(text, maxTokens);
    return { key, isCut, stored: cache?.get(key) };
  };

  return {
    async embed(texts, signal, priority) {
      const tickets = texts.map(ticketOf);
      const missing = new Set(tickets.flatMap(({ key, stored }) => (stored === undefined ? [key] : [])));
      const computed = new Map<string, StoredEmbedding>();
      if (missing.size > 0) {
        const joined = join(missing, priority);
        await withAbort(
          signal,
          () => leave(joined),
          async () => {
            for (const [key, { result }] of joined) computed.set(key, await result);
          },
        );
      }
      return tickets.map(({ key, isCut, stored }) => {
        const found = stored ?? computed.get(key);
        if (found === undefined) throw new Error('a text was neither stored nor computed');
        const { vector, tokenCount, isTruncated } = found;
        return { vector, tokenCount, isTruncated: isTruncated || isCut, isCached: stored !== undefined };
      });
    },
  };
}

interface Resolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: RouterError) => void;
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>(): Resolvers<T> {
  let resolvers: Omit<Resolvers<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    resolvers = { resolve, reject };
  });
  if (resolvers === undefined) throw new Error('a promise runs its executor at once');
  return { promise, ...resolvers };
}

/** Waits for the work or the signal, whichever is first. `leave` is called once, however it ends. */
async function withAbort(signal: AbortSignal, leave: () => void, act: () => Promise<void>): Promise<void> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(RouterError.from(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([act(), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    leave();
  }
}
