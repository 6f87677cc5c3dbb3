import { Agent, fetch as undiciFetch } from 'undici';
import type { FetchFunction } from './provider.js';

/** Settings of one provider's connections. */
export interface HttpClientOptions {
  readonly connectMs: number;
  /** Most sockets to one origin. */
  readonly maxConnections: number;
}

/** A provider's own connection pool. */
export interface HttpClient {
  readonly fetch: FetchFunction;
  /** Closes idle connections and cuts those in use. */
  close(): Promise<void>;
}

/** An idle connection is kept so long, unless the server asks for less. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Creates a connection pool with its `fetch`. Time limits on answers belong to the attempts, so the pool sets none.
 * Redirects are refused: they would carry the key elsewhere.
 */
export function createHttpClient({ connectMs, maxConnections }: HttpClientOptions): HttpClient {
  const agent = new Agent({
    connect: { timeout: connectMs },
    connections: maxConnections,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  // undici's own types and those that Node bundles describe the same objects under different names.
  const send = undiciFetch as unknown as (input: Parameters<FetchFunction>[0], init: object) => Promise<Response>;
  return {
    fetch: (input, init) => send(input, { ...init, redirect: 'error', dispatcher: agent }),
    close: () => agent.destroy(),
  };
}
