import { NO_USAGE } from '../../src/answer.js';
import type { RequestFacts, TaskFacts } from '../../src/cache/admission.js';
import type { AnswerCache, CacheLookup, MissTicket } from '../../src/cache/answer-cache.js';
import type { CachedAnswer } from '../../src/cache/cached-answer.js';
import { createAnswerCache } from '../../src/cache/create-answer-cache.js';
import type { AnswerCacheOptions } from '../../src/cache/create-answer-cache.js';
import { createHitJudge } from '../../src/cache/hit-judge.js';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import { DEFAULT_CACHE_SETTINGS } from '../../src/cache/policy.js';
import type { CacheSettings } from '../../src/cache/policy.js';
import { hasPersonalData } from '../../src/privacy/detectors.js';
import { NO_CONSTRAINTS, textRequest } from '../../src/request.js';
import type { CachePolicy } from '../../src/request.js';
import { createTrace } from '../../src/trace.js';
import type { RoutingTrace } from '../../src/trace.js';
import { DIMENSIONS, unitVector } from './store-contract.js';

export interface CacheFixture {
  readonly cache: AnswerCache;
  readonly advance: (milliseconds: number) => void;
}

export function createFixture(
  settings: Partial<CacheSettings> = {},
  options: Partial<AnswerCacheOptions> = {},
): CacheFixture {
  let nowMs = 1_700_000_000_000;
  const clock = (): number => nowMs;
  const cache = createAnswerCache({
    settings: { ...DEFAULT_CACHE_SETTINGS, ...settings },
    embedderFingerprint: 'f1',
    judge: createHitJudge({ verifierTimeoutMs: 100 }),
    local: createMemoryStore({ maxBytes: 10_000_000, dimensions: DIMENSIONS, clock }),
    frontTtlMs: 30_000,
    clock,
    ...options,
  });
  return { cache, advance: (milliseconds) => void (nowMs += milliseconds) };
}

export function makeFacts(
  text: string,
  options: {
    tenant?: string;
    system?: string;
    cache?: Partial<CachePolicy>;
    temperature?: number;
    language?: string;
  } = {},
): RequestFacts {
  const request = textRequest(text, options);
  return {
    request: {
      ...request,
      prompt: {
        ...request.prompt,
        sampling: options.temperature === undefined ? {} : { temperature: options.temperature },
      },
      constraints: { ...NO_CONSTRAINTS, cache: { ...NO_CONSTRAINTS.cache, ...options.cache } },
    },
    language: options.language ?? 'en',
    hasPersonalData: hasPersonalData(text),
  };
}

export const TASK: TaskFacts = {
  task: 'explanation',
  caching: 'allow',
  ttlSeconds: 3600,
  vector: unitVector(1, 0.1),
  isTruncated: false,
};

export const ANSWER: CachedAnswer = {
  parts: [{ kind: 'text', text: 'Because.' }],
  finishReason: 'stop',
  usage: NO_USAGE,
  costUsd: 0.01,
  model: 'model-a',
  chunks: [],
};

export interface Asked {
  readonly found: CacheLookup;
  readonly trace: RoutingTrace;
}

/** Both look-ups, as the pipeline makes them. */
export async function ask(
  cache: AnswerCache,
  facts: RequestFacts,
  task: TaskFacts = TASK,
  signal = new AbortController().signal,
): Promise<Asked> {
  const trace = createTrace();
  const exact = await cache.lookupExact(facts, { trace, signal });
  if (exact.kind === 'hit') return { found: exact, trace };
  return { found: await cache.lookupSemantic(exact.ticket, task, { trace, signal }), trace };
}

/** Asks, and where it missed stores an answer. Returns why it was not stored, if so. */
export async function answer(
  cache: AnswerCache,
  facts: RequestFacts,
  options: { task?: TaskFacts; answer?: CachedAnswer } = {},
): Promise<string | undefined> {
  const { found, trace } = await ask(cache, facts, options.task);
  if (found.kind === 'hit') throw new Error('expected a miss');
  await complete(cache, found.ticket, options.answer ?? ANSWER, trace);
  return trace.cache?.notStoredBecause;
}

async function complete(
  cache: AnswerCache,
  ticket: MissTicket,
  value: CachedAnswer,
  trace: RoutingTrace,
): Promise<void> {
  const turn = await cache.takeTurn(ticket, { trace, signal: new AbortController().signal });
  if (turn.kind !== 'produce') throw new Error('expected to produce');
  turn.complete(value, trace);
}
