import type { Usage } from '../answer.js';
import type { Model } from '../bundle/bundle.js';
import type { Snapshot, SnapshotSource } from '../bundle/snapshot.js';
import type { DispatchCandidate, DispatchPlan } from '../dispatch/dispatch-plan.js';
import { costOfUsage } from '../dispatch/usage.js';
import type { RouteRequest } from '../request.js';
import type { Decision } from '../routing/decision.js';
import { gateRejections, needsOf } from '../routing/gates.js';
import type { ClassifiedPrompt } from '../routing/route-prompt.js';
import type { RoutingTrace } from '../trace.js';

/** A request with its model chosen and the plan to reach it. */
export interface Decided {
  readonly prompt: ClassifiedPrompt;
  readonly decision: Decision;
  readonly plan: DispatchPlan;
}

/** What {@link planOf} goes by, besides request and decision. */
export interface PlanOptions {
  /** Holds what the choice expected of each model. */
  readonly trace: RoutingTrace;
  /** A fallback must pass its gates in the catalogue that is in service by then, where it may have been disabled. */
  readonly snapshots: SnapshotSource;
  readonly deadlineAtMs?: number;
}

/** The chosen model, then the fallbacks, each with the cost that the choice expected of it. */
export function planOf(
  request: RouteRequest,
  { prompt, decision }: Pick<Decided, 'prompt' | 'decision'>,
  { trace, snapshots, deadlineAtMs }: PlanOptions,
): DispatchPlan {
  const { snapshot, view } = prompt;
  const needs = needsOf(request, view.estimatedPromptTokens);
  const expected = new Map((trace.candidates ?? []).map((candidate) => [candidate.model, candidate]));
  const candidates: DispatchCandidate[] = [];
  for (const id of [decision.model, ...decision.fallbackModels]) {
    const model = modelById(snapshot, id);
    if (model !== undefined) candidates.push({ model, expectedCostUsd: expected.get(id)?.expectedCostUsd ?? 0 });
  }
  return {
    request,
    candidates,
    promptTokens: view.estimatedPromptTokens,
    recheck({ model, expectedCostUsd: costUsd }) {
      const current = modelById(snapshots.current(), model.id);
      if (current === undefined) return [{ reason: 'MODEL_DISABLED', message: 'no longer in the catalogue' }];
      const completionTokens = expected.get(model.id)?.expectedCompletionTokens ?? 0;
      return gateRejections(current, needs, { completionTokens, costUsd });
    },
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
  };
}

/** What a usage costs on the bundle's baseline model, in US dollars. */
export function baselineCost(snapshot: Snapshot, usage: Usage): number {
  const baseline = snapshot.bundle.models[snapshot.baselineModelIndex];
  return baseline === undefined ? 0 : costOfUsage(baseline.price, usage);
}

function modelById(snapshot: Snapshot, id: string): Model | undefined {
  const index = snapshot.modelIndexById.get(id);
  return index === undefined ? undefined : snapshot.bundle.models[index];
}
