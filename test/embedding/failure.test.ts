import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { RouterError } from '../../src/errors.js';
import { createTransformersEmbedder } from '../../src/embedding/transformers-embedder.js';
import { modelDirectory, neverAborted, reasonOf } from './support/model.js';
import { createScriptedWorker, readyReply } from './support/scripted-worker.js';

const signal = neverAborted();
const workerFile = fileURLToPath(new URL('../../src/embedding/embedding-worker.js', import.meta.url));

t.test('a worker that dies costs the calls it was computing; a new one serves on', async (t) => {
  const children: ChildProcess[] = [];
  const embedder = await createTransformersEmbedder({
    directory: modelDirectory,
    restartDelayMs: 1,
    spawn() {
      const child = fork(workerFile, { serialization: 'advanced', execArgv: [] });
      children.push(child);
      return child;
    },
  });
  t.teardown(() => embedder.close());
  const before = await embedder.embed(['before'], { signal });
  const lost = reasonOf(embedder.embed(['lost'], { signal }));
  await new Promise(setImmediate);
  children[0]!.kill('SIGKILL');
  t.equal(await lost, 'EMBEDDER_FAILED');
  const after = await embedder.embed(['after', 'before'], { signal });
  t.equal(children.length, 2);
  t.equal(after[0]!.isCached, false);
  t.equal(after[1]!.vector, before[0]!.vector);
});

t.test('what waits in the queue survives the death of the worker', async (t) => {
  const worker = createScriptedWorker();
  const embedder = await createTransformersEmbedder({ directory: 'unused', spawn: worker.spawn, restartDelayMs: 1 });
  const lost = [embedder.embed(['a'], { signal })];
  await worker.sent(1);
  lost.push(embedder.embed(['b'], { signal }));
  await worker.sent(2);
  const waiting = embedder.embed(['c'], { signal });
  worker.die();
  for (const call of lost) {
    const error = await call.catch((thrown: unknown) => thrown as RouterError);
    t.match(error, { reason: 'EMBEDDER_FAILED', message: 'the embedding worker died while it computed this' });
  }
  await worker.sent(3);
  worker.finish();
  t.equal((await waiting)[0]!.vector[0], 1);
  t.equal(worker.starts, 2);
  await embedder.close();
});

t.test('while the worker does not start, calls fail at once and say when the next attempt is', async (t) => {
  const worker = createScriptedWorker();
  const attempts: unknown[] = [];
  const embedder = await createTransformersEmbedder({
    directory: 'unused',
    spawn: worker.spawn,
    restartDelayMs: 1,
    logger: { info: () => undefined, warn: (fields) => attempts.push(fields) },
  });
  const refused = { kind: 'refused' as const, message: 'no such file', metadata: {} };
  worker.startAnswers = [refused, refused, refused, readyReply];
  const lost = embedder.embed(['a'], { signal });
  await worker.sent(1);
  const waiting = embedder.embed(['b'], { signal });
  const alsoWaiting = embedder.embed(['c'], { signal });
  await worker.sent(2);
  const third = embedder.embed(['d'], { signal });
  worker.die();
  t.equal(await reasonOf(lost), 'EMBEDDER_FAILED');
  t.equal(await reasonOf(waiting), 'EMBEDDER_FAILED');
  t.equal(await reasonOf(alsoWaiting), 'EMBEDDER_FAILED');
  const error = await third.catch((thrown: unknown) => thrown as RouterError);
  t.match(error, {
    reason: 'EMBEDDER_FAILED',
    message: 'the embedding worker does not start (attempt 1); the log has the details',
    retryAfterMs: 2,
  });
  t.equal(await reasonOf(embedder.embed(['e'], { signal })), 'EMBEDDER_FAILED');
  while ((await reasonOf(Promise.race([embedder.embed(['f'], { signal }), worker.sent(3)]))) !== 'resolved') {
    await new Promise(setImmediate);
  }
  worker.finishAll();
  t.equal(worker.starts, 5);
  t.equal(attempts.length, 4);
  await embedder.close();
});

t.test('a restart does not take up another model', async (t) => {
  const worker = createScriptedWorker();
  const causes: string[] = [];
  const embedder = await createTransformersEmbedder({
    directory: 'unused',
    spawn: worker.spawn,
    restartDelayMs: 1,
    logger: {
      info: () => undefined,
      warn: ({ cause }) => {
        if (cause instanceof Error) causes.push(cause.message);
      },
    },
  });
  const other = { kind: 'ready' as const, models: { embed: { fingerprint: 'f2', width: 2, maxTokens: 256 } } };
  worker.startAnswers = [other, readyReply];
  worker.die();
  const call = embedder.embed(['a'], { signal });
  t.equal(await reasonOf(call), 'EMBEDDER_FAILED');
  t.same(causes, [
    'the model for "embed" was replaced while in use: expected fingerprint f1, got f2; restart the service',
  ]);
  await embedder.close();
});

t.test('a batch that the model cannot compute fails alone', async (t) => {
  const worker = createScriptedWorker();
  const embedder = await createTransformersEmbedder({ directory: 'unused', spawn: worker.spawn });
  const failed = embedder.embed(['a'], { signal });
  await worker.sent(1);
  worker.fail('out of memory');
  const error = await failed.catch((thrown: unknown) => thrown as RouterError);
  t.match(error, { reason: 'EMBEDDER_FAILED', message: 'the embedding model failed on this batch' });
  const next = embedder.embed(['a'], { signal });
  await worker.sent(2);
  worker.finish();
  t.equal((await next).length, 1);
  await embedder.close();
});

t.test('closing ends every call, whether it waits or is computed', async (t) => {
  const embedder = await createTransformersEmbedder({ directory: modelDirectory });
  const texts = Array.from({ length: 200 }, (_, index) => `text number ${index}`);
  const calls = texts.map((text) => embedder.embed([text], { signal }));
  const reasons = Promise.all(calls.map(reasonOf));
  await new Promise(setImmediate);
  await embedder.close();
  t.same(new Set(await reasons), new Set(['SHUTTING_DOWN']));
  t.equal(embedder.queueLength, 0);
  const error = await embedder.embed(['late'], { signal }).catch((thrown: unknown) => thrown as RouterError);
  t.match(error, { reason: 'SHUTTING_DOWN', message: 'the embedder is closed' });
  await embedder.close();
});

t.test('a worker that leaves while it loads is told apart from wrong files', async (t) => {
  const spawn = (): ChildProcess =>
    fork(workerFile, { execArgv: ['--eval', 'process.exit(7)'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const error = await createTransformersEmbedder({ directory: modelDirectory, spawn }).catch(
    (thrown: unknown) => thrown as RouterError,
  );
  t.match(error, {
    reason: 'EMBEDDER_FAILED',
    message: 'the embedding worker left with code 7 while it loaded its model',
  });
});
