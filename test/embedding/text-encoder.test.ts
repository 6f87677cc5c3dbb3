import { BertTokenizer } from '@xenova/transformers';
import fc from 'fast-check';
import t from 'tap';
import { readModelFiles } from '../../src/embedding/model-files.js';
import { createTextEncoder } from '../../src/embedding/text-encoder.js';
import { modelDirectory } from './support/model.js';

const files = await readModelFiles(modelDirectory);
const encoder = createTextEncoder({ ...files, maxTokens: 256 });
const library = new BertTokenizer(JSON.parse(files.tokenizerJson), JSON.parse(files.tokenizerConfigJson));

const words = fc.constantFrom(
  'Hello',
  'WORLD',
  "don't",
  'naïve',
  'café,',
  'ΣΊΣΥΦΟΣ',
  'ΟΔΟΣ.',
  'ΑΣ.Α',
  'İstanbul',
  '你好世界',
  'こんにちは',
  'हिन्दी',
  '👩‍👩‍👧',
  '[CLS]',
  '[sep]',
  '[MASK]x',
  'a[SEP]b',
  '##ing',
  'snake_case(x)->y;',
  'https://example.org/?q=1&r=2',
  '3.14159',
  '$1,000.00',
  '\u0000',
  '\u00ad',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '=\u0338',
  'e\u0301',
  '\ud800',
  'x'.repeat(101),
  'antidisestablishmentarianism',
);
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(fc.tuple(words, fc.constantFrom(' ', '', '\n', '\t ', '  ', '\u00a0')))
    .map((parts) => parts.flat().join('')),
);

function expected(text: string): number[] {
  const ids = library.encode(text);
  return ids.length <= 256 ? ids : [...ids.slice(0, 255), ...ids.slice(-1)];
}

t.test('gives the ids that the library gives for the whole text', async (t) => {
  fc.assert(
    fc.property(texts, (text) => {
      t.same(encoder.encode(text).ids, expected(text));
    }),
    { numRuns: 2000 },
  );
});

t.test('cuts at the window and keeps the closing token', async (t) => {
  const text = 'one two three '.repeat(100);
  const { ids, isTruncated } = encoder.encode(text);
  t.same(ids, expected(text));
  t.equal(ids.length, 256);
  t.equal(isTruncated, true);
});

t.test('puts both texts of a pair between the special tokens', async (t) => {
  const first = 'How do I sort a list?';
  const second = 'How is a list sorted?';
  const a = library.encode(first);
  const b = library.encode(second);
  const pair = encoder.encodePair(first, second);
  t.same(pair.ids, [...a, ...b.slice(1)]);
  t.equal(pair.firstLength, a.length);
  t.equal(pair.isTruncated, false);
});

t.test('cuts the longer text of a pair first', async (t) => {
  const short = encoder.encode('How do I sort a list?').ids;
  const pair = encoder.encodePair('How do I sort a list?', 'one two three '.repeat(100));
  t.equal(pair.ids.length, 256);
  t.same(pair.ids.slice(0, short.length), short);
  const even = encoder.encodePair('a '.repeat(300), 'b '.repeat(300));
  t.equal(even.ids.length, 256);
  // 253 tokens between three special ones.
  t.equal(even.firstLength, 129);
  t.equal(even.isTruncated, true);
});
