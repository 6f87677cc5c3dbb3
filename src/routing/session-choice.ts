import { LRUCache } from 'lru-cache';
import type { RouteRequest } from '../request.js';
import type { CandidateTrace, MonotonicClock, RejectionReason, RoutingTrace } from '../trace.js';
import type { Decision } from './decision.js';
import { newDecisionId } from './decision-id.js';
import type { Router } from './route-prompt.js';

/** How long and how firmly a conversation keeps its model. */
export interface SessionChoiceSettings {
  /** A session is forgotten after so long without a call. */
  readonly ttlMs: number;
  /** 0 remembers none. */
  readonly maxSessions: number;
  /** Probability that another task must have before it counts as a clear change. */
  readonly taskChangeProbability: number;
}

interface SessionMemory {
  readonly task: string;
  readonly model: string;
  readonly atMs: number;
}

/** Reasons that say something about the model's quality or price, not whether it can serve the request at all. */
const SOFT_REASONS: ReadonlySet<RejectionReason> = new Set<RejectionReason>([
  'NOT_CHEAPEST',
  'NOT_DEFAULT_MODEL',
  'LOWER_BOUND_NOT_HIGHEST',
]);
/** They count only while the router is sure of the task. */
const QUALITY_REASONS: ReadonlySet<RejectionReason> = new Set<RejectionReason>(['BELOW_FLOOR', 'NO_EVIDENCE']);

/**
 * Wraps a router so that a conversation keeps its model. Every turn is decided as any other prompt; the earlier model
 * then stays unless the task has clearly changed, the model no longer passes a gate, or its lower bound no longer
 * reaches the floor of the task. A switch would cost the provider's prompt cache and a change of tone; a turn such as
 * "shorter, please" says too little to be worth that. Requests without a session are left alone.
 */
export function keepSessionModels(router: Router, settings: SessionChoiceSettings, clock: MonotonicClock): Router {
  if (settings.maxSessions === 0) return router;
  const sessions = new LRUCache<string, SessionMemory>({ max: settings.maxSessions });

  function settle(request: RouteRequest, decision: Decision, trace: RoutingTrace): Decision {
    if (request.sessionId === undefined) return decision;
    const key = JSON.stringify([request.tenant, request.sessionId]);
    const found = sessions.get(key);
    const memory = found !== undefined && clock() - found.atMs <= settings.ttlMs ? found : undefined;
    const isChanged = memory === undefined || isClearChange(decision, memory, settings.taskChangeProbability);
    const kept = isChanged ? undefined : keepModel(decision, memory.model, trace);
    const settled = kept ?? decision;
    sessions.set(key, { task: isChanged ? decision.task : memory.task, model: settled.model, atMs: clock() });
    return settled;
  }

  return {
    ...router,
    async select(request, trace, signal) {
      return settle(request, await router.select(request, trace, signal), trace);
    },
    choose: (request, prompt, trace) => settle(request, router.choose(request, prompt, trace), trace),
  };
}

function isClearChange({ task, classification }: Decision, memory: SessionMemory, probability: number): boolean {
  return task !== memory.task && !classification.isAbstained && classification.probability >= probability;
}

/** The decision for the earlier model, where that can stay and differs from what was chosen. */
function keepModel(decision: Decision, model: string, trace: RoutingTrace): Decision | undefined {
  if (model === decision.model) return undefined;
  const candidates = trace.candidates ?? [];
  const earlier = candidates.find((candidate) => candidate.model === model);
  if (earlier === undefined || !canStay(earlier, decision)) return undefined;
  trace.candidates = reorder(candidates, earlier, decision.model);
  const { classification, snapshotId, task } = decision;
  const promptTokens = trace.view?.estimatedPromptTokens ?? 0;
  return {
    ...decision,
    decisionId: newDecisionId({ snapshotId, task, model, promptTokens, isAbstained: classification.isAbstained }),
    model,
    capability: earlier.capability,
    expectedCostUsd: earlier.expectedCostUsd,
    expectedCompletionTokens: earlier.expectedCompletionTokens,
    reason: 'sessionAffinity',
    explanation: `${model} was kept, since the session used it before; ${decision.model} would have been chosen.`,
    fallbackModels: [decision.model, ...decision.fallbackModels.filter((other) => other !== model)],
    isFloorMet: earlier.capability.lowerBound >= decision.qualityFloor,
  };
}

function canStay({ rejections }: CandidateTrace, { classification }: Decision): boolean {
  return rejections.every(
    ({ reason }) => SOFT_REASONS.has(reason) || (classification.isAbstained && QUALITY_REASONS.has(reason)),
  );
}

/** The trace as it turned out: the kept model first, and why the other was not taken. */
function reorder(
  candidates: readonly CandidateTrace[],
  kept: CandidateTrace,
  passedBy: string,
): readonly CandidateTrace[] {
  const others = candidates.filter((candidate) => candidate !== kept);
  return [
    { ...kept, isChosen: true, rejections: [] },
    ...others.map((candidate): CandidateTrace => {
      if (candidate.model !== passedBy) return candidate;
      const message = `the session keeps ${kept.model}`;
      return { ...candidate, isChosen: false, rejections: [{ reason: 'SESSION_KEEPS_MODEL', message }] };
    }),
  ];
}
