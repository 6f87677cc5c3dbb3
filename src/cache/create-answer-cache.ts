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
import { leadAcrossReplicas } from './lease.js';
import { DEFAULT_THRESHOLDS, type AcceptanceThresholds, type CacheSettings } from './policy.js';
import { createSingleFlight } from './single-flight.js';
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

/** A cache over one or two stores. */
export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { settings, judge, local, shared, clock } = options;
  const counters = createCacheCounters();
  const flights = createSingleFlight<CachedAnswer>();

  const note = (call: CacheCall, verdict: CacheVerdict): CacheVerdict => {
    call.trace.cache = verdict;
    return verdict;
  };

  /** Notes a last verdict. A miss is not one before its turn: another call may yet answer it. */
  const finish = (call: CacheCall, verdict: CacheVerdict): CacheVerdict => {
    counters.countVerdict(verdict);
    return note(call, verdict);
  };

  /** A shared look-up whose failure is a mark, not an error. */
  const trySharing = async <T>(
    call: CacheCall,
    ask: (store: CacheStore) => Promise<T>,
  ): Promise<T | 'away' | undefined> => {
    if (shared === undefined) return undefined;
    try {
      return await ask(shared.store);
    } catch {
      throwIfAborted(call.signal);
      markAway(call.trace);
      return 'away';
    }
  };

  const readEntry = (entry: CacheEntry, ticket: MissTicket): CachedAnswer | undefined => {
    const maxAgeSeconds = ticket.facts.request.constraints.cache.maxAgeSeconds;
    if (entry.tenantKey !== ticket.identity.tenantKey || entry.partition !== ticket.identity.partition)
      return undefined;
    if (maxAgeSeconds !== undefined && clock() - entry.createdAtMs > maxAgeSeconds * 1000) return undefined;
    return decodeAnswer(entry.answer);
  };

  const hitVerdict = (outcome: 'exactHit' | 'semanticHit', entry: CacheEntry, similarity: number): CacheVerdict => ({
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

  const takeTurn = async (ticket: MissTicket, call: CacheCall): Promise<CacheTurn> => {
    const isShareable =
      !ticket.isBypassed && !ticket.facts.request.constraints.cache.noStore && ticket.task?.caching !== 'never';
    if (!isShareable)
      return {
        kind: 'produce',
        complete: (answer, trace) => void store(ticket, answer, trace),
        abandon: () => undefined,
      };
    const maxWaitMs = settings.maxFlightWaitMs;
    const { partition, exactKey } = ticket.identity;
    let turn = await flights.join(exactKey, { signal: call.signal, maxWaitMs });
    if (turn.kind === 'lead' && shared !== undefined) {
      const read = async (): Promise<CachedAnswer | undefined> => {
        const entry = await shared.store.getExact(partition, exactKey);
        return entry === undefined ? undefined : readEntry(entry, ticket);
      };
      turn = await leadAcrossReplicas(turn, {
        leases: shared.leases,
        partition,
        exactKey,
        read,
        signal: call.signal,
        maxWaitMs,
      });
    }
    if (turn.kind === 'follow') {
      call.trace.cache = { outcome: 'exactHit', similarity: 1, ageSeconds: 0, entryId: entryIdOf(ticket.identity) };
      return { kind: 'follow', answer: turn.value };
    }
    const settle = turn.kind === 'lead' ? turn.settle : (): void => undefined;
    return {
      kind: 'produce',
      complete: (answer, trace) => settle(store(ticket, answer, trace) === undefined ? { value: answer } : 'release'),
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
      return shared === undefined ? near : await invalidateShared(shared.store, inStore, isDryRun);
    },
    async sweep() {
      await local.sweep(SWEEP_LIMIT);
      await shared?.store.sweep(SWEEP_LIMIT).catch(() => 0);
    },
    async close() {
      await shared?.store.close();
      await local.close();
    },
  };
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
  if (!trace.degradations.includes(AWAY)) trace.degradations.push(AWAY);
}
