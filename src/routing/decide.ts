import type { Embedding } from '../embedding/embedder.js';
import type { RouteRequest } from '../request.js';
import type { CandidateTrace, NeighbourTrace, RoutingTrace, TaskProbability } from '../trace.js';
import type { CapabilityInput } from './capability.js';
import type { Classification } from './classification.js';
import type { Decision } from './decision.js';
import { gateRejections, needsOf, type DeploymentHealth } from './gates.js';
import { costUsd } from './pricing.js';
import type { ClassifiedPrompt } from './route-prompt.js';
import { selectModel, traceCandidates, type Candidate, type Selection } from './select-model.js';

/** A decision and what its trace shows; kept for equal requests. */
export interface DecidedPrompt {
  /** Absent when no model passed the gates. */
  readonly decision?: Omit<Decision, 'decisionId'>;
  readonly embedding: Omit<Embedding, 'vector'>;
  readonly classification: Classification;
  readonly neighbours: readonly NeighbourTrace[];
  readonly tasks: readonly TaskProbability[];
  readonly candidates: readonly CandidateTrace[];
}

/** How much of the trace's lists is kept. */
const TRACED_NEIGHBOURS = 5;
const TRACED_TASKS = 5;
const TRACED_TEXT_CHARACTERS = 160;

/** Gates, capability, price and choice for a classified prompt. Pure but for the health of deployments. */
export function decide(request: RouteRequest, prompt: ClassifiedPrompt, health?: DeploymentHealth): DecidedPrompt {
  const { snapshot, classification } = prompt;
  const { bundle } = snapshot;
  const candidates = candidatesOf(request, prompt, health);
  const task = bundle.tasks[classification.taskIndex];
  const { minQuality, qualityPreference } = request.constraints;
  const selection =
    task === undefined
      ? undefined
      : selectModel({
          candidates,
          task,
          isAbstained: classification.isAbstained,
          settings: bundle.settings,
          ...(minQuality === undefined ? {} : { minQuality }),
          ...(qualityPreference === undefined ? {} : { qualityPreference }),
        });
  const { tokenCount, isTruncated, isCached } = prompt.embedding;
  return {
    ...(selection === undefined ? {} : { decision: decisionOf(prompt, candidates, selection) }),
    embedding: { tokenCount, isTruncated, isCached },
    classification,
    neighbours: neighboursOf(prompt),
    tasks: likelyTasks(prompt),
    candidates: traceCandidates(candidates, selection),
  };
}

/** Writes what was decided into the trace. */
export function fillDecisionTrace(trace: RoutingTrace, decided: DecidedPrompt): void {
  trace.neighbours = decided.neighbours;
  trace.tasks = decided.tasks;
  trace.abstentionScore = decided.classification.score;
  trace.abstentionThreshold = decided.classification.threshold;
  trace.candidates = decided.candidates;
}

/** Every model with its capability, its cost and the gates that refuse it. */
export function candidatesOf(
  request: RouteRequest,
  prompt: ClassifiedPrompt,
  health?: DeploymentHealth,
): readonly Candidate[] {
  const { snapshot, classification, view } = prompt;
  const promptTokens = view.estimatedPromptTokens;
  const needs = needsOf(request, promptTokens);
  const input: CapabilityInput = {
    text: view.lastUserText,
    vector: prompt.embedding.vector,
    probabilities: classification.probabilities,
    taskIndex: classification.taskIndex,
    promptTokens,
  };
  const estimates = snapshot.capability.estimate(input);
  return snapshot.bundle.models.flatMap((model, modelIndex) => {
    const capability = estimates[modelIndex];
    if (capability === undefined) return [];
    const expected = snapshot.capability.expectedCompletionTokens(modelIndex, input);
    const completionTokens = Math.min(expected, needs.maxOutputTokens ?? Infinity, model.maxOutputTokens);
    const cost = costUsd(model.price, { promptTokens, completionTokens });
    return {
      model,
      capability,
      expectedCostUsd: cost,
      expectedCompletionTokens: completionTokens,
      gateRejections: gateRejections(model, needs, { completionTokens, costUsd: cost }, health),
    };
  });
}

function decisionOf(
  prompt: ClassifiedPrompt,
  candidates: readonly Candidate[],
  selection: Selection,
): Omit<Decision, 'decisionId'> {
  const { snapshot, classification } = prompt;
  const { chosen } = selection;
  const baselineId = snapshot.bundle.models[snapshot.baselineModelIndex]?.id;
  const baseline = candidates.find((candidate) => candidate.model.id === baselineId);
  return {
    snapshotId: snapshot.id,
    classification,
    task: snapshot.bundle.tasks[classification.taskIndex]?.id ?? '',
    model: chosen.model.id,
    capability: chosen.capability,
    expectedCostUsd: chosen.expectedCostUsd,
    expectedCompletionTokens: chosen.expectedCompletionTokens,
    baselineCostUsd: baseline?.expectedCostUsd ?? chosen.expectedCostUsd,
    reason: selection.reason,
    explanation: selection.explanation,
    fallbackModels: selection.fallbacks.map((candidate) => candidate.model.id),
    qualityFloor: selection.qualityFloor,
    isFloorMet: selection.isFloorMet,
  };
}

function neighboursOf({ snapshot, classification }: ClassifiedPrompt): readonly NeighbourTrace[] {
  return classification.neighbours.slice(0, TRACED_NEIGHBOURS).map((neighbour) => ({
    task: snapshot.bundle.tasks[neighbour.taskIndex]?.id ?? '',
    text: (snapshot.bundle.exemplars[neighbour.exemplarIndex]?.text ?? '').slice(0, TRACED_TEXT_CHARACTERS),
    similarity: neighbour.similarity,
  }));
}

function likelyTasks({ snapshot, classification }: ClassifiedPrompt): readonly TaskProbability[] {
  const best: TaskProbability[] = [];
  const { probabilities } = classification;
  for (let taskIndex = 0; taskIndex < probabilities.length; taskIndex += 1) {
    const probability = probabilities[taskIndex] ?? 0;
    const rank = best.findIndex((other) => other.probability < probability);
    if (rank < 0 && best.length >= TRACED_TASKS) continue;
    const entry = { task: snapshot.bundle.tasks[taskIndex]?.id ?? '', probability };
    best.splice(rank < 0 ? best.length : rank, 0, entry);
    if (best.length > TRACED_TASKS) best.pop();
  }
  return best;
}
