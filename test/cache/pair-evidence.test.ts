import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { FITTED_VERIFIER_REVISION } from '../../src/cache/acceptance-weights.js';
import { gatherEvidence } from '../../src/cache/pair-evidence.js';
import type { LabelledPair, PairFinding } from '../../src/cache/pair-evidence.js';
import { projectRoot } from '../../src/config/project-root.js';
import type { PairVerifier } from '../../src/embedding/pair-verifier.js';
import { createFakeEmbedder } from '../support/fake-embedder.js';

const { signal } = new AbortController();

function createFakeVerifier(): PairVerifier & { readonly asked: (readonly [string, string])[] } {
  const asked: (readonly [string, string])[] = [];
  return {
    asked,
    score: async (pairs) => {
      asked.push(...pairs);
      return pairs.map(([stored]) => (stored.length > 50 ? undefined : stored.length / 10));
    },
    fingerprint: 'v1',
    maxTokens: 30,
  };
}

const logitOf = (finding?: PairFinding): number | undefined =>
  finding?.kind === 'weighed' ? finding.evidence.verifierLogit : undefined;

const pair = (stored: string, asked: string): LabelledPair => ({ stored, asked, isSame: true });

t.test('tells what a look-up would weigh, and nothing where it would refuse first', async (t) => {
  const verifier = createFakeVerifier();
  const long = 'how do trees grow in the forest behind our very old house';
  const found = await gatherEvidence(
    [
      pair('how do trees grow', 'How do trees grow'),
      pair('how do trees grow', 'what did the senate decide'),
      pair('add 4 spoons of brown sugar to the warm milk', 'add 5 spoons of brown sugar to the warm milk'),
      pair(long, long),
    ],
    { embedder: createFakeEmbedder(), verifier, minSimilarity: 0.75, signal },
  );
  const [near, far, guarded, tooLong] = found;
  t.match(near, { kind: 'weighed', evidence: { verifierLogit: 1.7, features: { coverage: 1 } } });
  t.ok(near?.kind === 'weighed' && near.evidence.similarity > 0.99);
  t.same(far, { kind: 'unseen' }, 'the cosine is too low');
  t.same(guarded, { kind: 'refused' }, 'the guard refuses');
  t.ok(tooLong?.kind === 'weighed');
  t.equal(logitOf(tooLong), undefined, 'too long for the verifier');
  t.same(verifier.asked, [
    ['how do trees grow', 'How do trees grow'],
    [long, long],
  ]);
});

t.test('scores many pairs in slices, each in its place', async (t) => {
  const texts = Array.from({ length: 70 }, (_, place) => 'tree '.repeat(1 + (place % 7)).trim());
  const verifier = createFakeVerifier();
  const found = await gatherEvidence(
    texts.map((text) => pair(text, text)),
    { embedder: createFakeEmbedder(), verifier, minSimilarity: 0.75, signal },
  );
  t.same(
    found.map(logitOf),
    texts.map((text) => text.length / 10),
  );
  const unscored = await gatherEvidence([pair('a tree', 'a tree')], {
    embedder: createFakeEmbedder(),
    minSimilarity: 0.75,
    signal,
  });
  t.equal(logitOf(unscored[0]), undefined);
});

t.test('leaves out what the embedder cut', async (t) => {
  const embedder = createFakeEmbedder();
  const cutting: typeof embedder = {
    ...embedder,
    embed: async (texts, options) =>
      (await embedder.embed(texts, options)).map((embedding) => ({ ...embedding, isTruncated: true })),
  };
  t.same(await gatherEvidence([pair('a tree', 'a tree')], { embedder: cutting, minSimilarity: 0.75, signal }), [
    { kind: 'unseen' },
  ]);
});

t.test('the shipped weights belong to the shipped verifier', async (t) => {
  const file = join(projectRoot(), 'router-models/verifiers/pair-minilm-l6/pointsman.json');
  const { revision } = JSON.parse(await readFile(file, 'utf8')) as { revision: string };
  t.equal(FITTED_VERIFIER_REVISION, revision, 'run npm run fit:acceptance');
});
