import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Embedder, Embedding } from '../embedding/embedder.js';
import { RouterError, throwIfAborted } from '../errors.js';
import type { RouteRequest } from '../request.js';
import type { MonotonicClock, RoutingTrace } from '../trace.js';
import type { Snapshot, SnapshotSource } from '../bundle/snapshot.js';
import type { Classification } from './classification.js';
import type { Decision } from './decision.js';
import type { DeploymentHealth } from './gates.js';
import { newDecisionId, type DecisionFacts } from './decision-id.js';
import { decide, fillDecisionTrace, type DecidedPrompt } from './decide.js';
import { viewPrompt, type PromptView } from './prompt-view.js';

/** What {@link createRouter} needs. */
export interface RouterOptions {
  readonly snapshots: SnapshotSource;
  readonly embedder: Embedder;
  readonly clock: MonotonicClock;
  /** Identifiers of decisions. Default: {@link newDecisionId}. */
  readonly newId?: (facts: DecisionFacts) => string;
  /** Absent: every deployment counts as healthy. */
  readonly deploymentHealth?: DeploymentHealth;
  /** Told of each prompt that was embedded and classified. Must not throw. */
  readonly onClassified?: (prompt: ClassifiedPrompt) => void;
  /** Decisions kept for equal prompts; 0 keeps none. Default 20,000. */
  readonly keptDecisions?: number;
}

/** A prompt with its vector and its task: all that cache and choice need. It keeps to the snapshot that it was read with. */
export interface ClassifiedPrompt {
  readonly snapshot: Snapshot;
  readonly view: PromptView;
  readonly embedding: Embedding;
  readonly classification: Classification;
}

/** Decides which model a request goes to. */
export interface Router {
  /**
   * The whole way from request to decision, without dispatch. An equal request within a snapshot gets an equal
   * decision under its own id, from memory and in microseconds unless the whole trace is wanted.
   *
   * @throws RouterError NOT_READY, NO_ELIGIBLE_MODEL, UNKNOWN_MODEL, or what the embedder throws. The trace then holds
   * what was found until there.
   */
  select(request: RouteRequest, trace: RoutingTrace, signal: AbortSignal): Promise<Decision>;
  /** The first half: view, vector, task. */
  classify(request: RouteRequest, trace: RoutingTrace, signal: AbortSignal): Promise<ClassifiedPrompt>;
  /** The second half: gates, capability, price, choice. Synchronous. */
  choose(request: RouteRequest, prompt: ClassifiedPrompt, trace: RoutingTrace): Decision;
}

/** A decision for equal requests. What only a whole trace shows is left out: it would take ten times the memory. */
interface KeptDecision extends Pick<DecidedPrompt, 'embedding' | 'tasks'> {
  readonly decision: Omit<Decision, 'decisionId'>;
}

const DEFAULT_KEPT_DECISIONS = 8000;

/** Creates the router. It holds no resources beyond its memory. */
export function createRouter(options: RouterOptions): Router {
  const { snapshots, embedder, clock, newId = newDecisionId, deploymentHealth: health } = options;
  const kept = createDecisionMemory(options.keptDecisions ?? DEFAULT_KEPT_DECISIONS);

  function timed<Result>(trace: RoutingTrace, step: string, work: () => Result): Result {
    const start = clock();
    try {
      return work();
    } finally {
      trace.timings.push({ step, durationMs: clock() - start });
    }
  }

  async function embed(view: PromptView, trace: RoutingTrace, signal: AbortSignal): Promise<Embedding> {
    const start = clock();
    try {
      const [embedding] = await embedder.embed([view.routingText], { signal });
      if (embedding === undefined) {
        throw new RouterError({ reason: 'EMBEDDER_FAILED', message: 'the embedder returned no vector' });
      }
      fillViewTrace(trace, view, embedding);
      return embedding;
    } finally {
      trace.timings.push({ step: 'embed', durationMs: clock() - start });
    }
  }

  async function classifyView(
    located: { readonly snapshot: Snapshot; readonly view: PromptView },
    trace: RoutingTrace,
    signal: AbortSignal,
  ): Promise<ClassifiedPrompt> {
    const { snapshot, view } = located;
    const embedding = await embed(view, trace, signal);
    throwIfAborted(signal);
    const classification = timed(trace, 'classify', () =>
      snapshot.classifier.classify(embedding.vector, view.routingText),
    );
    const prompt = { snapshot, view, embedding, classification };
    options.onClassified?.(prompt);
    return prompt;
  }

  function chooseOnce(request: RouteRequest, prompt: ClassifiedPrompt, trace: RoutingTrace): KeptDecision {
    const decided = timed(trace, 'choose', () => decide(request, prompt, health));
    fillDecisionTrace(trace, decided);
    const { decision, embedding, tasks } = decided;
    if (decision === undefined) throw noEligibleModel(decided);
    return { decision, embedding, tasks };
  }

  const withId = ({ decision }: KeptDecision, promptTokens: number): Decision => {
    const { snapshotId, task, model, classification } = decision;
    const decisionId = newId({ snapshotId, task, model, promptTokens, isAbstained: classification.isAbstained });
    return { ...decision, decisionId };
  };

  return {
    async select(request, trace, signal) {
      throwIfAborted(signal);
      const snapshot = snapshots.current();
      checkModels(request, snapshot);
      const view = timed(trace, 'view', () => viewPrompt(request));
      const memory = trace.isWhole ? undefined : kept?.of(snapshot);
      const key = memory === undefined ? '' : decisionKey(request, view, health?.version ?? 0);
      const found = memory?.get(key);
      if (found !== undefined) {
        fillViewTrace(trace, view, { ...found.embedding, isCached: true });
        fillKeptTrace(trace, found);
        return withId(found, view.estimatedPromptTokens);
      }
      const prompt = await classifyView({ snapshot, view }, trace, signal);
      const decided = chooseOnce(request, prompt, trace);
      memory?.set(key, decided);
      return withId(decided, view.estimatedPromptTokens);
    },
    async classify(request, trace, signal) {
      throwIfAborted(signal);
      const snapshot = snapshots.current();
      checkModels(request, snapshot);
      const view = timed(trace, 'view', () => viewPrompt(request));
      return await classifyView({ snapshot, view }, trace, signal);
    },
    choose: (request, prompt, trace) => withId(chooseOnce(request, prompt, trace), prompt.view.estimatedPromptTokens),
  };
}

/** The decisions of one snapshot at a time: those of the one before would only hold on to it. */
interface DecisionMemory {
  of(snapshot: Snapshot): LRUCache<string, KeptDecision>;
}

function createDecisionMemory(capacity: number): DecisionMemory | undefined {
  if (capacity === 0) return undefined;
  let snapshotId: string | undefined;
  let decisions = new LRUCache<string, KeptDecision>({ max: capacity });
  return {
    of(snapshot) {
      // A call still under way with the old snapshot writes to the old memory, which goes with it.
      if (snapshot.id !== snapshotId) decisions = new LRUCache({ max: capacity });
      snapshotId = snapshot.id;
      return decisions;
    },
  };
}

function fillKeptTrace(trace: RoutingTrace, { decision, tasks }: KeptDecision): void {
  trace.tasks = tasks;
  trace.abstentionScore = decision.classification.score;
  trace.abstentionThreshold = decision.classification.threshold;
}

function fillViewTrace(trace: RoutingTrace, view: PromptView, embedding: Omit<Embedding, 'vector'>): void {
  trace.view = {
    estimatedPromptTokens: view.estimatedPromptTokens,
    embeddedTokens: embedding.tokenCount,
    isTruncated: embedding.isTruncated,
    omittedCharacters: view.omittedCharacters,
    language: view.language,
    isEmbeddingCached: embedding.isCached,
  };
}

/**
 * Everything of a request that its decision depends on within a snapshot, in a fixed order: the routing text, the token estimate, what
 * the gates ask, and the caller's constraints. Hashed, since the text would take more memory than the decision.
 */
function decisionKey(request: RouteRequest, view: PromptView, healthVersion: number): string {
  const { prompt, constraints } = request;
  const media: string[] = [];
  for (const message of prompt.messages) {
    for (const part of message.parts) if (part.kind !== 'text') media.push(part.kind);
  }
  const facts = [
    healthVersion,
    view.routingText,
    view.estimatedPromptTokens,
    media,
    prompt.tools.length > 0 ? prompt.toolChoice.mode : '',
    prompt.responseFormat.kind,
    prompt.sampling.maxOutputTokens,
    constraints.allowedModels,
    constraints.deniedModels,
    constraints.regions,
    constraints.maxCostUsd,
    constraints.minQuality,
    constraints.qualityPreference,
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64');
}

function checkModels(request: RouteRequest, snapshot: Snapshot): void {
  const { allowedModels, deniedModels } = request.constraints;
  const lists = [
    ['allowed_models', allowedModels],
    ['denied_models', deniedModels],
  ] as const;
  for (const [field, models] of lists) {
    const position = models.findIndex((model) => !snapshot.modelIndexById.has(model));
    if (position < 0) continue;
    const model = models[position] ?? '';
    const known = [...snapshot.modelIndexById.keys()].sort().join(', ');
    const message = `model ${JSON.stringify(model)} is not in the catalogue; known: ${known}`;
    throw new RouterError({
      reason: 'UNKNOWN_MODEL',
      message,
      metadata: { model },
      fieldViolations: [{ field: `constraints.${field}[${position}]`, description: message }],
    });
  }
}

function noEligibleModel(decided: DecidedPrompt): RouterError {
  const counts = new Map<string, number>();
  for (const candidate of decided.candidates) {
    for (const { reason } of candidate.rejections) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const list = reasons.map(([reason, count]) => `${reason} (${count})`).join(', ');
  return new RouterError({
    reason: 'NO_ELIGIBLE_MODEL',
    message: `none of ${decided.candidates.length} models can serve this request: ${list}; relax the constraints or extend the catalogue`,
    metadata: Object.fromEntries(reasons.map(([reason, count]) => [reason, String(count)])),
  });
}
