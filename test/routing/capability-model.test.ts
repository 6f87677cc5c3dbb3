import t from 'tap';
import type { Evidence } from '../../src/bundle/bundle.js';
import { createCapabilityModel } from '../../src/routing/capability-model.js';
import { bundle, model, SETTINGS, task } from './support/fixtures.js';

const measured: Evidence = {
  taskIndex: 0,
  score: 0.8,
  n: 100,
  isDeclared: false,
  source: 'Bench',
  date: '2026-01-02',
};
const declared: Evidence = { taskIndex: 0, score: 0.9, n: 0, isDeclared: true, source: 'editor', date: '2026-02-03' };

function estimateFor(evidence: readonly Evidence[], taskIndex = 0) {
  const models = [model('m', { evidence })];
  const tasks = [task('a'), task('b')];
  const capability = createCapabilityModel({ bundle: bundle({ settings: SETTINGS, tasks, models }) });
  return capability.estimate({
    text: '',
    vector: new Float32Array(2),
    probabilities: Float32Array.of(1, 0),
    taskIndex,
    promptTokens: 10,
  })[0]!;
}

t.test('measured evidence has a Wilson bound at the confidence', async (t) => {
  const found = estimateFor([measured]);
  t.equal(found.mean, 0.8);
  t.equal(found.lowerBound.toFixed(4), '0.7441');
  t.equal(found.evidenceCount, 100);
  t.equal(found.basis, 'measured');
  t.equal(found.source, 'Bench (2026-01-02)');
});

t.test('a declared value counts as a few prompts', async (t) => {
  const found = estimateFor([declared]);
  t.equal(found.basis, 'declared');
  t.equal(found.evidenceCount, 0);
  t.ok(found.lowerBound < 0.8 && found.lowerBound > 0.65, `${found.lowerBound}`);
});

t.test('measured evidence replaces a declared value', async (t) => {
  t.same(estimateFor([declared, measured]), estimateFor([measured]));
});

t.test('entries are pooled by their counts', async (t) => {
  const found = estimateFor([measured, { ...measured, score: 0.5, n: 50, source: 'Other' }]);
  t.equal(found.mean.toFixed(6), '0.700000');
  t.equal(found.evidenceCount, 150);
  t.equal(found.source, 'Bench (2026-01-02); Other (2026-01-02)');
});

t.test('a small variance tightens the bound', async (t) => {
  t.ok(estimateFor([{ ...measured, variance: 0.04 }]).lowerBound > estimateFor([measured]).lowerBound);
});

t.test('no evidence on the task: not capable', async (t) => {
  t.same(estimateFor([measured], 1), { mean: 0, lowerBound: 0, evidenceCount: 0, basis: 'none', source: '' });
});

t.test('expected tokens: by task, then the model, then the task', async (t) => {
  const models = [
    model('by-task', { completionTokensByTask: { 0: 7 }, completionTokensDefault: 8 }),
    model('by-model', { completionTokensDefault: 8 }),
    model('plain'),
  ];
  const tasks = [task('a', { expectedCompletionTokens: 9 })];
  const capability = createCapabilityModel({ bundle: bundle({ tasks, models }) });
  const input = {
    text: '',
    vector: new Float32Array(2),
    probabilities: Float32Array.of(1),
    taskIndex: 0,
    promptTokens: 1,
  };
  t.same(
    models.map((_, index) => capability.expectedCompletionTokens(index, input)),
    [7, 8, 9],
  );
});
