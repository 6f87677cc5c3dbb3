import t from 'tap';
import { createWriteQueue } from '../../src/cache/write-queue.js';

t.test('runs writes in order, so many at once, and drops what is over its bounds', async (t) => {
  const queue = createWriteQueue({ maxWrites: 2, maxBytes: 100, concurrency: 1 });
  const order: number[] = [];
  const ends: (() => void)[] = [];
  const write = (id: number) => (): Promise<void> => {
    order.push(id);
    return new Promise((resolve) => ends.push(resolve));
  };
  t.equal(queue.push(write(1), 10), true);
  t.equal(queue.push(write(2), 10), true);
  t.equal(queue.push(write(3), 10), true);
  t.equal(queue.push(write(4), 10), false, 'too many wait');
  t.same(order, [1]);
  const flushed = queue.flush();
  for (let index = 0; index < 3; index += 1) {
    ends[index]!();
    await new Promise(setImmediate);
  }
  await flushed;
  t.same(order, [1, 2, 3]);
  t.equal(queue.push(write(5), 101), false, 'too large');
  t.equal(queue.dropped, 2);
});

t.test('a write that fails is dropped and holds nobody up', async (t) => {
  const queue = createWriteQueue({ maxWrites: 10, maxBytes: 100, concurrency: 1 });
  let isDone = false;
  queue.push(() => Promise.reject(new Error('full')), 1);
  queue.push(async () => {
    isDone = true;
  }, 1);
  await queue.flush();
  t.equal(isDone, true);
  t.equal(queue.dropped, 1);
});

t.test('a flush waits for what was pushed before it, and for nothing else', async (t) => {
  const queue = createWriteQueue({ maxWrites: 10, maxBytes: 100, concurrency: 2 });
  const ends: (() => void)[] = [];
  const push = (): boolean => queue.push(() => new Promise((resolve) => ends.push(() => resolve(undefined))), 1);
  const end = async (index: number): Promise<void> => {
    ends[index]!();
    await new Promise(setImmediate);
  };
  const done: string[] = [];
  push();
  push();
  void queue.flush().then(() => done.push('first'));
  push();
  void queue.flush().then(() => done.push('second'));
  await end(1);
  t.same(done, []);
  await end(0);
  t.same(done, ['first']);
  push();
  await end(2);
  t.same(done, ['first', 'second']);
  const last = queue.flush();
  await end(3);
  await last;
  await queue.flush();
});

t.test('a flush ends when what waits is forgotten', async (t) => {
  const queue = createWriteQueue({ maxWrites: 10, maxBytes: 100, concurrency: 1 });
  let end = (): void => undefined;
  queue.push(() => new Promise<void>((resolve) => (end = resolve)), 1);
  queue.push(() => Promise.resolve(), 1);
  const flushed = queue.flush();
  queue.clear();
  t.equal(queue.dropped, 1);
  end();
  await flushed;
});
