import type { TaskFacts } from '../../src/cache/admission.js';
import type { AnswerCache } from '../../src/cache/answer-cache.js';
import { createAnswerCache } from '../../src/cache/create-answer-cache.js';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import { DEFAULT_CACHE_SETTINGS } from '../../src/cache/policy.js';
import type { RedisStore } from '../../src/cache/redis-store.js';
import { createTrace } from '../../src/trace.js';
import type { Random } from '../lib/random.js';
import { acceptCosine } from './judges.js';
import { answerOf, DIMENSIONS, factsOf, randomVector } from './synthetic-entries.js';

/** How {@link mixTenants} goes about it. */
export interface TenantMixOptions {
  readonly requests: number;
  /** One for each replica; all on one Redis, under one prefix. */
  readonly stores: readonly RedisStore[];
  readonly tenants: number;
  readonly prompts: number;
  readonly random: Random;
}

/** What the requests were answered with. */
export interface TenantMixReport {
  readonly requests: number;
  readonly exactHits: number;
  readonly semanticHits: number;
  readonly misses: number;
  /** Answers that were stored for another tenant. Must be 0. */
  readonly wrongTenant: number;
}

const IN_FLIGHT = 16;
const { signal } = new AbortController();

/**
 * Asks replicas the same prompts for different tenants, in random order. The judge accepts whatever is near, and every prompt is asked in two
 * wordings of one vector, so that nothing but the partition keeps tenants apart.
 */
export async function mixTenants({
  requests,
  stores,
  tenants,
  prompts,
  random,
}: TenantMixOptions): Promise<TenantMixReport> {
  const replicas = stores.map(createReplica);
  const vectors = Array.from({ length: prompts }, () => randomVector(random));
  const counts = { exactHits: 0, semanticHits: 0, misses: 0, wrongTenant: 0 };

  const ask = async (cache: AnswerCache, tenant: string, prompt: number): Promise<void> => {
    const call = { trace: createTrace(), signal };
    const wording = prompt + prompts * Math.floor(random() * 2);
    const exact = await cache.lookupExact(factsOf(wording, tenant), call);
    const vector = vectors[prompt] ?? new Float32Array(DIMENSIONS);
    const task: TaskFacts = { task: 'bench', caching: 'allow', ttlSeconds: 3600, vector, isTruncated: false };
    const found = exact.kind === 'hit' ? exact : await cache.lookupSemantic(exact.ticket, task, call);
    if (found.kind === 'hit') {
      counts[exact.kind === 'hit' ? 'exactHits' : 'semanticHits'] += 1;
      const [part] = found.answer.parts;
      if (part?.kind !== 'text' || part.text !== tenant) counts.wrongTenant += 1;
      return;
    }
    counts.misses += 1;
    const turn = await cache.takeTurn(found.ticket, call);
    if (turn.kind === 'produce') turn.complete(answerOf(tenant), call.trace);
    else if (turn.answer.parts.some((part) => part.kind !== 'text' || part.text !== tenant)) counts.wrongTenant += 1;
  };

  let sent = 0;
  const run = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      const replica = replicas[Math.floor(random() * replicas.length)];
      const tenant = `tenant-${Math.floor(random() * tenants)}`;
      if (replica !== undefined) await ask(replica, tenant, Math.floor(random() * prompts));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, run));
  return { requests, ...counts };
}

/** Keeps nothing itself, so that every look-up goes to Redis. */
function createReplica(store: RedisStore): AnswerCache {
  return createAnswerCache({
    settings: DEFAULT_CACHE_SETTINGS,
    embedderFingerprint: 'bench',
    judge: acceptCosine,
    local: createMemoryStore({ maxBytes: 1024 * 1024, dimensions: DIMENSIONS, clock: Date.now }),
    shared: { store, leases: store.leases },
    frontTtlMs: 0,
    clock: Date.now,
  });
}
