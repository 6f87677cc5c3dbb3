import fc from 'fast-check';
import t from 'tap';
import { buildVocabulary, createLexicalEncoder, wordsOf } from '../../src/routing/lexical-features.js';

t.test('words are lower-case, numbers alike, head and tail marked', async (t) => {
  t.same(
    [...wordsOf('Fix 3 bugs!')],
    ['fix', '^fix', '$fix', '#', '^#', '$#', 'bugs', '^bugs', '$bugs', '!', '^!', '$!'],
  );
  const long = [...wordsOf(Array.from({ length: 20 }, (_, place) => 'abcdefghijklmnopqrst'[place]).join(' '))];
  t.same(
    long.filter((word) => word.startsWith('^')),
    ['^a', '^b', '^c', '^d', '^e', '^f'],
  );
  t.same(
    long.filter((word) => word.startsWith('$')),
    ['$m', '$n', '$o', '$p', '$q', '$r', '$s', '$t'],
  );
  t.same([...wordsOf('')], []);
});

t.test('the vocabulary holds what occurs twice, the frequent first', async (t) => {
  const vocabulary = buildVocabulary([new Set(['a', 'b']), new Set(['b', 'a']), new Set(['b', 'c'])]);
  t.same(vocabulary.words, ['b', 'a']);
  t.ok(vocabulary.weights[0]! < vocabulary.weights[1]!);
  t.ok(vocabulary.unknownWeight > vocabulary.weights[1]!);
});

t.test('an encoded text has length 1, less where words are unknown', async (t) => {
  const vocabulary = buildVocabulary([wordsOf('fix this bug'), wordsOf('fix this bug')]);
  const encode = createLexicalEncoder(vocabulary);
  const length = (text: string): number => Math.hypot(...encode(text).values);
  t.ok(Math.abs(length('fix this bug') - 1) < 1e-9);
  t.ok(length('fix this spaceship') < 1 && length('fix this spaceship') > 0);
  t.same(encode('unheard'), { columns: [], values: [] });
  t.same(encode(''), { columns: [], values: [] });
});

t.test('law: any text can be encoded, and no column comes twice', async () => {
  const encode = createLexicalEncoder(buildVocabulary([wordsOf('a b c 1 .'), wordsOf('a b c 2 .')]));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { columns, values } = encode(text);
      return new Set(columns).size === values.length && values.every((value) => value > 0 && value <= 1);
    }),
  );
});
