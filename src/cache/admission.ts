import { hasPersonalData } from '../privacy/detectors.js';
import { messageText, partText, type Message, type Part, type RouteRequest } from '../request.js';
import { rememberByText } from '../text-memo.js';
import type { CachedAnswer } from './cached-answer.js';
import { freshnessOf } from './guard/freshness.js';
import type { Freshness } from './guard/freshness.js';
import { plainText } from './guard/tokens.js';
import type { CacheSettings, TaskCaching } from './policy.js';

/** Facts of a request that are known before it is embedded. */
export interface RequestFacts {
  readonly request: RouteRequest;
  /** ISO 639-1, or "und". */
  readonly language: string;
  /** Whether any part of any message holds personal data, of people or of tools. */
  readonly hasPersonalData: boolean;
}

/** Facts that classification and embedding add. */
export interface TaskFacts {
  /** Kept with the answer. */
  readonly task: string;
  /** Every task that the prompt may belong to: the highest of their thresholds holds. Absent: only `task`. */
  readonly likelyTasks?: readonly string[];
  readonly caching: TaskCaching;
  /** Whether `caching` is that of another likely task, stricter than that of `task`. */
  readonly isStricterThanTask?: boolean;
  readonly ttlSeconds: number;
  /** Cosine; counts where it is above the cache's own. */
  readonly minSimilarity?: number;
  /** Of the last user turn. L2-normalised. */
  readonly vector: Float32Array;
  /** A vector of a cut text is never compared. */
  readonly isTruncated: boolean;
}

/** Why the cache was passed by, or an answer not stored. Shown in the trace. */
export type BypassReason =
  | 'policy:no-cache'
  | 'policy:no-store'
  | 'policy:exact-only'
  | 'task:never'
  | 'task:exact'
  | 'likely-task:never'
  | 'likely-task:exact'
  | 'freshness:live'
  | 'temperature'
  | 'personal-data'
  | 'language'
  | 'truncated'
  | 'empty-prompt'
  | 'answer:unfinished'
  | 'answer:filtered'
  | 'answer:tool-call'
  | 'answer:empty'
  | 'answer:too-large'
  | 'ttl';

const freshnessOfText = rememberByText((text) => freshnessOf(plainText(text)));

/** How fast the answer to a conversation goes stale: as its most perishable user turn, since a later one may only add to it. */
export function promptFreshness(messages: readonly Message[]): Freshness {
  let freshness: Freshness = 'stable';
  for (const message of messages) {
    if (message.role !== 'user') continue;
    const ofTurn = freshnessOfText(messageText(message));
    if (ofTurn === 'live') return ofTurn;
    if (ofTurn === 'recent') freshness = ofTurn;
  }
  return freshness;
}

/** Why no tier may be asked, if so. */
export function lookupBypass(
  facts: RequestFacts,
  freshness: Freshness,
  settings: CacheSettings,
): BypassReason | undefined {
  const { cache } = facts.request.constraints;
  if (cache.noCache) return 'policy:no-cache';
  return commonBypass(facts, freshness, settings);
}

function commonBypass(facts: RequestFacts, freshness: Freshness, settings: CacheSettings): BypassReason | undefined {
  if (freshness === 'live') return 'freshness:live';
  if ((facts.request.prompt.sampling.temperature ?? 0) > settings.maxTemperature) return 'temperature';
  if (facts.hasPersonalData && !settings.isPersonalDataAllowed) return 'personal-data';
  return undefined;
}

/** Why the semantic tier may not be asked, if so. */
export function semanticBypass(
  facts: RequestFacts,
  task: TaskFacts,
  text: string,
  settings: CacheSettings,
): BypassReason | undefined {
  if (facts.request.constraints.cache.exactOnly) return 'policy:exact-only';
  return comparisonBypass(facts, task, text, settings);
}

/** Why a request is compared with no other, if so; what its caller asks of look-ups aside. */
function comparisonBypass(
  facts: RequestFacts,
  task: TaskFacts,
  text: string,
  settings: CacheSettings,
): BypassReason | undefined {
  if (task.caching !== 'allow') return policyBypass(task.caching, task);
  if (facts.hasPersonalData) return 'personal-data';
  if (!settings.semanticLanguages.includes(facts.language)) return 'language';
  if (task.isTruncated) return 'truncated';
  return text === '' ? 'empty-prompt' : undefined;
}

function policyBypass(policy: 'never' | 'exact', { isStricterThanTask = false }: TaskFacts): BypassReason {
  return isStricterThanTask ? `likely-task:${policy}` : `task:${policy}`;
}

/** Why no answer to a request may be stored, if so, whatever its task and the answer are. */
export function requestStoreBypass(
  facts: RequestFacts,
  freshness: Freshness,
  settings: CacheSettings,
): BypassReason | undefined {
  if (facts.request.constraints.cache.noStore) return 'policy:no-store';
  return commonBypass(facts, freshness, settings);
}

/** Why an answer may not be stored, if so. */
export function storeBypass(
  facts: RequestFacts,
  task: TaskFacts,
  answer: CachedAnswer,
  options: { readonly freshness: Freshness; readonly settings: CacheSettings },
): BypassReason | undefined {
  const { freshness, settings } = options;
  return (
    requestStoreBypass(facts, freshness, settings) ??
    (task.caching === 'never' ? policyBypass('never', task) : undefined) ??
    answerBypass(answer) ??
    (lifetimeSeconds(task, freshness, settings) > 0 ? undefined : 'ttl') ??
    (!settings.isPersonalDataAllowed && isPersonal(answer) ? 'personal-data' : undefined)
  );
}

/** Whether an answer that may be stored may serve other prompts than its own: of that the caller's policy says nothing. */
export function isSharedBySimilarity(
  facts: RequestFacts,
  task: TaskFacts,
  answer: CachedAnswer,
  options: { readonly text: string; readonly settings: CacheSettings },
): boolean {
  const { text, settings } = options;
  if (comparisonBypass(facts, task, text, settings) !== undefined) return false;
  // Where it may not be stored at all, it was already read.
  return !settings.isPersonalDataAllowed || !isPersonal(answer);
}

function isPersonal(answer: CachedAnswer): boolean {
  return answer.parts.some((part) => hasPersonalData(partText(part)));
}

function answerBypass(answer: CachedAnswer): BypassReason | undefined {
  if (answer.finishReason === 'contentFilter') return 'answer:filtered';
  if (
    answer.finishReason === 'toolCalls' ||
    answer.parts.some((part) => part.kind === 'toolCall' || part.kind === 'toolResult')
  ) {
    return 'answer:tool-call';
  }
  if (answer.finishReason !== 'stop') return 'answer:unfinished';
  return answer.parts.some(isContent) ? undefined : 'answer:empty';
}

/** Whether a part answers something: reasoning alone does not. */
function isContent(part: Part): boolean {
  return part.kind === 'text' ? part.text.trim() !== '' : part.kind !== 'reasoning';
}

/** How long an answer is kept. */
export function lifetimeSeconds(task: TaskFacts, freshness: Freshness, settings: CacheSettings): number {
  return freshness === 'stable' ? task.ttlSeconds : Math.min(task.ttlSeconds, settings.recentTtlSeconds);
}
