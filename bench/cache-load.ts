/**
 * Measures look-ups by similarity against stores of many entries. With --inserts it fills a store in memory far past its budget instead,
 * with --mixed it asks two replicas on one Redis for many tenants.
 */
import { createAnswerCache } from '../src/cache/create-answer-cache.js';
import type { TaskFacts } from '../src/cache/admission.js';
import { encodeAnswer } from '../src/cache/cached-answer.js';
import { createHitJudge } from '../src/cache/hit-judge.js';
import { identify } from '../src/cache/identity.js';
import { UNSHARED_LEASES } from '../src/cache/lease.js';
import { createMemoryStore } from '../src/cache/memory-store.js';
import { DEFAULT_CACHE_SETTINGS } from '../src/cache/policy.js';
import { connectRedis } from '../src/cache/redis-connection.js';
import { createRedisStore } from '../src/cache/redis-store.js';
import type { RedisStore } from '../src/cache/redis-store.js';
import type { CacheStore } from '../src/cache/store.js';
import { createTrace } from '../src/trace.js';
import { insertMany } from './cache/insert-load.js';
import { answerOf, DIMENSIONS, factsOf, randomVector, vectorNear } from './cache/synthetic-entries.js';
import { mixTenants } from './cache/tenant-mix.js';
import { readArguments } from './lib/arguments.js';
import { createRandom } from './lib/random.js';
import { printTable, round, writeFigures } from './lib/report.js';
import { summarizeLatencies } from './lib/statistics.js';

const args = readArguments('bench:cache-load', {
  store: { help: 'memory or redis', default: 'memory' },
  redis: { help: 'address of a Redis 8 that may be filled', default: 'redis://127.0.0.1:6379' },
  entries: { help: 'sizes, with commas', default: '1000,10000,100000' },
  lookups: { help: 'look-ups for each size', default: '2000' },
  format: { help: 'vectors in Redis: int8 or float', default: 'int8' },
  'search-thread': { help: 'thread of Redis that searches: main or worker', default: 'main' },
  inserts: { help: 'entries to put into a store in memory; 0 measures look-ups', default: '0' },
  budget: { help: 'budget of that store, in MiB', default: '256' },
  mixed: { help: 'requests of mixed tenants to two replicas on one Redis; 0 measures look-ups', default: '0' },
  tenants: { help: 'tenants of --inserts and --mixed', default: '1000' },
});
const FINGERPRINT = 'bench';
/** Prompts that each tenant of --mixed asks. */
const PROMPTS_BY_TENANT = 20;
const TTL_MS = 3_600_000;
const signal = new AbortController().signal;
const random = createRandom(args.seed);

/** Vectors near one of many centres, as prompts are: look-ups then have near and far neighbours. */
const CENTRES = 500;
const centres = Array.from({ length: CENTRES }, () => randomVector(random));

interface Row {
  readonly entries: number;
  readonly insertsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly exactP50Ms: number;
  readonly exactP99Ms: number;
  /** A bare PING between the look-ups, where the store is Redis. */
  readonly pingP50Ms?: number;
  readonly pingP99Ms?: number;
}

/** The store of a run, and a call to its server that does nothing: the floor of what a look-up can take. */
interface Measured {
  readonly store: CacheStore;
  readonly ping?: () => Promise<unknown>;
}

async function measure({ store, ping }: Measured, entries: number): Promise<Row> {
  const isShared = ping !== undefined;
  const answer = encodeAnswer(answerOf('It depends on the light. '.repeat(20)));
  const context = { language: 'en', embedderFingerprint: FINGERPRINT, cacheEpoch: 0 };
  const vectors: Float32Array[] = [];
  const startedAt = performance.now();
  for (let place = 0; place < entries; place += 1) {
    const identity = identify(factsOf(place).request, context);
    const vector = vectorNear(centres[place % CENTRES] ?? new Float32Array(DIMENSIONS), 0.6, random);
    if (vectors.length < 5000) vectors.push(vector);
    const nowMs = Date.now();
    store.put(
      { ...identity, task: 'bench', model: 'bench', answer, createdAtMs: nowMs, expiresAtMs: nowMs + TTL_MS },
      vector,
    );
    if (place % 2000 === 1999) await store.flush();
  }
  await store.flush();
  const insertsPerSecond = (entries / (performance.now() - startedAt)) * 1000;
  const local = createMemoryStore({ maxBytes: 64 * 1024 * 1024, dimensions: DIMENSIONS, clock: Date.now });
  const cache = createAnswerCache({
    settings: DEFAULT_CACHE_SETTINGS,
    embedderFingerprint: FINGERPRINT,
    judge: createHitJudge({ verifierTimeoutMs: 1000 }),
    local: isShared ? local : store,
    ...(isShared ? { shared: { store, leases: UNSHARED_LEASES } } : {}),
    frontTtlMs: 0,
    clock: Date.now,
  });
  const semantic: number[] = [];
  const exact: number[] = [];
  const floor: number[] = [];
  let candidates = 0;
  for (let lookup = 0; lookup < args.number('lookups'); lookup += 1) {
    const centre = vectors[Math.floor(random() * vectors.length)] ?? new Float32Array(DIMENSIONS);
    const vector = vectorNear(centre, 0.3, random);
    const task: TaskFacts = { task: 'bench', caching: 'allow', ttlSeconds: 60, vector, isTruncated: false };
    const call = { trace: createTrace(), signal };
    const from = performance.now();
    const found = await cache.lookupExact(factsOf(entries + lookup), call);
    const between = performance.now();
    if (found.kind === 'hit') throw new Error('an unseen prompt was answered');
    await cache.lookupSemantic(found.ticket, task, call);
    exact.push(between - from);
    semantic.push(performance.now() - between);
    if (call.trace.cache?.similarity !== undefined) candidates += 1;
    if (ping === undefined) continue;
    const pingFrom = performance.now();
    await ping();
    floor.push(performance.now() - pingFrom);
  }
  console.error(`${entries} entries: ${candidates} of ${semantic.length} look-ups met a candidate`);
  const whole = summarizeLatencies(semantic.slice(100));
  const first = summarizeLatencies(exact.slice(100));
  const bare = summarizeLatencies(floor.slice(100));
  return {
    entries,
    insertsPerSecond,
    p50Ms: whole.p50,
    p99Ms: whole.p99,
    exactP50Ms: first.p50,
    exactP99Ms: first.p99,
    ...(isShared ? { pingP50Ms: bare.p50, pingP99Ms: bare.p99 } : {}),
  };
}

async function fillMemory(): Promise<void> {
  const report = await insertMany({
    inserts: args.number('inserts'),
    budgetBytes: args.number('budget') * 1024 * 1024,
    tenants: args.number('tenants'),
    random,
  });
  printTable(
    ['figure', 'value'],
    Object.entries(report).map(([name, value]) => [name, Math.round(Number(value))]),
  );
  await writeFigures(args.jsonFile, { ...report });
  process.exitCode = report.mostBytes > report.budgetBytes ? 1 : 0;
}

async function mix(): Promise<void> {
  const stores = [(await createShared()).store, (await createShared()).store];
  const report = await mixTenants({
    requests: args.number('mixed'),
    stores,
    tenants: args.number('tenants'),
    prompts: PROMPTS_BY_TENANT,
    random,
  });
  await stores[0]?.invalidate({}, { isDryRun: false });
  await Promise.all(stores.map((store) => store.close()));
  printTable(['figure', 'value'], Object.entries(report));
  await writeFigures(args.jsonFile, { ...report });
  process.exitCode = report.wrongTenant > 0 ? 1 : 0;
}

async function measureLookups(): Promise<void> {
  const isShared = args.text('store') === 'redis';
  const rows: Row[] = [];
  for (const size of args.text('entries').split(',')) {
    const measured = isShared
      ? await createShared()
      : { store: createMemoryStore({ maxBytes: 2 ** 42, dimensions: DIMENSIONS, clock: Date.now }) };
    rows.push(await measure(measured, Number(size)));
    if (isShared) await measured.store.invalidate({}, { isDryRun: false });
    await measured.store.close();
  }
  const headings = [
    'entries',
    'inserts/s',
    'similar p50 ms',
    'similar p99 ms',
    'exact p50 ms',
    'exact p99 ms',
    'PING p50 ms',
    'PING p99 ms',
  ];
  printTable(
    headings,
    rows.map((row) => [
      row.entries,
      Math.round(row.insertsPerSecond),
      ...[row.p50Ms, row.p99Ms, row.exactP50Ms, row.exactP99Ms, row.pingP50Ms, row.pingP99Ms].map((value) =>
        value === undefined ? '-' : round(value, 3),
      ),
    ]),
  );
  await writeFigures(args.jsonFile, { store: args.text('store'), rows });
}

async function createShared(): Promise<{ readonly store: RedisStore; readonly ping: () => Promise<unknown> }> {
  const redis = connectRedis({ url: args.text('redis') });
  await new Promise((resolve) => redis.once('ready', resolve));
  const store = createRedisStore({
    redis,
    prefix: 'pointsman-bench',
    vectorFormat: args.text('format') === 'float' ? 'float' : 'int8',
    searchThread: args.text('search-thread') === 'worker' ? 'worker' : 'main',
    deadlineMs: 1000,
    maxEntriesPerTenant: 10_000_000,
    leaseMs: 5000,
    clock: Date.now,
  });
  return { store, ping: () => redis.ping() };
}

if (args.number('inserts') > 0) await fillMemory();
else if (args.number('mixed') > 0) await mix();
else await measureLookups();
