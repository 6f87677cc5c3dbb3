import { Worker } from 'node:worker_threads';
import type { UpstreamFault, UpstreamScript } from '../../test/support/scripted-upstream.js';
import type { WireUsage } from '../../test/support/wire/wire.js';

/** How the upstream answers, by the model asked for; `*` is for all others. */
export type UpstreamRules = Readonly<
  Record<
    string,
    {
      readonly script?: UpstreamScript;
      /** Each fault strikes a share of the requests; together at most 1. */
      readonly faults?: readonly { readonly share: number; readonly fault: UpstreamFault }[];
    }
  >
>;

/** What the upstream has seen. */
export interface UpstreamCounts {
  readonly requestCount: number;
  readonly activeCount: number;
  readonly socketCount: number;
  readonly abortedCount: number;
  /** Tokens of the answers that were sent whole. */
  readonly billed: Readonly<WireUsage>;
  readonly requestsByModel: Readonly<Record<string, number>>;
}

/** What the worker is told. */
export type UpstreamCommand =
  { readonly kind: 'rules'; readonly rules: UpstreamRules } | { readonly kind: 'counts' | 'stop' | 'start' };

/** What it answers. */
export type UpstreamReply =
  { readonly id: -1; readonly url: string } | { readonly id: number; readonly counts: UpstreamCounts };

/** A scripted upstream in its own thread. */
export interface BenchUpstream {
  readonly url: string;
  setRules(rules: UpstreamRules): Promise<UpstreamCounts>;
  counts(): Promise<UpstreamCounts>;
  /** Stops listening and cuts every connection. */
  stop(): Promise<UpstreamCounts>;
  start(): Promise<UpstreamCounts>;
  close(): Promise<void>;
}

/** Starts the upstream. */
export async function startBenchUpstream(seed: number): Promise<BenchUpstream> {
  const worker = new Worker(new URL('./upstream-worker.js', import.meta.url), { workerData: { seed } });
  const waiting = new Map<number, (counts: UpstreamCounts) => void>();
  const url = await new Promise<string>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (reply: UpstreamReply) => {
      if ('url' in reply) resolve(reply.url);
      else waiting.get(reply.id)?.(reply.counts);
    });
  });
  let nextId = 0;
  const send = (command: UpstreamCommand): Promise<UpstreamCounts> =>
    new Promise((resolve) => {
      const id = nextId++;
      waiting.set(id, (counts) => {
        waiting.delete(id);
        resolve(counts);
      });
      worker.postMessage({ id, command });
    });
  return {
    url,
    setRules: (rules) => send({ kind: 'rules', rules }),
    counts: () => send({ kind: 'counts' }),
    stop: () => send({ kind: 'stop' }),
    start: () => send({ kind: 'start' }),
    async close() {
      await worker.terminate();
    },
  };
}
