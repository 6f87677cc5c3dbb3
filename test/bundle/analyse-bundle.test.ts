import { rm } from 'node:fs/promises';
import t from 'tap';
import { analyseBundle } from '../../src/bundle/analyse-bundle.js';
import type { AnalyseBundleOptions } from '../../src/bundle/analyse-bundle.js';
import { createFakeEmbedder, fakeVector } from '../support/fake-embedder.js';
import { smallBundle } from '../support/small-bundle.js';

function options(root: string, changes: Partial<AnalyseBundleOptions> = {}): AnalyseBundleOptions {
  return {
    bundleDirectory: `${root}/bundle`,
    cacheDirectory: `${root}/cache`,
    embedder: createFakeEmbedder(),
    signal: new AbortController().signal,
    ...changes,
  };
}

t.test('gives a bundle with its vectors, its index and its fitted model', async (t) => {
  const root = t.testdir({ bundle: smallBundle({ 'outcomes/a.jsonl': '{"prompt":"x","model":"big","score":1}\n' }) });
  const { bundle, vectors, index, model } = await analyseBundle(options(root));
  t.equal(bundle.outcomes.length, 1);
  t.equal(vectors.values.length, 4 * vectors.dimensions);
  const row = vectors.values.slice(2 * vectors.dimensions, 3 * vectors.dimensions);
  t.strictSame(row, fakeVector('Translate "good morning" into French', vectors.dimensions));
  t.equal(index.search(row, 1)[0]?.exemplarIndex, 2);
  t.equal(model.classifier.taskCount, 2);
});

t.test('computes nothing twice, and lost vectors anew', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const first = await analyseBundle(options(root));
  const embedder = createFakeEmbedder();
  const second = await analyseBundle(options(root, { embedder }));
  t.strictSame(embedder.asked, []);
  t.equal(second.snapshotId, first.snapshotId);
  await rm(`${root}/cache/vectors`, { recursive: true });
  t.strictSame((await analyseBundle(options(root, { embedder }))).vectors.values, first.vectors.values);
  t.equal(embedder.asked.length, 4);
});

t.test('an aborted signal ends it', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const signal = AbortSignal.abort();
  await t.rejects(analyseBundle(options(root, { signal })), { name: 'RouterError', reason: 'CALL_CANCELLED' });
});
