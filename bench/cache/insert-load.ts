import { encodeAnswer } from '../../src/cache/cached-answer.js';
import { identify } from '../../src/cache/identity.js';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import type { Random } from '../lib/random.js';
import { answerOf, DIMENSIONS, factsOf, randomVector } from './synthetic-entries.js';

/** How {@link insertMany} goes about it. */
export interface InsertOptions {
  readonly inserts: number;
  readonly budgetBytes: number;
  /** Entries are spread over so many. */
  readonly tenants: number;
  readonly random: Random;
}

/** What the store came to hold. */
export interface InsertReport {
  readonly inserts: number;
  readonly budgetBytes: number;
  /** The most that the store counted at any look. At most the budget. */
  readonly mostBytes: number;
  readonly entries: number;
  /** Resident memory that the process gained. */
  readonly gainedResidentBytes: number;
  readonly insertsPerSecond: number;
}

const TTL_MS = 3_600_000;
const VECTORS = 5000;
const LOOK_EVERY = 1000;

/** Puts many entries into a store in memory that can hold few of them. */
export async function insertMany({ inserts, budgetBytes, tenants, random }: InsertOptions): Promise<InsertReport> {
  const store = createMemoryStore({ maxBytes: budgetBytes, dimensions: DIMENSIONS, clock: Date.now });
  const vectors = Array.from({ length: VECTORS }, () => randomVector(random));
  const answer = encodeAnswer(answerOf('It depends on the light. '.repeat(20)));
  const context = { language: 'en', embedderFingerprint: 'bench', cacheEpoch: 0 };
  const residentBefore = process.memoryUsage.rss();
  const startedAt = performance.now();
  let mostBytes = 0;
  for (let place = 0; place < inserts; place += 1) {
    const identity = identify(factsOf(place, `tenant-${place % tenants}`).request, context);
    const nowMs = Date.now();
    const times = { createdAtMs: nowMs, expiresAtMs: nowMs + TTL_MS };
    // Copies, as each entry of a service has bytes of its own.
    store.put(
      { ...identity, task: 'bench', model: 'bench', answer: Buffer.from(answer), ...times },
      vectors[place % VECTORS]?.slice(),
    );
    if (place % LOOK_EVERY === LOOK_EVERY - 1) mostBytes = Math.max(mostBytes, (await store.stats()).bytes);
  }
  const elapsedMs = performance.now() - startedAt;
  const { entries, bytes } = await store.stats();
  const gainedResidentBytes = process.memoryUsage.rss() - residentBefore;
  await store.close();
  return {
    inserts,
    budgetBytes,
    mostBytes: Math.max(mostBytes, bytes),
    entries,
    gainedResidentBytes,
    insertsPerSecond: (inserts / elapsedMs) * 1000,
  };
}
