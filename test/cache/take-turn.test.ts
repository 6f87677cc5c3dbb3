import t from 'tap';
import type { AnswerCache, CacheTurn } from '../../src/cache/answer-cache.js';
import { UNSHARED_LEASES } from '../../src/cache/lease.js';
import type { LeaseKeeper } from '../../src/cache/lease.js';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import type { CacheStore, NearestQuery } from '../../src/cache/store.js';
import type { RequestFacts } from '../../src/cache/admission.js';
import { answer, ANSWER, ask, createFixture, makeFacts } from './cache-fixture.js';
import type { Asked } from './cache-fixture.js';
import { DIMENSIONS } from './store-contract.js';

const WHY = 'Why is the sea salty?';

/** A call that missed and has yet to take its turn. */
async function miss(
  cache: AnswerCache,
  facts: RequestFacts = makeFacts(WHY),
): Promise<Asked & { take(): Promise<CacheTurn> }> {
  const asked = await ask(cache, facts);
  const { found, trace } = asked;
  if (found.kind === 'hit') throw new Error('expected a miss');
  return { ...asked, take: () => cache.takeTurn(found.ticket, { trace, signal: new AbortController().signal }) };
}

/** Two replicas with one shared store. */
function createReplicas(): { first: AnswerCache; second: AnswerCache; advance: (milliseconds: number) => void } {
  let nowMs = 1_700_000_000_000;
  const clock = (): number => nowMs;
  const createStore = (): ReturnType<typeof createMemoryStore> =>
    createMemoryStore({ maxBytes: 1_000_000, dimensions: DIMENSIONS, clock });
  const shared = { store: createStore(), leases: UNSHARED_LEASES };
  const create = (): AnswerCache => createFixture({}, { shared, clock, local: createStore() }).cache;
  return { first: create(), second: create(), advance: (milliseconds) => void (nowMs += milliseconds) };
}

t.test('a call that missed before the first one was answered, and comes after, is answered by it', async (t) => {
  const { cache, advance } = createFixture();
  const late = await miss(cache);
  await answer(cache, makeFacts(WHY));
  advance(2000);
  t.same(await late.take(), { kind: 'follow', answer: ANSWER });
  t.match(late.trace.cache, { outcome: 'exactHit', similarity: 1, ageSeconds: 2 });
});

t.test('so is one on another replica', async (t) => {
  const { first, second } = createReplicas();
  const late = await miss(second);
  await answer(first, makeFacts(WHY));
  t.same(await late.take(), { kind: 'follow', answer: ANSWER });
});

t.test('a call that asked for no cache is not', async (t) => {
  const { cache } = createFixture();
  const late = await miss(cache, makeFacts(WHY, { cache: { noCache: true } }));
  await answer(cache, makeFacts(WHY));
  t.equal((await late.take()).kind, 'produce');
});

t.test('nor is one for which the answer is too old, though the call that it waits for takes it', async (t) => {
  const { first, second, advance } = createReplicas();
  const lax = await miss(second);
  const strict = await miss(second, makeFacts(WHY, { cache: { maxAgeSeconds: 10 } }));
  await answer(first, makeFacts(WHY));
  advance(60_000);
  const turns = await Promise.all([lax.take(), strict.take()]);
  t.same(
    turns.map(({ kind }) => kind),
    ['follow', 'produce'],
  );
});

t.test('an answer made while a call waits is never too old for it', async (t) => {
  const { cache, advance } = createFixture();
  const facts = makeFacts(WHY, { cache: { maxAgeSeconds: 0 } });
  const leading = await miss(cache, facts);
  const waiting = await miss(cache, facts);
  const turn = await leading.take();
  const following = waiting.take();
  if (turn.kind === 'produce') turn.complete(ANSWER, leading.trace);
  advance(1);
  t.equal((await following).kind, 'follow');
});

for (const [name, answers] of [
  ['at the exact look-up', 0],
  ['at the look-up by similarity', 1],
  ['at the lease', 2],
] as const) {
  t.test(`a call for which the shared store is away ${name} does not wait for it again`, async (t) => {
    let asked = 0;
    const askStore = <T>(work: () => Promise<T>): Promise<T> =>
      (asked += 1) > answers ? Promise.reject(new Error('away')) : work();
    const createStore = (): CacheStore =>
      createMemoryStore({ maxBytes: 1_000_000, dimensions: DIMENSIONS, clock: Date.now });
    const kept = createStore();
    const leases: LeaseKeeper = {
      acquire: (...key) =>
        askStore(() => UNSHARED_LEASES.acquire(...key)).catch(() => ({
          isUnconfirmed: true,
          release: () => undefined,
        })),
    };
    const shared = {
      leases,
      store: Object.assign(createStore(), {
        getExact: (...key: [partition: string, exactKey: string]) => askStore(() => kept.getExact(...key)),
        findNearest: (query: NearestQuery) => askStore(() => kept.findNearest(query)),
      }),
    };
    const { cache } = createFixture({}, { shared });
    const call = await miss(cache);
    t.equal((await call.take()).kind, 'produce');
    t.equal(asked, answers + 1);
    t.same(call.trace.degradations, ['cache: shared store did not answer in time']);
  });
}

t.test('a call that loses the store while another replica answers goes on at once', async (t) => {
  let reads = 0;
  let claims = 0;
  const createStore = (): CacheStore =>
    createMemoryStore({ maxBytes: 1_000_000, dimensions: DIMENSIONS, clock: Date.now });
  const store = Object.assign(createStore(), {
    getExact: () => ((reads += 1) > 1 ? Promise.reject(new Error('late')) : Promise.resolve(undefined)),
  });
  const leases: LeaseKeeper = {
    acquire: () => {
      claims += 1;
      return Promise.resolve(undefined);
    },
  };
  const { cache } = createFixture({ maxFlightWaitMs: 3_600_000 }, { shared: { store, leases } });
  const call = await miss(cache);
  t.equal((await call.take()).kind, 'produce');
  t.equal(claims, 1);
});
