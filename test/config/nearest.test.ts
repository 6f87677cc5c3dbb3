import t from 'tap';
import { nearestWord, suggestion } from '../../src/config/nearest.js';

t.test('finds the word that was meant', async (t) => {
  const known = ['qualityFloor', 'exemplars', 'cache', 'id'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['qualityFlor', 'qualityFloor'],
    ['quality_floor', 'qualityFloor'],
    ['exmeplars', 'exemplars'],
    ['Cache', 'cache'],
    ['di', 'id'],
    ['zebra', undefined],
    ['x'.repeat(101), undefined],
  ];
  for (const [word, expected] of cases) t.equal(nearestWord(word, known), expected, word);
});

t.test('otherwise what is known is listed, at most ten', async (t) => {
  t.equal(suggestion('catch', ['cache']), '; did you mean "cache"?');
  t.equal(suggestion('zzz', ['aa', 'bb']), '; known: aa, bb');
  t.equal(suggestion('zzzzz', []), '');
  const many = Array.from({ length: 12 }, (_, index) => `word${index}`);
  t.equal(suggestion('zzzzz', many), `; known: ${many.slice(0, 10).join(', ')}, and 2 more`);
});
