import { join } from 'node:path';
import t from 'tap';
import { projectRoot } from '../../src/config/project-root.js';
import { createTransformersEmbedder } from '../../src/embedding/transformers-embedder.js';
import { modelDirectory, neverAborted } from './support/model.js';

const signal = neverAborted();
const embedder = await createTransformersEmbedder({
  directory: modelDirectory,
  verifierDirectory: join(projectRoot(), 'router-models/verifiers/pair-minilm-l6'),
});
t.teardown(() => embedder.close());
const { verifier } = embedder;
if (verifier === undefined) throw new Error('the project ships no verifier');

t.test('the shipped verifier tells paraphrases from look-alikes', async (t) => {
  const [same = NaN, opposite = NaN, other = NaN] = await verifier.score(
    [
      ['How do I turn on dark mode?', 'how can i enable the dark theme'],
      ['How do I turn on dark mode?', 'How do I turn off dark mode?'],
      ['How do I turn on dark mode?', 'How do I bake bread?'],
    ],
    { signal },
  );
  t.ok(same > 1, `${same}`);
  t.ok(opposite < 0, `${opposite}`);
  t.ok(other < -2, `${other}`);
});

t.test('a pair that the window cuts has no score, however short its letters', async (t) => {
  const figures = '1 2 3 4 5 6 7 8 9 '.repeat(10);
  const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(5);
  const scores = await verifier.score(
    [
      [`${figures}plus`, `${figures}minus`],
      [prose, `${prose} Twice.`],
      ['word '.repeat(400), 'word '.repeat(400)],
      ['\ud800 a lone surrogate', 'a lone surrogate'],
    ],
    { signal },
  );
  t.same(
    scores.map((score) => score === undefined),
    [true, false, true, false],
  );
});
