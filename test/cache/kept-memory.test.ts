import t from 'tap';
import { encodeAnswer } from '../../src/cache/cached-answer.js';
import { createMemoryStore } from '../../src/cache/memory-store.js';
import { createVectorIndex } from '../../src/cache/vector-index.js';
import { prepareText } from '../../src/embedding/prepare-text.js';
import { ownText } from '../../src/own-copy.js';
import { viewPrompt } from '../../src/routing/prompt-view.js';
import { textRequest } from '../../src/request.js';
import { heldBytes } from '../support/held-bytes.js';
import { answer, ANSWER, createFixture, makeFacts } from './cache-fixture.js';
import { DIMENSIONS, makeEntry } from './store-contract.js';

const COUNT = 40;
/** Of a request, in characters. */
const LARGE = 250_000;
const MEGABYTE = 1_000_000;
/** As the edges read it: characters of its own, in one piece. */
const received = (text: string): string => Buffer.from(text).toString();

t.test('a padded prompt is kept without its padding', async (t) => {
  const { cache } = createFixture();
  const prompt = (index: number): string =>
    received(`What is the highest mountain of country ${index}? `.padEnd(LARGE));
  const held = await heldBytes(COUNT, (index) => answer(cache, makeFacts(prompt(index))));
  t.equal((await cache.stats()).local.entries, COUNT);
  t.ok(held < 2 * MEGABYTE, `${held} bytes`);
});

t.test('the head of a long system prompt is kept without the rest', async (t) => {
  const system = (index: number): string =>
    received(`In task ${index} you are given an input and translate it as provided. `.padEnd(LARGE, 'and so on '));
  const held = await heldBytes(COUNT, (index) => {
    const { routingText } = viewPrompt(textRequest('Bonjour', { system: system(index) }));
    return prepareText(routingText, 256).text;
  });
  t.ok(held < 2 * MEGABYTE, `${held} bytes`);
});

t.test('a stored answer keeps nothing of the buffer that it was read or written in', async (t) => {
  const store = createMemoryStore({ maxBytes: MEGABYTE, dimensions: DIMENSIONS, clock: () => 0 });
  const held = await heldBytes(COUNT, (index) => {
    const reply = Buffer.alloc(MEGABYTE / 10);
    const bytes = index % 2 === 0 ? encodeAnswer(ANSWER) : reply.subarray(0, encodeAnswer(ANSWER).copy(reply));
    // Fills what is left of Node's pool.
    for (let written = 0; written < 3; written += 1) Buffer.from('x'.repeat(3000));
    store.put(makeEntry({ nowMs: 0, exactKey: `key-${index}`, answer: bytes }), undefined);
    return undefined;
  });
  t.ok(held < 4000 * COUNT, `${held} bytes`);
  t.same((await store.getExact('partition-a', 'key-1'))?.answer, encodeAnswer(ANSWER));
});

t.test('what was pushed out is let go, in small partitions and in large ones', async (t) => {
  const entries = 50;
  for (const flatLimit of [Infinity, 8]) {
    const index = createVectorIndex(64, { flatLimit });
    const add = (label: number): void => {
      index.add(label, new Float32Array(64).fill(1 / 8));
      if (label >= entries) index.remove(label - entries);
    };
    for (let label = 0; label < 1000; label += 1) add(label);
    const held = await heldBytes(20_000, (made) => add(1000 + made));
    t.equal(index.size, entries);
    t.ok(held < MEGABYTE, `${held} bytes`);
  }
});

t.test('a copy is equal to what it was made of', async (t) => {
  for (const text of ['', 'abc', 'naïve 🙂', 'half of a pair: \ud83d', '\u0000']) t.equal(ownText(text), text);
});
