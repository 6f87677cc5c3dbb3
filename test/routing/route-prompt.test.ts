import t from 'tap';
import type { Snapshot } from '../../src/bundle/snapshot.js';
import type { Embedder } from '../../src/embedding/embedder.js';
import { textRequest, type Constraints, type RouteRequest } from '../../src/request.js';
import { createCapabilityModel } from '../../src/routing/capability-model.js';
import type { Classification } from '../../src/routing/classification.js';
import { createRouter, type RouterOptions } from '../../src/routing/route-prompt.js';
import { createTrace, type RoutingTrace } from '../../src/trace.js';
import { bundle, model, SETTINGS, task } from './support/fixtures.js';

const evidence = (score: number) => [
  { taskIndex: 0, score, n: 400, isDeclared: false, source: 'Bench', date: '2026-01-02' },
];
const models = [
  model('strong', {
    evidence: evidence(0.95),
    price: { inputUsdPerMtok: 5, outputUsdPerMtok: 20, above: [], source: '', date: '', isDeclared: false },
  }),
  model('cheap', { evidence: evidence(0.85) }),
  model('weak', {
    evidence: evidence(0.4),
    price: { inputUsdPerMtok: 0.1, outputUsdPerMtok: 0.1, above: [], source: '', date: '', isDeclared: false },
  }),
];

const classification: Classification = {
  taskIndex: 0,
  probability: 0.9,
  probabilities: Float32Array.of(0.9, 0.1),
  neighbours: [{ exemplarIndex: 0, taskIndex: 0, similarity: 0.8 }],
  score: 0.85,
  threshold: 0.3,
  isAbstained: false,
};

function snapshot(id = 's1', changes: Partial<Classification> = {}): Snapshot {
  const content = bundle({
    settings: SETTINGS,
    tasks: [task('writing'), task('coding')],
    models,
    exemplars: [{ text: 'write a letter', taskIndex: 0, location: { file: 'tasks/writing.yaml', line: 1, column: 1 } }],
  });
  return {
    id,
    bundle: content,
    fingerprint: 'f',
    classifier: { classify: () => ({ ...classification, ...changes }) },
    capability: createCapabilityModel({ bundle: content }),
    defaultModelIndex: 0,
    baselineModelIndex: 0,
    modelIndexById: new Map(models.map(({ id: name }, index) => [name, index])),
    taskIndexById: new Map([['writing', 0]]),
  };
}

function setup(changes: Partial<RouterOptions> & { readonly snapshot?: Snapshot } = {}) {
  const embedded: string[] = [];
  const embedder: Embedder = {
    async embed(texts) {
      embedded.push(...texts);
      return texts.map(() => ({ vector: Float32Array.of(1, 0), tokenCount: 7, isTruncated: false, isCached: false }));
    },
    fingerprint: 'f',
    dimensions: 2,
    maxTokens: 256,
    queueLength: 0,
    close: async () => undefined,
  };
  let current = changes.snapshot ?? snapshot();
  let milliseconds = 0;
  let ids = 0;
  const router = createRouter({
    snapshots: { current: () => current },
    embedder,
    clock: () => (milliseconds += 1),
    newId: () => `d${(ids += 1)}`,
    ...changes,
  });
  return { router, embedded, swap: (next: Snapshot) => (current = next) };
}

function request(text = 'write a letter to my landlord', constraints: Partial<Constraints> = {}): RouteRequest {
  const base = textRequest(text);
  return { ...base, constraints: { ...base.constraints, ...constraints } };
}

const live = new AbortController().signal;

t.test('decides, and says why in decision and trace', async (t) => {
  const { router, embedded } = setup();
  const trace = createTrace();
  const decision = await router.select(request(), trace, live);
  t.same(embedded, ['write a letter to my landlord']);
  t.match(decision, {
    decisionId: 'd1',
    snapshotId: 's1',
    task: 'writing',
    model: 'cheap',
    reason: 'cheapestCapable',
    fallbackModels: ['strong'],
    qualityFloor: 0.7,
    isFloorMet: true,
    expectedCompletionTokens: 100,
  });
  t.ok(Math.abs(decision.expectedCostUsd - (12 * 1 + 100 * 2) / 1e6) < 1e-12);
  t.ok(Math.abs(decision.baselineCostUsd - (12 * 5 + 100 * 20) / 1e6) < 1e-12);
  t.same(trace.view, {
    estimatedPromptTokens: 12,
    embeddedTokens: 7,
    isTruncated: false,
    omittedCharacters: 0,
    language: 'en',
    isEmbeddingCached: false,
  });
  t.same(trace.neighbours, [{ task: 'writing', text: 'write a letter', similarity: 0.8 }]);
  t.same(
    trace.tasks?.map(({ task: id }) => id),
    ['writing', 'coding'],
  );
  t.equal(trace.abstentionScore, 0.85);
  t.equal(trace.abstentionThreshold, 0.3);
  t.same(
    trace.candidates?.map((candidate) => candidate.model),
    ['cheap', 'weak', 'strong'],
  );
  t.same(
    trace.timings.map(({ step }) => step),
    ['view', 'embed', 'classify', 'choose'],
  );
});

const briefTrace = (): RoutingTrace => createTrace({ isWhole: false });

t.test('an equal request is decided from memory, under its own id', async (t) => {
  const { router, embedded } = setup();
  const first = await router.select(request(), briefTrace(), live);
  const trace = briefTrace();
  const second = await router.select(request(), trace, live);
  t.equal(embedded.length, 1);
  t.equal(second.decisionId, 'd2');
  t.same({ ...second, decisionId: '' }, { ...first, decisionId: '' });
  t.equal(trace.view?.isEmbeddingCached, true);
  t.equal(trace.tasks?.[0]?.task, first.task);
  t.equal(trace.candidates, undefined);
});

t.test('a whole trace is never from memory', async (t) => {
  const { router, embedded } = setup();
  const first = await router.select(request(), briefTrace(), live);
  const trace = createTrace();
  const second = await router.select(request(), trace, live);
  t.equal(embedded.length, 2);
  t.same({ ...second, decisionId: '' }, { ...first, decisionId: '' });
  t.equal(trace.candidates?.length, 3);
});

t.test('another constraint, another snapshot or another health is decided anew', async (t) => {
  const health = { isHealthy: () => true, version: 0 };
  const healthy = snapshot();
  const { router, embedded, swap } = setup({ snapshot: healthy });
  await router.select(request(), briefTrace(), live);
  await router.select(request('write a letter to my landlord', { qualityPreference: 1 }), briefTrace(), live);
  t.equal(embedded.length, 2);
  swap(snapshot('s2'));
  const decision = await router.select(request(), briefTrace(), live);
  t.equal(decision.snapshotId, 's2');
  t.equal(embedded.length, 3);

  const watched = setup({ deploymentHealth: health });
  await t.rejects(watched.router.select(request(), briefTrace(), live), {
    reason: 'NO_ELIGIBLE_MODEL',
    message: /NO_HEALTHY_DEPLOYMENT \(3\)/,
  });
  health.version = 1;
  await t.rejects(watched.router.select(request(), briefTrace(), live), {
    reason: 'NO_ELIGIBLE_MODEL',
    message: /NO_HEALTHY_DEPLOYMENT \(3\)/,
  });
  t.equal(watched.embedded.length, 2);
});

t.test('nothing is kept when told so', async (t) => {
  const { router, embedded } = setup({ keptDecisions: 0 });
  await router.select(request(), briefTrace(), live);
  await router.select(request(), briefTrace(), live);
  t.equal(embedded.length, 2);
});

t.test('an uncertain task goes to the default model', async (t) => {
  const { router } = setup({ snapshot: snapshot('s1', { isAbstained: true }) });
  const decision = await router.select(request(), createTrace(), live);
  t.equal(decision.model, 'strong');
  t.equal(decision.reason, 'abstainedDefault');
});

t.test('an unknown model in a constraint is refused before anything is embedded', async (t) => {
  const { router, embedded } = setup();
  await t.rejects(router.select(request('x', { deniedModels: ['cheap', 'gone'] }), createTrace(), live), {
    reason: 'UNKNOWN_MODEL',
    message: 'model "gone" is not in the catalogue; known: cheap, strong, weak',
    fieldViolations: [{ field: 'constraints.denied_models[1]' }],
  });
  t.same(embedded, []);
});

t.test('no eligible model: an error with the reasons counted, and a trace that lists them', async (t) => {
  const { router } = setup();
  const trace = createTrace();
  await t.rejects(router.select(request('x', { regions: ['mars'], deniedModels: ['weak'] }), trace, live), {
    reason: 'NO_ELIGIBLE_MODEL',
    message:
      'none of 3 models can serve this request: REGION_UNAVAILABLE (3), DENIED (1); relax the constraints or extend the catalogue',
    metadata: { REGION_UNAVAILABLE: '3', DENIED: '1' },
  });
  t.equal(trace.candidates?.length, 3);
});

t.test('a cancelled call is not embedded', async (t) => {
  const { router, embedded } = setup();
  await t.rejects(router.select(request(), createTrace(), AbortSignal.abort()), {
    reason: 'CALL_CANCELLED',
    message: 'the call was cancelled',
  });
  t.same(embedded, []);
});

t.test('in two halves, as the pipeline with a cache between them does it', async (t) => {
  const { router } = setup();
  const trace = createTrace();
  const prompt = await router.classify(request(), trace, live);
  t.equal(prompt.classification.taskIndex, 0);
  t.equal(trace.candidates, undefined);
  t.equal(router.choose(request(), prompt, trace).model, 'cheap');
  t.equal(trace.candidates?.length, 3);
});

t.test('a limit on the answer lowers the expected cost', async (t) => {
  const { router } = setup();
  const base = request();
  const limited = { ...base, prompt: { ...base.prompt, sampling: { maxOutputTokens: 10 } } };
  const decision = await router.select(limited, createTrace(), live);
  t.equal(decision.expectedCompletionTokens, 10);
});
