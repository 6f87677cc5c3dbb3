import { createAnswerCollector, type AnswerEvent, type AnswerSummary, type ChatAnswer } from '../answer.js';
import type { CacheCall } from '../cache/answer-cache.js';
import { replayChunks, type CachedAnswer, type ReplayChunk } from '../cache/cached-answer.js';
import type { Snapshot, SnapshotSource } from '../bundle/snapshot.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { LedgerSettlement, SavingsLedger } from '../dispatch/ledger.js';
import type { RouteRequest } from '../request.js';
import type { Decision } from '../routing/decision.js';
import { newDecisionId } from '../routing/decision-id.js';
import type { Router } from '../routing/route-prompt.js';
import type { CacheVerdict, RoutingTrace } from '../trace.js';
import type { CachedAnswers, CacheHit, CacheMiss } from './cached-answers.js';
import { baselineCost, planOf, type Decided } from './decided.js';
import type { HitAudit } from './hit-audit.js';

/** What stands behind an answer: a decision, or the entry of the cache that spared one. */
export type AnswerOrigin =
  | { readonly kind: 'decided'; readonly decision: Decision; readonly cache?: CacheVerdict }
  | {
      readonly kind: 'cached';
      readonly decisionId: string;
      readonly snapshotId: string;
      readonly task: string;
      /** Model that once answered. */
      readonly model: string;
      readonly cache: CacheVerdict;
    };

/** A whole answer with what stands behind it. */
export interface ChatResult {
  readonly origin: AnswerOrigin;
  readonly answer: ChatAnswer;
  /** What the answer would have cost on the bundle's baseline model, in US dollars. */
  readonly baselineCostUsd: number;
}

/** A piece of a streamed answer: first its origin, then the pieces, then the end. */
export type ChatEvent =
  | { readonly kind: 'start'; readonly origin: AnswerOrigin }
  | Exclude<AnswerEvent, { kind: 'end' }>
  | (Extract<AnswerEvent, { kind: 'end' }> & { readonly baselineCostUsd: number });

/** How long a call may take. */
export interface CallLimits {
  readonly signal: AbortSignal;
  /** When the signal aborts by itself, on the dispatcher's clock; what cannot end before is not begun. Absent: unknown. */
  readonly deadlineAtMs?: number;
}

/** Answers prompts: from the cache, or decides and dispatches. Accounts for either. */
export interface ChatPipeline {
  /** @throws RouterError as the router and the dispatcher throw. */
  chat(request: RouteRequest, trace: RoutingTrace, limits: CallLimits): Promise<ChatResult>;
  /** As `chat`. Leaving the iteration ends the call to the provider. */
  stream(request: RouteRequest, trace: RoutingTrace, limits: CallLimits): AsyncGenerator<ChatEvent, void, undefined>;
}

/** What {@link createChatPipeline} needs. */
export interface ChatPipelineOptions {
  readonly router: Router;
  readonly dispatcher: Dispatcher;
  /** Gets exactly one entry a call, whatever becomes of it. */
  readonly ledger: SavingsLedger;
  readonly snapshots: SnapshotSource;
  /** Absent: nothing is cached. */
  readonly cache?: {
    readonly answers: CachedAnswers;
    readonly replay: 'original' | 'whole';
    readonly audit?: HitAudit;
  };
}

/** A cached answer, or a decision and what to do with its answer. */
type Found =
  | { readonly kind: 'cached'; readonly hit: CacheHit; readonly snapshot: Snapshot; readonly origin: AnswerOrigin }
  | { readonly kind: 'decided'; readonly decided: Decided; readonly miss: CacheMiss | undefined };

/** Puts cache, router and dispatcher together. */
export function createChatPipeline(options: ChatPipelineOptions): ChatPipeline {
  const { router, dispatcher, ledger, snapshots, cache } = options;

  async function find(request: RouteRequest, trace: RoutingTrace, limits: CallLimits): Promise<Found> {
    const { signal } = limits;
    const call: CacheCall = { trace, signal };
    const exact = await cache?.answers.findExact(request, call);
    if (exact !== undefined && 'answer' in exact) return cached(exact, snapshots.current(), trace);
    const prompt = await router.classify(request, trace, signal);
    const found = exact === undefined ? undefined : await cache?.answers.find(exact.ticket, prompt, call);
    if (found !== undefined && 'hit' in found) {
      if (found.hit.verdict.outcome === 'semanticHit') cache?.audit?.consider(request, prompt, found.hit.answer);
      return cached(found.hit, prompt.snapshot, trace);
    }
    try {
      const decision = router.choose(request, prompt, trace);
      const decided = {
        prompt,
        decision,
        plan: planOf(request, { prompt, decision }, { ...limits, trace, snapshots }),
      };
      return { kind: 'decided', decided, miss: found?.miss };
    } catch (error) {
      found?.miss.abandon();
      throw error;
    }
  }

  return {
    async chat(request, trace, limits) {
      const entry = ledger.open(request.tenant);
      let found: Found | undefined;
      try {
        found = await find(request, trace, limits);
        if (found.kind === 'cached') {
          const { hit, snapshot, origin } = found;
          const answer = { ...summaryOf(hit.answer), parts: hit.answer.parts };
          entry.settle(servedFromCache(found, trace));
          return { origin, answer, baselineCostUsd: baselineCost(snapshot, answer.usage) };
        }
        const { decided, miss } = found;
        const answer = await dispatcher.chat(decided.plan, trace, limits.signal);
        entry.settle(answered(decided, answer, trace));
        miss?.complete(toCached(answer, answer.parts, []));
        const { decision, prompt } = decided;
        return {
          origin: decidedOrigin(decision, trace),
          answer,
          baselineCostUsd: baselineCost(prompt.snapshot, answer.usage),
        };
      } finally {
        giveUp(found);
        entry.settle(failed(found, trace));
      }
    },
    async *stream(request, trace, limits) {
      const entry = ledger.open(request.tenant);
      let found: Found | undefined;
      try {
        found = await find(request, trace, limits);
        if (found.kind === 'cached') {
          const { hit, snapshot, origin } = found;
          yield { kind: 'start', origin };
          for (const chunk of replayChunks(hit.answer, cache?.replay ?? 'whole')) yield toEvent(chunk);
          entry.settle(servedFromCache(found, trace));
          const summary = summaryOf(hit.answer);
          yield { kind: 'end', ...summary, baselineCostUsd: baselineCost(snapshot, summary.usage) };
          return;
        }
        const { decided, miss } = found;
        yield { kind: 'start', origin: decidedOrigin(decided.decision, trace) };
        const collector = createAnswerCollector();
        const chunks: ReplayChunk[] = [];
        for await (const event of dispatcher.stream(decided.plan, trace, limits.signal)) {
          if (event.kind === 'end') {
            entry.settle(answered(decided, event, trace));
            miss?.complete(toCached(event, collector.parts(), chunks));
            yield { ...event, baselineCostUsd: baselineCost(decided.prompt.snapshot, event.usage) };
          } else {
            if (miss !== undefined) keep(event, collector, chunks);
            yield event;
          }
        }
      } finally {
        giveUp(found);
        entry.settle(failed(found, trace));
      }
    },
  };
}

function cached(hit: CacheHit, snapshot: Snapshot, trace: RoutingTrace): Found {
  const { task, verdict } = hit;
  const { model } = hit.answer;
  const promptTokens = trace.view?.estimatedPromptTokens ?? hit.answer.usage.promptTokens;
  const decisionId = newDecisionId({ snapshotId: snapshot.id, task, model, promptTokens, isAbstained: false });
  const origin: AnswerOrigin = { kind: 'cached', decisionId, snapshotId: snapshot.id, task, model, cache: verdict };
  return { kind: 'cached', hit, snapshot, origin };
}

function decidedOrigin(decision: Decision, trace: RoutingTrace): AnswerOrigin {
  return { kind: 'decided', decision, ...(trace.cache === undefined ? {} : { cache: trace.cache }) };
}

/** What the caller learns of an answer that cost nothing this time. */
function summaryOf({ finishReason, usage, model }: CachedAnswer): AnswerSummary {
  return { finishReason, usage, costUsd: 0, model, deployment: '', isFallback: false, warnings: [] };
}

function toCached(
  { finishReason, usage, costUsd, model }: AnswerSummary,
  parts: ChatAnswer['parts'],
  chunks: readonly ReplayChunk[],
): CachedAnswer {
  return { parts, finishReason, usage, costUsd, model, chunks };
}

function keep(
  event: Exclude<AnswerEvent, { kind: 'end' }>,
  collector: ReturnType<typeof createAnswerCollector>,
  chunks: ReplayChunk[],
): void {
  collector.add(event);
  if (event.kind === 'textDelta') chunks.push({ kind: 'text', text: event.text });
  else if (event.kind === 'reasoningDelta') chunks.push({ kind: 'reasoning', text: event.text });
}

function toEvent(chunk: ReplayChunk): ChatEvent {
  return chunk.kind === 'text' ? { kind: 'textDelta', text: chunk.text } : { kind: 'reasoningDelta', text: chunk.text };
}

/** Lets a waiting call take over when this one came to nothing; after `complete` it does nothing. */
function giveUp(found: Found | undefined): void {
  if (found?.kind === 'decided') found.miss?.abandon();
}

function servedFromCache({ hit, snapshot }: Extract<Found, { kind: 'cached' }>, trace: RoutingTrace): LedgerSettlement {
  return {
    task: hit.task,
    model: hit.answer.model,
    outcome: 'cacheHit',
    trace,
    answerUsage: hit.answer.usage,
    ...baselinePriceOf(snapshot),
  };
}

function answered(
  { decision, prompt }: Decided,
  { model, usage }: Pick<AnswerSummary, 'model' | 'usage'>,
  trace: RoutingTrace,
): LedgerSettlement {
  return {
    task: decision.task,
    model,
    outcome: 'answered',
    trace,
    answerUsage: usage,
    ...baselinePriceOf(prompt.snapshot),
  };
}

/** What becomes of a call that got no whole answer; settling an entry twice changes nothing. */
function failed(found: Found | undefined, trace: RoutingTrace): LedgerSettlement {
  const { task, model } = found === undefined ? { task: '', model: '' } : placeOf(found);
  return { task, model, outcome: 'failed', trace };
}

/** Where the ledger enters a call. */
function placeOf(found: Found): Pick<LedgerSettlement, 'task' | 'model'> {
  return found.kind === 'decided' ? found.decided.decision : { task: found.hit.task, model: found.hit.answer.model };
}

function baselinePriceOf(snapshot: Snapshot): Pick<LedgerSettlement, 'baselinePrice'> {
  const baseline = snapshot.bundle.models[snapshot.baselineModelIndex];
  return baseline === undefined ? {} : { baselinePrice: baseline.price };
}
