import t from 'tap';
import { createWorkQueue, type Work } from '../../src/embedding/work-queue.js';

const limits = { texts: 4, tokens: { interactive: 100, background: 100 } };

function work(text: string, estimatedTokens = 10): Work {
  return { task: 'embed', text, second: undefined, estimatedTokens };
}

function textsOf(job: readonly Work[]): string[] {
  return job.map(({ text }) => text);
}

t.test('a job holds the oldest work, up to its limits, and at least one text', async (t) => {
  const queue = createWorkQueue<Work>(limits);
  for (const text of ['a', 'b', 'c', 'd', 'e']) queue.add(work(text), 'interactive');
  queue.add(work('large', 95), 'interactive');
  queue.add(work('huge', 500), 'interactive');
  t.equal(queue.estimatedTokens, 645);
  t.same(textsOf(queue.takeJob()), ['a', 'b', 'c', 'd']);
  t.same(textsOf(queue.takeJob()), ['e']);
  t.same(textsOf(queue.takeJob()), ['large']);
  t.same(textsOf(queue.takeJob()), ['huge']);
  t.same(queue.takeJob(), []);
  t.equal(queue.estimatedTokens, 0);
});

t.test('while calls keep coming, every eighth job is background work', async (t) => {
  const queue = createWorkQueue<Work>({ ...limits, texts: 1 });
  queue.add(work('build 1'), 'background');
  queue.add(work('build 2'), 'background');
  for (let index = 0; index < 20; index++) queue.add(work('call'), 'interactive');
  const order = Array.from({ length: 16 }, () => textsOf(queue.takeJob())[0]);
  t.same(
    order.flatMap((text, place) => (text === 'call' ? [] : [[place, text]])),
    [
      [7, 'build 1'],
      [15, 'build 2'],
    ],
  );
});

t.test('work that was taken can neither be removed nor promoted', async (t) => {
  const queue = createWorkQueue<Work>(limits);
  const taken = work('taken');
  queue.add(taken, 'background');
  queue.takeJob();
  queue.promote(taken);
  t.equal(queue.remove(taken), false);
  t.equal(queue.length, 0);
});

t.test('clear gives everything that waited', async (t) => {
  const queue = createWorkQueue<Work>(limits);
  queue.add(work('build'), 'background');
  queue.add(work('call'), 'interactive');
  t.same(textsOf(queue.clear()), ['call', 'build']);
  t.equal(queue.length, 0);
  t.equal(queue.estimatedTokens, 0);
});
