import t from 'tap';
import { freshnessOf } from '../../../src/cache/guard/freshness.js';
import type { Freshness } from '../../../src/cache/guard/freshness.js';
import { plainText } from '../../../src/cache/guard/tokens.js';

const CASES: readonly (readonly [Freshness, string])[] = [
  ['live', 'What is the weather in Bergen?'],
  ['live', 'Is the museum open now?'],
  ['live', 'What is the exchange rate of the krone?'],
  ['live', 'Where is my order?'],
  ['recent', 'What is the latest version of the norm?'],
  ['recent', 'Who is the president of the club?'],
  ['recent', 'Best films this year'],
  ['stable', 'How do tides work?'],
  ['stable', 'Write a poem about rain'],
];

t.test('tells how fast an answer goes stale', async (t) => {
  for (const [freshness, text] of CASES) t.equal(freshnessOf(plainText(text)), freshness, text);
});
