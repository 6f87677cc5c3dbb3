import t from 'tap';
import { RouterError } from '../../src/errors.js';
import {
  createTransformersEmbedder,
  type TransformersEmbedderOptions,
} from '../../src/embedding/transformers-embedder.js';
import { neverAborted, reasonOf } from './support/model.js';
import { createScriptedWorker } from './support/scripted-worker.js';

const signal = neverAborted();

async function createScripted(options: Partial<TransformersEmbedderOptions> = {}) {
  const worker = createScriptedWorker();
  const embedder = await createTransformersEmbedder({ directory: 'unused', spawn: worker.spawn, ...options });
  return { worker, embedder };
}

/** Two jobs are in flight from now on, so what comes next waits. */
async function occupy({ worker, embedder }: Awaited<ReturnType<typeof createScripted>>): Promise<Promise<unknown>[]> {
  const before = worker.jobs.length;
  const first = embedder.embed(['first'], { signal });
  await worker.sent(before + 1);
  const second = embedder.embed(['second'], { signal });
  await worker.sent(before + 2);
  // A test may close the embedder before they are done.
  for (const call of [first, second]) call.catch(() => undefined);
  return [first, second];
}

t.test('calls of one tick share a batch', async (t) => {
  const { worker, embedder } = await createScripted();
  const calls = ['a', 'bb', 'ccc'].map((text) => embedder.embed([text], { signal }));
  await worker.sent(1);
  worker.finish();
  const results = await Promise.all(calls);
  t.same(worker.jobs[0]!.texts, ['a', 'bb', 'ccc']);
  t.same(
    results.map(([embedding]) => embedding!.vector[0]),
    [1, 2, 3],
  );
  await embedder.close();
});

t.test('a text that many ask for at once is computed once', async (t) => {
  const { worker, embedder } = await createScripted({ cacheEntries: 0 });
  const calls = [embedder.embed(['same', 'other', 'same'], { signal }), embedder.embed(['same'], { signal })];
  await worker.sent(1);
  const late = embedder.embed(['same'], { signal });
  worker.finishAll();
  const results = await Promise.all([...calls, late]);
  t.same(worker.texts, ['same', 'other']);
  t.equal(results[0][0]!.vector, results[1]![0]!.vector);
  t.equal(results[0][2]!.vector, results[2]![0]!.vector);
  await embedder.close();
});

t.test('a cancelled text that waits is never computed', async (t) => {
  const scripted = await createScripted();
  const { worker, embedder } = scripted;
  const running = await occupy(scripted);
  const cancel = new AbortController();
  const cancelled = embedder.embed(['cancelled'], { signal: cancel.signal });
  const kept = embedder.embed(['kept'], { signal });
  t.equal(embedder.queueLength, 2);
  cancel.abort();
  t.equal(await reasonOf(cancelled), 'CALL_CANCELLED');
  t.equal(embedder.queueLength, 1);
  worker.finishAll();
  await Promise.all(running);
  await worker.sent(3);
  worker.finishAll();
  await kept;
  t.same(worker.texts, ['first', 'second', 'kept']);
  await embedder.close();
});

t.test('a text is kept as long as one of its callers waits', async (t) => {
  const scripted = await createScripted();
  const { worker, embedder } = scripted;
  const running = await occupy(scripted);
  const cancel = new AbortController();
  const cancelled = embedder.embed(['shared'], { signal: cancel.signal });
  const kept = embedder.embed(['shared'], { signal });
  cancel.abort();
  t.equal(await reasonOf(cancelled), 'CALL_CANCELLED');
  worker.finishAll();
  await Promise.all(running);
  await worker.sent(3);
  worker.finishAll();
  t.equal((await kept)[0]!.vector[0], 'shared'.length);
  await embedder.close();
});

t.test('a deadline that passes in the queue ends the call', async (t) => {
  const scripted = await createScripted();
  await occupy(scripted);
  // The timer of a signal does not keep the process alive.
  const alive = setInterval(() => undefined, 1000);
  t.teardown(() => clearInterval(alive));
  const late = scripted.embedder.embed(['late'], { signal: AbortSignal.timeout(1) });
  t.equal(await reasonOf(late), 'DEADLINE_EXCEEDED');
  t.equal(scripted.embedder.queueLength, 0);
  await scripted.embedder.close();
});

t.test('a signal that is already aborted queues nothing', async (t) => {
  const { worker, embedder } = await createScripted();
  t.equal(await reasonOf(embedder.embed(['x'], { signal: AbortSignal.abort() })), 'CALL_CANCELLED');
  t.equal(worker.jobs.length, 0);
  await embedder.close();
});

t.test('a full queue refuses the whole call and says when to come back', async (t) => {
  const scripted = await createScripted({ queueLimit: 2 });
  const { worker, embedder } = scripted;
  const running = await occupy(scripted);
  const waiting = embedder.embed(['third'], { signal });
  const error = await embedder.embed(['fourth', 'fifth'], { signal }).catch((thrown: unknown) => thrown);
  t.ok(error instanceof RouterError);
  const refused = error as RouterError;
  t.equal(refused.reason, 'EMBEDDING_QUEUE_FULL');
  t.equal(refused.message, '1 texts wait to be embedded and the limit is 2; retry in 10 ms');
  t.same(refused.metadata, { waiting: '1', limit: '2' });
  t.equal(refused.retryAfterMs, 10);
  worker.finishAll();
  await Promise.all(running);
  worker.finishAll();
  await waiting;
  t.equal(await reasonOf(embedder.embed(['first'], { signal })), 'resolved');
  await embedder.close();
});

t.test('the retry time follows the measured speed', async (t) => {
  const scripted = await createScripted({ queueLimit: 1 });
  const { worker, embedder } = scripted;
  // Some hundred jobs of 30 ms for a text of 3 tokens each: 10 ms a token.
  for (let job = 0; job < 100; job++) {
    const call = embedder.embed([String(job).padStart(4, '0')], { signal });
    await worker.sent(job + 1);
    worker.finish();
    await call;
  }
  await occupy(scripted);
  const waiting = embedder.embed(['four'], { signal }).catch(() => undefined);
  const error = await embedder.embed(['five'], { signal }).catch((thrown: unknown) => thrown);
  t.equal((error as RouterError).retryAfterMs, 30);
  await embedder.close();
  await waiting;
});

t.test('calls go before background work, which may be of any size', async (t) => {
  const { worker, embedder } = await createScripted({ queueLimit: 1, maxBatch: 64 });
  const texts = Array.from({ length: 300 }, (_, index) => `exemplar ${index}`);
  const built = embedder.embed(texts, { signal, priority: 'background' });
  await worker.sent(2);
  const call = embedder.embed(['urgent'], { signal });
  worker.finish();
  await worker.sent(3);
  t.same(worker.jobs[2]!.texts, ['urgent']);
  const computed = () => worker.texts.length;
  while (computed() < 301) {
    worker.finishAll();
    await new Promise(setImmediate);
  }
  worker.finishAll();
  await call;
  t.equal((await built).length, 300);
  t.ok(worker.jobs.every((job) => job.texts.length <= 64));
  await embedder.close();
});

t.test('a text that waits in the background becomes urgent when a call wants it', async (t) => {
  const scripted = await createScripted();
  const { worker, embedder } = scripted;
  const running = await occupy(scripted);
  const background = embedder.embed(['slow', 'wanted'], { signal, priority: 'background' });
  const call = embedder.embed(['wanted'], { signal });
  worker.finish();
  await worker.sent(3);
  t.same(worker.jobs[2]!.texts, ['wanted']);
  worker.finishAll();
  await Promise.all([...running, call]);
  worker.finishAll();
  await background;
  await embedder.close();
});
