import t from 'tap';
import { readBundle } from '../../src/bundle/read-bundle.js';
import { projectRoot } from '../../src/config/project-root.js';
import { edited, smallBundle } from '../support/small-bundle.js';

t.test('reads every part of a bundle', async (t) => {
  const root = t.testdir(
    smallBundle({
      'outcomes/a.jsonl':
        '{"prompt":"bonjour?","model":"small","score":0.5,"task":"translation","completionTokens":9}\n\n',
      'outcomes/b.jsonl': '{"prompt":"1+1","model":"big","score":1}\n',
      'cache-pairs.jsonl': '{"q1":"a","q2":"b","same":false}\n{"q1":"a","q2":"c","same":true,"task":"arithmetic"}\n',
    }),
  );
  const bundle = await readBundle(root);
  t.equal(bundle.root, root);
  t.strictSame(bundle.settings, {
    name: 'small',
    embedder: 'all-minilm-l6-v2',
    defaultModel: 'big',
    baselineModel: 'big',
    risk: 0.05,
    defaultAbstentionThreshold: 0.35,
    confidence: 0.9,
    tolerance: 0.02,
    qualityPreference: 0,
    declaredEquivalentCount: 20,
    neighbours: 15,
  });
  t.strictSame(bundle.tasks, [
    {
      id: 'arithmetic',
      title: 'Arithmetic',
      description: 'Sums.',
      qualityFloor: 0.8,
      cache: { policy: 'allow', ttlSeconds: 86400 },
      expectedCompletionTokens: 40,
      exemplarCount: 2,
      location: { file: 'tasks/arithmetic.yaml', line: 1, column: 1 },
    },
    {
      id: 'translation',
      title: 'Translation',
      description: 'From one language into another.',
      qualityFloor: 0.7,
      cache: { policy: 'exact', ttlSeconds: 60, minSimilarity: 0.9, minProbability: 0.8 },
      expectedCompletionTokens: 200,
      exemplarCount: 2,
      location: { file: 'tasks/translation.yaml', line: 1, column: 1 },
    },
  ]);
  t.strictSame(bundle.exemplars.slice(0, 2), [
    { text: 'what is 12 times 12', taskIndex: 0, location: { file: 'tasks/arithmetic.yaml', line: 8, column: 5 } },
    {
      text: 'Add 3 and 4 and tell me how.',
      taskIndex: 0,
      location: { file: 'tasks/arithmetic.yaml', line: 9, column: 5 },
      system: 'You are a patient teacher.',
    },
  ]);
  t.strictSame(bundle.outcomes, [
    { model: 'small', score: 0.5, prompt: 'bonjour?', taskIndex: 1, completionTokens: 9 },
    { model: 'big', score: 1, prompt: '1+1' },
  ]);
  t.strictSame(bundle.cachePairs, [
    { q1: 'a', q2: 'b', isSame: false },
    { q1: 'a', q2: 'c', isSame: true, taskIndex: 0 },
  ]);
});

t.test('reads the catalogue with its defaults', async (t) => {
  const [big, small] = (await readBundle(t.testdir(smallBundle()))).models;
  t.match(big, {
    id: 'big',
    isEnabled: true,
    hasOpenWeights: false,
    isReasoning: false,
    regions: ['eu', 'us'],
    completionTokensByTask: { 0: 500 },
    completionTokensDefault: 300,
    location: { file: 'models.yaml', line: 2, column: 5 },
  });
  t.strictSame(big?.evidence, [
    { taskIndex: 1, score: 0.95, n: 400, isDeclared: false, source: 'own test', date: '2026-01-31', variance: 0.04 },
    { taskIndex: 0, score: 0.9, n: 0, isDeclared: true, source: 'editorial estimate', date: '2026-01-31' },
  ]);
  t.strictSame(big?.deployments, [
    { id: 'big-eu', provider: 'acme', model: 'big-1', region: 'eu', priority: 0, weight: 1, maxConcurrency: 8 },
  ]);
  t.strictSame(small?.price, {
    inputUsdPerMtok: 0.1,
    outputUsdPerMtok: 0.4,
    source: 'list price',
    date: '2026-01-31',
    cachedInputUsdPerMtok: 0.01,
    above: [{ promptTokens: 1000, inputUsdPerMtok: 0.2, outputUsdPerMtok: 0.8 }],
    isDeclared: true,
  });
  t.strictSame(small?.regions, ['us'], 'regions follow the deployments where none are given');
  t.notOk(small && 'completionTokensDefault' in small);
});

t.test('the content hash follows the content', async (t) => {
  const original = await readBundle(
    t.testdir({ a: smallBundle(), b: smallBundle(), c: smallBundle(edited('bundle.yaml', 'small', 'other')) }) + '/a',
  );
  const same = await readBundle(t.testdirName + '/b');
  const other = await readBundle(t.testdirName + '/c');
  t.match(original.contentHash, /^[0-9a-f]{64}$/u);
  t.equal(same.contentHash, original.contentHash);
  t.not(other.contentHash, original.contentHash);
});

t.test('files whose names begin with a dot are left out', async (t) => {
  const bundle = await readBundle(t.testdir(smallBundle({ 'tasks/.translation.yaml.swp': 'x', '.data/x': 'y' })));
  t.equal(bundle.tasks.length, 2);
});

t.test('the default bundle is correct', async (t) => {
  const bundle = await readBundle(`${projectRoot()}/router-models`);
  t.ok(bundle.tasks.length >= 24);
  t.ok(bundle.models.length >= 18);
  t.ok(new Set(bundle.models.map(({ vendor }) => vendor)).size >= 6);
  for (const task of bundle.tasks) t.ok(task.exemplarCount >= 60, task.id);
});
