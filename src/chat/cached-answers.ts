import type { RequestFacts, TaskFacts } from '../cache/admission.js';
import type { AnswerCache, CacheCall, MissTicket } from '../cache/answer-cache.js';
import type { CachedAnswer } from '../cache/cached-answer.js';
import type { Embedder } from '../embedding/embedder.js';
import { cacheRulesOf } from './cache-rules.js';
import { hasPersonalData } from '../privacy/detectors.js';
import { lastUserText, partText, type RouteRequest } from '../request.js';
import { guessLanguage } from '../routing/language-guess.js';
import type { ClassifiedPrompt } from '../routing/route-prompt.js';
import { rememberByText } from '../text-memo.js';
import type { CacheVerdict } from '../trace.js';

/** An answer that the cache had. */
export interface CacheHit {
  readonly answer: CachedAnswer;
  readonly task: string;
  readonly verdict: CacheVerdict;
}

/** A request that the cache did not answer. */
export interface CacheMiss {
  readonly verdict: CacheVerdict;
  /** Stores the answer where it may be stored, and hands it to the calls that wait for it. */
  complete(answer: CachedAnswer): void;
  /** The call came to nothing; one that waits takes over. After `complete` it does nothing. */
  abandon(): void;
}

/** How the chat pipeline uses the cache. */
export interface CachedAnswers {
  /** Before the request is embedded. */
  findExact(request: RouteRequest, call: CacheCall): Promise<CacheHit | { readonly ticket: MissTicket }>;
  /** After it is classified: by similarity, then by waiting for an identical call. */
  find(
    ticket: MissTicket,
    prompt: ClassifiedPrompt,
    call: CacheCall,
  ): Promise<{ readonly hit: CacheHit } | { readonly miss: CacheMiss }>;
}

/** Puts cache and embedder together. */
export function createCachedAnswers(cache: AnswerCache, embedder: Embedder): CachedAnswers {
  return {
    async findExact(request, call) {
      const found = await cache.lookupExact(factsOf(request), call);
      return found.kind === 'hit' ? found : { ticket: found.ticket };
    },
    async find(ticket, prompt, call) {
      const task = await taskFactsOf(ticket, prompt, { embedder, signal: call.signal });
      const found = await cache.lookupSemantic(ticket, task, call);
      if (found.kind === 'hit') return { hit: found };
      const turn = await cache.takeTurn(found.ticket, call);
      if (turn.kind === 'follow') {
        const verdict = call.trace.cache ?? { outcome: 'exactHit' };
        return { hit: { answer: turn.answer, task: task.task, verdict } };
      }
      let isDone = false;
      return {
        miss: {
          verdict: found.verdict,
          complete(answer) {
            isDone = true;
            turn.complete(answer, call.trace);
          },
          abandon() {
            if (!isDone) turn.abandon();
          },
        },
      };
    },
  };
}

const isPersonal = rememberByText(hasPersonalData);
const languageOf = rememberByText(guessLanguage);

function factsOf(request: RouteRequest): RequestFacts {
  const { messages } = request.prompt;
  return {
    request,
    language: languageOf(lastUserText(messages)),
    hasPersonalData: messages.some(({ parts }) => parts.some((part) => isPersonal(partText(part)))),
  };
}

/** The vector compared is that of the last user turn alone; what surrounds it is compared exactly, by the partition. */
async function taskFactsOf(
  ticket: MissTicket,
  { snapshot, view, embedding, classification }: ClassifiedPrompt,
  { embedder, signal }: { readonly embedder: Embedder; readonly signal: AbortSignal },
): Promise<TaskFacts> {
  const rules = cacheRulesOf(snapshot.bundle, classification);
  const isCompared = rules.caching === 'allow' && (!ticket.isBypassed || ticket.isStorable);
  const isRouted = view.lastUserText === view.routingText || !isCompared;
  const [own] = isRouted ? [embedding] : await embedder.embed([view.lastUserText], { signal });
  const { vector, isTruncated } = own ?? embedding;
  return { ...rules, vector, isTruncated };
}
