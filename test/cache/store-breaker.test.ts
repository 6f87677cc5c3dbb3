import { stat } from 'node:fs/promises';
import t from 'tap';
import { createStoreBreaker } from '../../src/cache/store-breaker.js';

const fail = (): Promise<never> => Promise.reject(new Error('gone'));

t.test('opens after failures in a row, lets one try after the pause, and closes on success', async (t) => {
  let nowMs = 0;
  let looks = 0;
  const breaker = createStoreBreaker({ deadlineMs: 1000, failuresToOpen: 3, pauseMs: 100, clock: () => nowMs });
  const look = (result: () => Promise<string>): Promise<string> =>
    breaker.run(() => {
      looks += 1;
      return result();
    });
  for (let index = 0; index < 3; index += 1) await t.rejects(look(fail), { message: 'the store failed' });
  t.equal(breaker.isOpen, true);
  await t.rejects(look(fail), { message: 'the store was away a moment ago' });
  t.equal(looks, 3);
  nowMs = 100;
  await t.rejects(look(fail), { message: 'the store failed' });
  await t.rejects(look(fail), { message: 'the store was away a moment ago' });
  nowMs = 200;
  t.equal(await look(() => Promise.resolve('there')), 'there');
  t.equal(breaker.isOpen, false);
  t.equal(await look(() => Promise.resolve('there')), 'there');
});

t.test('while one look-up tries again the others are refused', async (t) => {
  let nowMs = 0;
  const breaker = createStoreBreaker({ deadlineMs: 1000, failuresToOpen: 1, pauseMs: 100, clock: () => nowMs });
  await t.rejects(breaker.run(fail));
  nowMs = 100;
  let answer = (_: string): void => undefined;
  const probe = breaker.run(() => new Promise<string>((resolve) => (answer = resolve)));
  await t.rejects(breaker.run(fail), { message: 'the store was away a moment ago' });
  answer('there');
  t.equal(await probe, 'there');
});

t.test('gives up a look-up at its deadline', async (t) => {
  const breaker = createStoreBreaker({ deadlineMs: 1, failuresToOpen: 3, pauseMs: 100, clock: () => 0 });
  await t.rejects(
    breaker.run(() => new Promise(() => undefined)),
    { name: 'StoreAwayError', message: 'the store did not answer in 1 ms' },
  );
});

t.test('a reply that came while the thread was busy is taken, however late the thread is', async (t) => {
  const breaker = createStoreBreaker({
    deadlineMs: 5,
    failuresToOpen: 1,
    pauseMs: 1000,
    clock: () => performance.now(),
  });
  // From here the event loop comes to its timers before it reads what has arrived.
  await new Promise(setImmediate);
  const looking = breaker.run(() => stat('.'));
  const busyUntil = performance.now() + 100;
  while (performance.now() < busyUntil);
  t.ok((await looking).isDirectory());
  t.notOk(breaker.isOpen);
});
