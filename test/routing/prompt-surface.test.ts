import t from 'tap';
import { promptSurface, SURFACE_COUNT } from '../../src/routing/prompt-surface.js';

t.test('sees layout, options, code, formulas and how a text begins and ends', async (t) => {
  const question = promptSurface('which is it?\nA) one\nB) two, or 3');
  t.equal(question.length, SURFACE_COUNT);
  t.equal(question[1], Math.log1p(2), 'line breaks');
  t.equal(question[3], 1, 'answer options');
  t.equal(question[4], 0, 'no code');
  t.equal(question[6], 1, 'a question mark');
  t.equal(question[7], Math.log1p(9), 'words');
  t.equal(question[8], 1, 'begins in lower case');
  t.equal(question[9], 0, 'does not end with the question');
  const code = promptSurface('Explain def f(x): return $x^2$.');
  t.same([code[3], code[4], code[5], code[8], code[11]], [0, 1, 1, 0, 1]);
});

t.test('gives finite numbers for empty and endless texts', async (t) => {
  t.ok(promptSurface('').every(Number.isFinite));
  const long = promptSurface('word '.repeat(1_000_000));
  t.equal(long[0], Math.log1p(5_000_000));
  t.ok(Math.abs(long[7]! - Math.log1p(1_000_000)) < 0.01, 'words are scaled up from what was looked at');
});
