import type { AnswerEvent, ChatAnswer, Usage } from '../answer.js';
import type { Model } from '../bundle/bundle.js';
import type { Snapshot } from '../bundle/snapshot.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { DispatchCandidate, DispatchPlan } from '../dispatch/dispatch-plan.js';
import { costOfUsage } from '../dispatch/usage.js';
import type { RouteRequest } from '../request.js';
import type { Decision } from '../routing/decision.js';
import type { ClassifiedPrompt, Router } from '../routing/route-prompt.js';
import type { CacheVerdict, RoutingTrace } from '../trace.js';

/** A whole answer with the decision behind it. */
export interface ChatResult {
  readonly decision: Decision;
  readonly answer: ChatAnswer;
  /** Absent where no cache is configured. */
  readonly cache?: CacheVerdict;
  /** What the answer would have cost on the bundle's baseline model, in US dollars. */
  readonly baselineCostUsd: number;
}

/** A piece of a streamed answer: first the decision, then the pieces, then the end. */
export type ChatEvent =
  | { readonly kind: 'start'; readonly decision: Decision; readonly cache?: CacheVerdict }
  | Exclude<AnswerEvent, { kind: 'end' }>
  | (Extract<AnswerEvent, { kind: 'end' }> & { readonly baselineCostUsd: number });

/** Answers prompts: decides, dispatches, accounts. */
export interface ChatPipeline {
  /** @throws RouterError as the router and the dispatcher throw. */
  chat(request: RouteRequest, trace: RoutingTrace, signal: AbortSignal): Promise<ChatResult>;
  /** As `chat`. Leaving the iteration ends the call to the provider. */
  stream(request: RouteRequest, trace: RoutingTrace, signal: AbortSignal): AsyncGenerator<ChatEvent, void, undefined>;
}

/** What {@link createChatPipeline} needs. */
export interface ChatPipelineOptions {
  readonly router: Router;
  readonly dispatcher: Dispatcher;
}

/** Puts router and dispatcher together. */
export function createChatPipeline({ router, dispatcher }: ChatPipelineOptions): ChatPipeline {
  async function decide(request: RouteRequest, trace: RoutingTrace, signal: AbortSignal): Promise<Decided> {
    const prompt = await router.classify(request, trace, signal);
    const decision = router.choose(request, prompt, trace);
    return { prompt, decision, plan: planOf(request, { prompt, decision }, trace) };
  }

  return {
    async chat(request, trace, signal) {
      const { prompt, decision, plan } = await decide(request, trace, signal);
      const answer = await dispatcher.chat(plan, trace, signal);
      return { decision, answer, baselineCostUsd: baselineCost(prompt.snapshot, answer.usage) };
    },
    async *stream(request, trace, signal) {
      const { prompt, decision, plan } = await decide(request, trace, signal);
      yield { kind: 'start', decision };
      for await (const event of dispatcher.stream(plan, trace, signal)) {
        yield event.kind === 'end' ? { ...event, baselineCostUsd: baselineCost(prompt.snapshot, event.usage) } : event;
      }
    },
  };
}

interface Decided {
  readonly prompt: ClassifiedPrompt;
  readonly decision: Decision;
  readonly plan: DispatchPlan;
}

/** The chosen model, then the fallbacks, each with the cost that the choice expected of it. */
function planOf(
  request: RouteRequest,
  { prompt, decision }: Pick<Decided, 'prompt' | 'decision'>,
  trace: RoutingTrace,
): DispatchPlan {
  const { snapshot, view } = prompt;
  const costs = new Map((trace.candidates ?? []).map((candidate) => [candidate.model, candidate.expectedCostUsd]));
  const candidates: DispatchCandidate[] = [];
  for (const id of [decision.model, ...decision.fallbackModels]) {
    const model = modelById(snapshot, id);
    if (model !== undefined) candidates.push({ model, expectedCostUsd: costs.get(id) ?? 0 });
  }
  return { request, candidates, promptTokens: view.estimatedPromptTokens };
}

function modelById(snapshot: Snapshot, id: string): Model | undefined {
  const index = snapshot.modelIndexById.get(id);
  return index === undefined ? undefined : snapshot.bundle.models[index];
}

function baselineCost(snapshot: Snapshot, usage: Usage): number {
  const baseline = snapshot.bundle.models[snapshot.baselineModelIndex];
  return baseline === undefined ? 0 : costOfUsage(baseline.price, usage);
}
