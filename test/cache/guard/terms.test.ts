import fc from 'fast-check';
import t from 'tap';
import { alignTerms, readTerms, type Term } from '../../../src/cache/guard/terms.js';
import { readPrompt } from '../../../src/cache/guard/tokens.js';

const termsOf = (text: string): readonly Term[] => readTerms(readPrompt(text));
const keysOf = (terms: readonly Term[]): readonly string[] => terms.map(({ key }) => key);
const onlyIn = (left: string, right: string) => {
  const { onlyLeft, onlyRight } = alignTerms(termsOf(left), termsOf(right));
  return [keysOf(onlyLeft), keysOf(onlyRight)];
};

t.test('a word that is almost spelt like one that both prompts have stands alone, on either side', async (t) => {
  const [more, fewer] = ['renew the residence permit of a resident', 'renew the residence permit of a'];
  t.same(onlyIn(more, fewer), [['resident'], []]);
  t.same(onlyIn(fewer, more), [[], ['resident']]);
});

t.test('pairs a misspelling, and a synonym of what is paired already', async (t) => {
  t.same(onlyIn('renew the insurence', 'renew the insurance'), [[], []]);
  t.same(onlyIn('purchase or buy a house', 'buy a house'), onlyIn('or buy a house', 'buy a house'));
  t.same(onlyIn('login page, log in', 'log in page'), [[], []]);
});

t.test('does not mind the order of the prompts', async () => {
  const word = fc.constantFrom(
    ...[
      'resident',
      'residence',
      'insurance',
      'insurence',
      'buy',
      'purchase',
      'log in',
      'login',
      'sign up',
      'Berlin',
      'the',
    ],
  );
  const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const [onlyLeft, onlyRight] = onlyIn(left, right);
      return JSON.stringify(onlyIn(right, left)) === JSON.stringify([onlyRight, onlyLeft]);
    }),
    { numRuns: 500 },
  );
});
