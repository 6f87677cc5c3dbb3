import { RouterError, throwIfAborted } from '../errors.js';
import type { CacheVerdict, RoutingTrace } from '../trace.js';
import {
  isSharedBySimilarity,
  lifetimeSeconds,
  lookupBypass,
  promptFreshness,
  requestStoreBypass,
  semanticBypass,
  storeBypass,
} from './admission.js';
import type { RequestFacts, TaskFacts } from './admission.js';
import { createCacheCounters } from './cache-counters.js';
import type { AnswerCache, CacheCall, CacheLookup, CacheTurn, MissTicket } from './answer-cache.js';
import { decodeAnswer, encodeAnswer } from './cached-answer.js';
import type { CachedAnswer } from './cached-answer.js';
import type { HitJudge } from './hit-judge.js';
import { identify, tenantKeyOf } from './identity.js';
import type { RequestIdentity } from './identity.js';
import type { LeaseKeeper } from './lease.js';
import { leadAcrossReplicas, UNSHARED_LEASES } from './lease.js';
import { DEFAULT_THRESHOLDS, type AcceptanceThresholds, type CacheSettings } from './policy.js';
import { createSingleFlight } from './single-flight.js';
import type { Turn } from './single-flight.js';
import { entryIdOf } from './store.js';
import type { CacheEntry, CacheStore, NearEntry } from './store.js';

/** Options of {@link createAnswerCache}. */
export interface AnswerCacheOptions {
  readonly settings: CacheSettings;
  /** Acceptance thresholds for a task, read at each look-up. Default: {@link DEFAULT_THRESHOLDS}. */
  readonly thresholds?: (task: string) => AcceptanceThresholds;
  readonly embedderFingerprint: string;
  readonly judge: HitJudge;
  /** In this process: the whole cache, or the front of a shared one. */
  readonly local: CacheStore;
  /** For a fleet. Bounds its own time: what it cannot say soon, it throws. */
  readonly shared?: { readonly store: CacheStore; readonly leases: LeaseKeeper };
  /** Longest life of an entry in the local store before a shared one, so that an invalidation elsewhere is soon seen here. */
  readonly frontTtlMs: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

const SWEEP_LIMIT = 1000;

/** An answer with the time of its making, so that each caller can tell whether it is too old for it. */
interface DatedAnswer {
  readonly answer: CachedAnswer;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** A cache over one or two stores. */
export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { settings, judge, local, shared, clock } = options;
  const counters = createCacheCounters();
  const flights = createSingleFlight<DatedAnswer>();

  const note = (call: CacheCall, verdict: CacheVerdict): CacheVerdict => {
    call.trace.cache = verdict;
    return verdict;
  };

  /** Notes a last verdict. A miss is not one before its turn: another call may yet answer it. */
  const finish = (call: CacheCall, verdict: CacheVerdict): CacheVerdict => {
    counters.countVerdict(verdict);
    return note(call, verdict);
  };

  /** A shared look-up whose failure is a mark, not an error. A call for which the store was away does not wait for it again. */
  const trySharing = async <T>(
    call: CacheCall,
    ask: (store: CacheStore) => Promise<T>,
  ): Promise<T | 'away' | undefined> => {
    if (shared === undefined) return undefined;
    if (isMarkedAway(call.trace)) return 'away';
    try {
      return await ask(shared.store);
    } catch {
      throwIfAborted(call.signal);
      markAway(call.trace);
      return 'away';
    }
  };

  const readEntry = (entry: CacheEntry, ticket: MissTicket): CachedAnswer | undefined => {
    if (entry.tenantKey !== ticket.identity.tenantKey || entry.partition !== ticket.identity.partition)
      return undefined;
    return isTooOld(entry.createdAtMs, ticket, clock()) ? undefined : decodeAnswer(entry.answer);
  };

  const hitVerdict = (
    outcome: 'exactHit' | 'semanticHit',
    entry: Pick<CacheEntry, 'createdAtMs' | 'partition' | 'exactKey'>,
    similarity: number,
  ): CacheVerdict => ({
    outcome,
    similarity,
    ageSeconds: Math.max(0, Math.round((clock() - entry.createdAtMs) / 1000)),
    entryId: entryIdOf(entry),
  });

  const findExact = async (identity: RequestIdentity, call: CacheCall): Promise<CacheEntry | 'away' | undefined> => {
    const near = await local.getExact(identity.partition, identity.exactKey);
    if (near !== undefined) return near;
    const far = await trySharing(call, (store) => store.getExact(identity.partition, identity.exactKey));
    if (far === undefined || far === 'away') return far;
    if (far.text !== identity.text) return undefined;
    local.put({ ...far, expiresAtMs: Math.min(far.expiresAtMs, clock() + options.frontTtlMs) }, undefined);
    return far;
  };

  const lookupExact = async (facts: RequestFacts, call: CacheCall): Promise<CacheLookup> => {
    throwIfAborted(call.signal);
    const { embedderFingerprint } = options;
    const identity = identify(facts.request, {
      language: facts.language,
      embedderFingerprint,
      cacheEpoch: settings.epoch,
    });
    const freshness = promptFreshness(facts.request.prompt.messages);
    const bypass = lookupBypass(facts, freshness, settings);
    const isStorable = requestStoreBypass(facts, freshness, settings) === undefined;
    const ticket: MissTicket = { facts, identity, freshness, isBypassed: bypass !== undefined, isStorable };
    if (bypass !== undefined) {
      const verdict: CacheVerdict = { outcome: 'bypass', refusedBy: bypass };
      call.trace.cache = verdict;
      return { kind: 'miss', ticket, verdict };
    }
    const found = await findExact(identity, call);
    throwIfAborted(call.signal);
    const answer = found === undefined || found === 'away' ? undefined : readEntry(found, ticket);
    if (answer !== undefined && typeof found === 'object') {
      return { kind: 'hit', answer, task: found.task, verdict: finish(call, hitVerdict('exactHit', found, 1)) };
    }
    const verdict: CacheVerdict = { outcome: found === 'away' ? 'unavailable' : 'miss' };
    call.trace.cache = verdict;
    return { kind: 'miss', ticket, verdict };
  };

  const lookupSemantic = async (ticket: MissTicket, task: TaskFacts, call: CacheCall): Promise<CacheLookup> => {
    throwIfAborted(call.signal);
    const bypass = ticket.isBypassed
      ? call.trace.cache?.refusedBy
      : semanticBypass(ticket.facts, task, ticket.identity.text, settings);
    const known: MissTicket = { ...ticket, task };
    const miss = (verdict: CacheVerdict): CacheLookup => ({
      kind: 'miss',
      ticket: known,
      verdict: note(call, verdict),
    });
    if (ticket.isBypassed) return miss({ outcome: 'bypass', ...(bypass === undefined ? {} : { refusedBy: bypass }) });
    if (bypass !== undefined) {
      const isAway = call.trace.cache?.outcome === 'unavailable';
      return miss({ outcome: isAway ? 'unavailable' : 'miss', refusedBy: bypass });
    }
    const query = {
      partition: ticket.identity.partition,
      vector: task.vector,
      count: settings.maxCandidates,
      minSimilarity: leastSimilarity(ticket, task),
    };
    const found =
      shared === undefined
        ? await local.findNearest(query)
        : await trySharing(call, (store) => store.findNearest(query));
    throwIfAborted(call.signal);
    if (found === undefined || found === 'away') return miss({ outcome: 'unavailable' });
    return judgeCandidates(known, task, found, call);
  };

  const leastSimilarity = (ticket: MissTicket, task: TaskFacts): number =>
    Math.max(
      settings.minSimilarity,
      task.minSimilarity ?? -1,
      ticket.facts.request.constraints.cache.minSimilarity ?? -1,
    );

  const thresholdsOf = ({ task, likelyTasks = [] }: TaskFacts): AcceptanceThresholds => {
    const all = [task, ...likelyTasks].map((likely) => options.thresholds?.(likely) ?? DEFAULT_THRESHOLDS);
    return {
      minProbability: Math.max(...all.map(({ minProbability }) => minProbability)),
      minProbabilityUnverified: Math.max(...all.map((one) => one.minProbabilityUnverified)),
    };
  };

  const judgeCandidates = async (
    ticket: MissTicket,
    task: TaskFacts,
    found: readonly NearEntry[],
    call: CacheCall,
  ): Promise<CacheLookup> => {
    const usable = found.flatMap(({ entry, similarity }) => {
      const answer = readEntry(entry, ticket);
      return answer === undefined ? [] : [{ entry, similarity, answer }];
    });
    const nearest = usable[0];
    if (nearest === undefined) return { kind: 'miss', ticket, verdict: note(call, { outcome: 'miss' }) };
    const candidates = usable.map(({ entry, similarity }) => ({ text: entry.text, similarity }));
    const judgement = await judge.judge(ticket.identity.text, candidates, {
      ...thresholdsOf(task),
      signal: call.signal,
    });
    judgement.refusals.forEach(counters.countRefusal);
    if (judgement.isVerifierDown) call.trace.degradations.push('cache: verifier did not answer; judged without it');
    const chosen = judgement.accepted === undefined ? undefined : usable[judgement.accepted];
    const probability = judgement.probability === undefined ? {} : { acceptanceProbability: judgement.probability };
    if (chosen !== undefined) {
      const verdict = finish(call, { ...hitVerdict('semanticHit', chosen.entry, chosen.similarity), ...probability });
      return { kind: 'hit', answer: chosen.answer, task: chosen.entry.task, verdict };
    }
    const refusedBy = judgement.refusedBy === undefined ? {} : { refusedBy: judgement.refusedBy };
    return {
      kind: 'miss',
      ticket,
      verdict: note(call, { outcome: 'miss', similarity: nearest.similarity, ...probability, ...refusedBy }),
    };
  };

  /** Stores the answer where it may be stored; the reason where not. */
  const store = (ticket: MissTicket, answer: CachedAnswer, trace: RoutingTrace): string | undefined => {
    const { facts, task, freshness, identity } = ticket;
    let reason: string | undefined =
      task === undefined ? 'task:unknown' : storeBypass(facts, task, answer, { freshness, settings });
    const bytes = reason === undefined ? encodeAnswer(answer) : undefined;
    if (bytes !== undefined && bytes.byteLength > settings.maxAnswerBytes) reason = 'answer:too-large';
    counters.countStore(reason);
    if (reason !== undefined || bytes === undefined || task === undefined) {
      trace.cache ??= { outcome: 'miss' };
      if (reason !== undefined) trace.cache.notStoredBecause = reason;
      return reason;
    }
    const nowMs = clock();
    const expiresAtMs = nowMs + lifetimeSeconds(task, freshness, settings) * 1000;
    const { partition, exactKey, tenantKey, text } = identity;
    const entry: CacheEntry = {
      partition,
      exactKey,
      tenantKey,
      text,
      task: task.task,
      model: answer.model,
      answer: bytes,
      createdAtMs: nowMs,
      expiresAtMs,
    };
    const vector = isSharedBySimilarity(facts, task, answer, { text, settings }) ? task.vector : undefined;
    if (shared === undefined) local.put(entry, vector);
    else {
      local.put({ ...entry, expiresAtMs: Math.min(expiresAtMs, nowMs + options.frontTtlMs) }, undefined);
      shared.store.put(entry, vector);
    }
    return undefined;
  };

  /** What was stored since the caller's look-up. */
  const rereadExact = async (ticket: MissTicket, call: CacheCall): Promise<DatedAnswer | undefined> => {
    const found = await findExact(ticket.identity, call);
    if (found === undefined || found === 'away') return undefined;
    const answer = readEntry(found, ticket);
    return answer === undefined ? undefined : { answer, createdAtMs: found.createdAtMs };
  };

  /** Leases of the fleet while the store answers this call. */
  const leasesFor = ({ trace }: CacheCall): LeaseKeeper => ({
    async acquire(partition, key) {
      // Asked each time: the store may be lost while the call waits for another replica, whose answer it would then never see.
      if (shared === undefined || isMarkedAway(trace)) return UNSHARED_LEASES.acquire(partition, key);
      const lease = await shared.leases.acquire(partition, key);
      if (lease?.isUnconfirmed === true) markAway(trace);
      return lease;
    },
  });

  const joinFlight = async (ticket: MissTicket, call: CacheCall): Promise<Turn<DatedAnswer>> => {
    const { partition, exactKey } = ticket.identity;
    const { signal } = call;
    const maxWaitMs = settings.maxFlightWaitMs;
    const joinedAtMs = clock();
    const turn = await flights.join(exactKey, { signal, maxWaitMs });
    // How old an answer may be is each caller's own, so a leader with a laxer bound may have found one that is too old for this caller.
    if (turn.kind === 'follow' && isTooOld(turn.value.createdAtMs, ticket, joinedAtMs)) return { kind: 'alone' };
    if (turn.kind !== 'lead') return turn;
    const read = (): Promise<DatedAnswer | undefined> => rereadExact(ticket, call);
    const waitLeftMs = Math.max(0, maxWaitMs - (clock() - joinedAtMs));
    return leadAcrossReplicas(turn, {
      leases: leasesFor(call),
      partition,
      exactKey,
      read,
      signal,
      maxWaitMs: waitLeftMs,
    });
  };

  const takeTurn = async (ticket: MissTicket, call: CacheCall): Promise<CacheTurn> => {
    const isShareable =
      !ticket.isBypassed && !ticket.facts.request.constraints.cache.noStore && ticket.task?.caching !== 'never';
    if (!isShareable)
      return {
        kind: 'produce',
        complete: (answer, trace) => void store(ticket, answer, trace),
        abandon: () => undefined,
      };
    const turn = await joinFlight(ticket, call);
    if (turn.kind === 'follow') {
      const { answer, createdAtMs } = turn.value;
      call.trace.cache = hitVerdict('exactHit', { ...ticket.identity, createdAtMs }, 1);
      return { kind: 'follow', answer };
    }
    const settle = turn.kind === 'lead' ? turn.settle : (): void => undefined;
    return {
      kind: 'produce',
      complete: (answer, trace) => {
        const isStored = store(ticket, answer, trace) === undefined;
        settle(isStored ? { value: { answer, createdAtMs: clock() } } : 'release');
      },
      abandon: () => settle('retry'),
    };
  };

  return {
    lookupExact,
    lookupSemantic,
    takeTurn: (ticket, call) =>
      takeTurn(ticket, call).finally(() => {
        counters.countVerdict(call.trace.cache ?? { outcome: 'miss' });
      }),
    async stats() {
      const far = shared === undefined ? undefined : await shared.store.stats();
      return { ...counters.read(), local: await local.stats(), ...(far === undefined ? {} : { shared: far }) };
    },
    async invalidate(filter, { isDryRun }) {
      const { tenant, minAgeSeconds, ...rest } = filter;
      const inStore = {
        ...rest,
        ...(tenant === undefined ? {} : { tenantKey: tenantKeyOf(tenant) }),
        ...(minAgeSeconds === undefined ? {} : { minAgeMs: minAgeSeconds * 1000 }),
      };
      const near = await local.invalidate(inStore, { isDryRun });
      if (shared === undefined) return near;
      const removed = await invalidateShared(shared.store, inStore, isDryRun);
      // A look-up in between may have brought one back.
      await local.invalidate(inStore, { isDryRun });
      return removed;
    },
    async sweep(tier) {
      await (tier === 'local' ? local : shared?.store)?.sweep(SWEEP_LIMIT);
    },
    async close() {
      await shared?.store.close();
      await local.close();
    },
  };
}

/** Whether an answer was at a time older than the caller would have. */
function isTooOld(createdAtMs: number, { facts }: MissTicket, atMs: number): boolean {
  const { maxAgeSeconds } = facts.request.constraints.cache;
  return maxAgeSeconds !== undefined && atMs - createdAtMs > maxAgeSeconds * 1000;
}

async function invalidateShared(
  store: CacheStore,
  filter: Parameters<CacheStore['invalidate']>[0],
  isDryRun: boolean,
): Promise<number> {
  try {
    return await store.invalidate(filter, { isDryRun });
  } catch (cause) {
    throw new RouterError({
      reason: 'CACHE_UNAVAILABLE',
      message: 'the shared cache store did not answer; try again',
      cause,
    });
  }
}

const AWAY = 'cache: shared store did not answer in time';

function markAway(trace: RoutingTrace): void {
  if (!isMarkedAway(trace)) trace.degradations.push(AWAY);
}

function isMarkedAway({ degradations }: RoutingTrace): boolean {
  return degradations.includes(AWAY);
}
