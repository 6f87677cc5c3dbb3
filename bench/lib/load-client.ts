import { Client, credentials, Metadata } from '@grpc/grpc-js';

/** Sends messages that are encoded already, so that the generator costs the same whatever the method. */
export interface LoadClient {
  /** @returns the answer's bytes. @throws ServiceError */
  call(path: string, message: Buffer): Promise<Buffer>;
  close(): void;
}

/** What a loop of calls came to. */
export interface LoadResult {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
  /** Failed calls by canonical code. */
  readonly errors: Readonly<Record<string, number>>;
}

const DEADLINE_MS = 30_000;

const identity = (bytes: Buffer): Buffer => bytes;

/** A client with so many connections. Several, because one HTTP/2 connection has one flow-control window. */
export function createLoadClient(address: string, connections = 4): LoadClient {
  const clients = Array.from(
    { length: connections },
    () => new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  const metadata = new Metadata();
  let next = 0;
  return {
    call(path, message) {
      const client = clients[next++ % connections];
      return new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + DEADLINE_MS };
        client?.makeUnaryRequest(path, identity, identity, message, metadata, options, (error, response) =>
          error === null && response !== undefined ? resolve(response) : reject(error ?? new Error('no response')),
        );
      });
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

/** Keeps `inFlight` calls in flight for `seconds`. Tells throughput; its latencies hide queueing. */
export async function closedLoop(
  call: () => Promise<unknown>,
  { inFlight, seconds }: { readonly inFlight: number; readonly seconds: number },
): Promise<LoadResult> {
  const tally = createTally();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const run = async (): Promise<void> => {
    while (performance.now() < endsAt) await tally.follow(call(), performance.now());
  };
  await Promise.all(Array.from({ length: inFlight }, run));
  return tally.result(performance.now() - startedAt);
}

/**
 * Sends calls at a constant rate, whether or not earlier ones are answered. A latency counts from the moment at which
 * its call should have been sent, so that a stall shows in all calls that it held up.
 */
export async function openLoop(
  call: () => Promise<unknown>,
  {
    perSecond,
    seconds,
    signal,
  }: { readonly perSecond: number; readonly seconds: number; readonly signal?: AbortSignal },
): Promise<LoadResult> {
  const tally = createTally();
  const startedAt = performance.now();
  const total = Math.round(perSecond * seconds);
  const following: Promise<void>[] = [];
  while (following.length < total && signal?.aborted !== true) {
    const intendedAt = startedAt + (following.length * 1000) / perSecond;
    const waitMs = intendedAt - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else following.push(tally.follow(call(), intendedAt));
  }
  await Promise.all(following);
  return tally.result(performance.now() - startedAt);
}

interface Tally {
  follow(call: Promise<unknown>, startedAt: number): Promise<void>;
  result(elapsedMs: number): LoadResult;
}

function createTally(): Tally {
  const latenciesMs: number[] = [];
  const errors: Record<string, number> = {};
  return {
    async follow(call, startedAt) {
      try {
        await call;
        latenciesMs.push(performance.now() - startedAt);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        errors[code] = (errors[code] ?? 0) + 1;
      }
    },
    result: (elapsedMs) => ({ perSecond: (latenciesMs.length * 1000) / elapsedMs, latenciesMs, errors }),
  };
}

/** Failed calls of some results together. */
export function countErrors(results: readonly LoadResult[]): number {
  return results.reduce((sum, { errors }) => sum + Object.values(errors).reduce((a, b) => a + b, 0), 0);
}
