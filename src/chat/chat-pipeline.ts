import type { AnswerEvent, AnswerSummary, ChatAnswer, Usage } from '../answer.js';
import type { Model } from '../bundle/bundle.js';
import type { Snapshot } from '../bundle/snapshot.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { DispatchCandidate, DispatchPlan } from '../dispatch/dispatch-plan.js';
import type { LedgerSettlement, SavingsLedger } from '../dispatch/ledger.js';
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
  /** Gets exactly one entry a call, whatever becomes of it. */
  readonly ledger: SavingsLedger;
}

/** Puts router and dispatcher together. */
export function createChatPipeline({ router, dispatcher, ledger }: ChatPipelineOptions): ChatPipeline {
  async function decide(request: RouteRequest, trace: RoutingTrace, signal: AbortSignal): Promise<Decided> {
    const prompt = await router.classify(request, trace, signal);
    const decision = router.choose(request, prompt, trace);
    return { prompt, decision, plan: planOf(request, { prompt, decision }, trace) };
  }

  return {
    async chat(request, trace, signal) {
      const entry = ledger.open(request.tenant);
      let decided: Decided | undefined;
      try {
        decided = await decide(request, trace, signal);
        const { prompt, decision, plan } = decided;
        const answer = await dispatcher.chat(plan, trace, signal);
        entry.settle(answered(decided, answer, trace));
        return { decision, answer, baselineCostUsd: baselineCost(prompt.snapshot, answer.usage) };
      } finally {
        entry.settle(failed(decided, trace));
      }
    },
    async *stream(request, trace, signal) {
      const entry = ledger.open(request.tenant);
      let decided: Decided | undefined;
      try {
        decided = await decide(request, trace, signal);
        const { prompt, decision, plan } = decided;
        yield { kind: 'start', decision };
        for await (const event of dispatcher.stream(plan, trace, signal)) {
          if (event.kind === 'end') {
            entry.settle(answered(decided, event, trace));
            yield { ...event, baselineCostUsd: baselineCost(prompt.snapshot, event.usage) };
          } else yield event;
        }
      } finally {
        entry.settle(failed(decided, trace));
      }
    },
  };
}

function answered(
  { decision, prompt }: Decided,
  { model, usage }: Pick<AnswerSummary, 'model' | 'usage'>,
  trace: RoutingTrace,
): LedgerSettlement {
  const baseline = prompt.snapshot.bundle.models[prompt.snapshot.baselineModelIndex];
  return {
    task: decision.task,
    model,
    outcome: 'answered',
    trace,
    answerUsage: usage,
    ...(baseline === undefined ? {} : { baselinePrice: baseline.price }),
  };
}

/** What becomes of a call that got no whole answer; settling an entry twice changes nothing. */
function failed(decided: Decided | undefined, trace: RoutingTrace): LedgerSettlement {
  return { task: decided?.decision.task ?? '', model: decided?.decision.model ?? '', outcome: 'failed', trace };
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
