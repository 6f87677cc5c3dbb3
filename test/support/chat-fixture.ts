import type { Model, Task } from '../../src/bundle/bundle.js';
import type { Snapshot, SnapshotSource } from '../../src/bundle/snapshot.js';
import { createAnswerCache } from '../../src/cache/create-answer-cache.js';
import { createHitJudge } from '../../src/cache/hit-judge.js';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import { DEFAULT_CACHE_SETTINGS } from '../../src/cache/policy.js';
import { createCachedAnswers } from '../../src/chat/cached-answers.js';
import { createChatPipeline, type ChatPipeline } from '../../src/chat/chat-pipeline.js';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import type { Dispatcher } from '../../src/dispatch/dispatcher.js';
import { createSavingsLedger, type SavingsLedger } from '../../src/dispatch/ledger.js';
import type { RouterError } from '../../src/errors.js';
import type { Decision } from '../../src/routing/decision.js';
import { viewPrompt } from '../../src/routing/prompt-view.js';
import type { Router } from '../../src/routing/route-prompt.js';

import { testDeployment, testModel } from './catalogue-model.js';
import { testDispatcher } from './dispatch-fixture.js';
import { createFakeEmbedder, fakeVector, type FakeEmbedder } from './fake-embedder.js';
import { startScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.js';
import { testProvider } from './vendors.js';

const DIMENSIONS = 16;

/** The only task of {@link startChatFixture}. */
const TASK: Task = {
  id: 'explanation',
  title: 'Explanation',
  description: 'Says why.',
  qualityFloor: 0.5,
  cache: { policy: 'allow', ttlSeconds: 3600 },
  expectedCompletionTokens: 100,
  exemplarCount: 0,
  location: { file: 'tasks/explanation.yaml', line: 1, column: 1 },
};

/** The chat pipeline with a real dispatcher, ledger and cache behind a router that always chooses the same way. */
export interface ChatFixture {
  readonly pipeline: ChatPipeline;
  readonly dispatcher: Dispatcher;
  readonly ledger: SavingsLedger;
  readonly upstream: ScriptedUpstream;
  readonly router: Router;
  readonly embedder: FakeEmbedder;
  /** Models `cheap` and `next`, served by deployments of the same names. */
  readonly models: readonly Model[];
  readonly snapshots: SnapshotSource;
  /** The catalogue in service; the router keeps to the first one. */
  readonly service: { models: readonly Model[] };
  /** What the next calls' router throws, if anything. */
  readonly faults: { classify?: RouterError; choose?: RouterError };
  close(): Promise<void>;
}

/** Starts the fixture. */
export async function startChatFixture(): Promise<ChatFixture> {
  const upstream = await startScriptedUpstream();
  const dispatcher = await testDispatcher(
    { up: testProvider({ kind: 'openai-compatible', baseUrl: `${upstream.url}/v1` }) },
    { settings: dispatchSettings({ retry: { rounds: 1 }, breaker: { consecutiveFailures: 1000, failureShare: 1 } }) },
  );
  const models = ['cheap', 'next'].map((id) =>
    testModel(id, { deployments: [testDeployment({ id, provider: 'up', model: id })] }),
  );
  const faults: ChatFixture['faults'] = {};
  const snapshot = snapshotOf(models);
  const service = { models };
  const snapshots = { current: () => (service.models === models ? snapshot : snapshotOf(service.models)) };
  const router = routerOf(snapshot, faults);
  const ledger = createSavingsLedger({ routerUsdPerHour: 0 });
  const embedder = createFakeEmbedder({ dimensions: DIMENSIONS });
  const answers = createAnswerCache({
    settings: DEFAULT_CACHE_SETTINGS,
    embedderFingerprint: embedder.fingerprint,
    judge: createHitJudge({ verifierTimeoutMs: 100 }),
    local: createMemoryStore({ maxBytes: 10_000_000, dimensions: DIMENSIONS, clock: Date.now }),
    frontTtlMs: 30_000,
    clock: Date.now,
  });
  const pipeline = createChatPipeline({
    router,
    dispatcher,
    ledger,
    snapshots,
    cache: { answers: createCachedAnswers(answers, embedder), replay: 'original' },
  });
  return {
    pipeline,
    dispatcher,
    ledger,
    upstream,
    router,
    embedder,
    models,
    snapshots,
    service,
    faults,
    async close() {
      await answers.close();
      await dispatcher.close();
      await upstream.stop();
    },
  };
}

/** Holds what the chat pipeline reads of a snapshot. */
function snapshotOf(models: readonly Model[]): Snapshot {
  const partial: Pick<Snapshot, 'id' | 'baselineModelIndex' | 'modelIndexById'> & { readonly bundle: object } = {
    id: 'snapshot-1',
    bundle: { models, tasks: [TASK] },
    baselineModelIndex: models.length - 1,
    modelIndexById: new Map(models.map(({ id }, index) => [id, index])),
  };
  return partial as Snapshot;
}

/** Chooses the first model; the others are fallbacks. */
function routerOf(snapshot: Snapshot, faults: ChatFixture['faults']): Router {
  const { models } = snapshot.bundle;
  const capability = { mean: 0.9, lowerBound: 0.8, evidenceCount: 100, basis: 'measured', source: 'test' } as const;
  const router: Pick<Router, 'classify' | 'choose'> = {
    async classify(request) {
      if (faults.classify !== undefined) throw faults.classify;
      const view = viewPrompt(request);
      const vector = fakeVector(view.routingText, DIMENSIONS);
      const embedding = { vector, tokenCount: 3, isTruncated: false, isCached: false };
      const certain = { probability: 1, score: 1, threshold: 0, isAbstained: false };
      const classification = { taskIndex: 0, probabilities: Float32Array.of(1), neighbours: [], ...certain };
      return { snapshot, view, embedding, classification };
    },
    choose(_request, { classification }, trace) {
      if (faults.choose !== undefined) throw faults.choose;
      const [first, ...others] = models;
      if (first === undefined) throw new Error('the fixture has no model');
      const expected = { capability, expectedCostUsd: 0.001, expectedCompletionTokens: 100 };
      trace.candidates = models.map(({ id }) => ({
        model: id,
        ...expected,
        isChosen: id === first.id,
        rejections: [],
      }));
      const facts = { decisionId: 'd', snapshotId: snapshot.id, classification, task: TASK.id, model: first.id };
      const fallbackModels = others.map(({ id }) => id);
      const reason = { reason: 'cheapestCapable', explanation: '', qualityFloor: 0.5, isFloorMet: true } as const;
      return { ...facts, ...expected, ...reason, baselineCostUsd: 0.001, fallbackModels } satisfies Decision;
    },
  };
  return { ...router, select: () => Promise.reject(new Error('chat decides in two halves')) };
}
