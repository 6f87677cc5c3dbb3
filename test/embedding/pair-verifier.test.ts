import t from 'tap';
import { createTransformersEmbedder } from '../../src/embedding/transformers-embedder.js';
import { neverAborted, reasonOf } from './support/model.js';
import { createScriptedWorker } from './support/scripted-worker.js';

const signal = neverAborted();

async function createScripted(queueLimit = 100) {
  const worker = createScriptedWorker();
  const embedder = await createTransformersEmbedder({
    directory: 'a',
    verifierDirectory: 'b',
    spawn: worker.spawn,
    queueLimit,
  });
  const { verifier } = embedder;
  if (verifier === undefined) throw new Error('there is no verifier');
  return { worker, embedder, verifier };
}

t.test('scores pairs in their order, one number each', async (t) => {
  const { worker, embedder, verifier } = await createScripted();
  t.equal(verifier.fingerprint, 'v1');
  t.equal(verifier.maxTokens, 128);
  const scores = verifier.score(
    [
      ['aaaa', 'b'],
      ['a', 'bbb'],
    ],
    { signal },
  );
  await worker.sent(1);
  t.match(worker.jobs[0], { task: 'verify', texts: ['aaaa', 'a'], seconds: ['b', 'bbb'] });
  worker.finish();
  t.same(await scores, [3, -2]);
  t.same(await verifier.score([], { signal }), []);
  await embedder.close();
});

t.test('pairs and texts share the queue but not a batch', async (t) => {
  const { worker, embedder, verifier } = await createScripted();
  const embedded = embedder.embed(['text'], { signal });
  const scored = verifier.score([['a', 'b']], { signal });
  const alsoEmbedded = embedder.embed(['other'], { signal });
  await worker.sent(2);
  t.same(
    worker.jobs.map(({ task, texts }) => [task, texts]),
    [
      ['embed', ['text', 'other']],
      ['verify', ['a']],
    ],
  );
  worker.finishAll();
  await Promise.all([embedded, scored, alsoEmbedded]);
  await embedder.close();
});

t.test('a cancelled pair that waits is never computed', async (t) => {
  const { worker, embedder, verifier } = await createScripted();
  const running = [embedder.embed(['a'], { signal }), verifier.score([['x', 'y']], { signal })];
  await worker.sent(2);
  const cancel = new AbortController();
  const cancelled = verifier.score([['late', 'pair']], { signal: cancel.signal });
  cancel.abort();
  t.equal(await reasonOf(cancelled), 'CALL_CANCELLED');
  t.equal(embedder.queueLength, 0);
  worker.finishAll();
  await Promise.all(running);
  t.equal(worker.jobs.length, 2);
  await embedder.close();
});

t.test('errors of the queue and of the worker reach the caller', async (t) => {
  const { worker, embedder, verifier } = await createScripted(1);
  const pairs = [
    ['a', 'b'],
    ['c', 'd'],
  ] as const;
  t.equal(await reasonOf(verifier.score(pairs, { signal })), 'EMBEDDING_QUEUE_FULL');
  const failed = verifier.score([['a', 'b']], { signal });
  await worker.sent(1);
  worker.fail('no');
  t.equal(await reasonOf(failed), 'EMBEDDER_FAILED');
  t.equal(await reasonOf(verifier.score(pairs, { signal: AbortSignal.abort() })), 'CALL_CANCELLED');
  await embedder.close();
  t.equal(await reasonOf(verifier.score([['a', 'b']], { signal })), 'SHUTTING_DOWN');
});
