import t from 'tap';
import { createTransformersEmbedder } from '../../src/embedding/transformers-embedder.js';
import { dot, modelDirectory, neverAborted } from './support/model.js';

const signal = neverAborted();
const embedder = await createTransformersEmbedder({ directory: modelDirectory });
t.teardown(() => embedder.close());

async function vectorOf(text: string): Promise<Float32Array> {
  const [embedding] = await embedder.embed([text], { signal });
  return embedding!.vector;
}

t.test('tells what its vectors are', async (t) => {
  t.equal(embedder.dimensions, 384);
  t.equal(embedder.maxTokens, 256);
  t.match(embedder.fingerprint, /^[0-9a-f]{16}$/);
  t.equal(embedder.verifier, undefined);
});

t.test('gives unit vectors in the order of the texts, near where the meaning is near', async (t) => {
  const texts = ['A man is playing a guitar.', 'What is the capital of France?', 'Somebody plays the guitar'];
  const embeddings = await embedder.embed(texts, { signal });
  for (const [index, text] of texts.entries()) t.same(embeddings[index]!.vector, await vectorOf(text));
  const [guitar, capital, somebody] = embeddings.map((embedding) => embedding.vector);
  for (const vector of [guitar!, capital!, somebody!]) t.ok(Math.abs(dot(vector, vector) - 1) < 1e-5);
  t.ok(dot(guitar!, somebody!) > 0.8);
  t.ok(dot(guitar!, capital!) < 0.2);
});

t.test('gives nearly the same vector whatever else is in the batch', async (t) => {
  const text = 'Translate this letter into Dutch, please.';
  const other = await createTransformersEmbedder({ directory: modelDirectory, cacheEntries: 0 });
  t.teardown(() => other.close());
  const [alone] = await other.embed([text], { signal });
  const mixed = await other.embed(['Hi', text, `${text} ${text}`, 'Sort these numbers in place and explain.'], {
    signal,
  });
  t.ok(dot(alone!.vector, mixed[1]!.vector) > 0.9999);
  t.equal(alone!.isCached, false);
});

t.test('answers a text seen before from its cache, with the same vector', async (t) => {
  const [first] = await embedder.embed(['a text for the cache'], { signal });
  const [second] = await embedder.embed(['a text for the cache'], { signal });
  t.equal(first!.isCached, false);
  t.equal(second!.isCached, true);
  t.equal(second!.vector, first!.vector);
});

t.test('counts tokens and tells when the window cut the text', async (t) => {
  const words = (count: number): string => 'the '.repeat(count);
  const texts = ['', 'hello', words(254), words(255), words(250_000)];
  const embeddings = await embedder.embed(texts, { signal });
  t.same(
    embeddings.map(({ tokenCount, isTruncated }) => [tokenCount, isTruncated]),
    [
      [2, false],
      [3, false],
      [256, false],
      [256, true],
      [256, true],
    ],
  );
});

t.test('a megabyte takes no longer than a page', async (t) => {
  const shapes = ['x'.repeat(1_000_000), ' '.repeat(1_000_000), '好'.repeat(400_000), 'é, '.repeat(300_000)];
  for (const text of shapes) {
    const startedAt = performance.now();
    const [embedding] = await embedder.embed([text], { signal });
    t.equal(embedding!.isTruncated, true);
    t.ok(performance.now() - startedAt < 10_000);
  }
});

t.test('reads unpaired surrogates and control characters as if they were not there', async (t) => {
  const plain = await vectorOf('what is the weather like');
  t.same(await vectorOf('what is \ud800the weather like'), plain);
  t.same(await vectorOf('what is the weather\udc00 like'), plain);
  t.same(await vectorOf('what\u0000 is the\u0007 weather\u200b like\u007f'), plain);
  t.same(await vectorOf('what\tis\r\nthe   weather like\n'), plain);
});

t.test('tells apart a cut text and one that is the same up to the cut', async (t) => {
  const short = 'a'.repeat(256 * 24);
  const [whole] = await embedder.embed([short], { signal });
  const [cut] = await embedder.embed([`${short}a`], { signal });
  t.equal(whole!.isTruncated, false);
  t.equal(cut!.isTruncated, true);
});
