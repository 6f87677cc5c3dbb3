import { stat } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { createStoreBreaker, type StoreBreaker } from '../../src/cache/store-breaker.js';
import { until } from '../support/until.js';

const fail = (): Promise<never> => Promise.reject(new Error('gone'));
const succeed = (): Promise<string> => Promise.resolve('there');

/** A breaker whose store gives signs of life as long as it is told to. */
function createFixture(t: Test, deadlineMs = 60_000): { breaker: StoreBreaker; probes: number; isAlive: boolean } {
  const fixture = { probes: 0, isAlive: false };
  const probe = (): Promise<string> => {
    fixture.probes += 1;
    return fixture.isAlive ? succeed() : fail();
  };
  const breaker = createStoreBreaker({ deadlineMs, failuresToOpen: 3, probe, firstPauseMs: 1, longestPauseMs: 4 });
  t.teardown(() => breaker.close());
  return Object.assign(fixture, { breaker });
}

t.test('opens after failures in a row, and closes when the store gives a sign of life', async (t) => {
  const fixture = createFixture(t);
  const { breaker } = fixture;
  for (let index = 0; index < 2; index += 1) await t.rejects(breaker.run(fail), { message: 'the store failed' });
  t.equal(await breaker.run(succeed), 'there');
  for (let index = 0; index < 3; index += 1) await t.rejects(breaker.run(fail), { message: 'the store failed' });
  t.equal(breaker.isOpen, true);
  let looks = 0;
  const look = (): Promise<string> => {
    looks += 1;
    return succeed();
  };
  await t.rejects(breaker.run(look), { message: 'the store was away a moment ago' });
  await until(() => fixture.probes > 3);
  await t.rejects(breaker.run(look), { message: 'the store was away a moment ago' });
  t.equal(looks, 0, 'no call finds out whether the store is back');
  fixture.isAlive = true;
  await until(() => !breaker.isOpen);
  t.equal(await breaker.run(look), 'there');
});

t.test('a store that is alive and too slow gets one look-up between probes', async (t) => {
  const fixture = createFixture(t);
  const { breaker } = fixture;
  fixture.isAlive = true;
  for (let index = 0; index < 3; index += 1) await t.rejects(breaker.run(fail));
  for (let round = 0; round < 3; round += 1) {
    fixture.isAlive = true;
    await until(() => !breaker.isOpen);
    fixture.isAlive = false;
    await t.rejects(breaker.run(fail), { message: 'the store failed' });
    t.equal(breaker.isOpen, true);
  }
  fixture.isAlive = true;
  await until(() => !breaker.isOpen);
  await breaker.run(succeed);
  await t.rejects(breaker.run(fail), { message: 'the store failed' });
  t.equal(breaker.isOpen, false, 'after one that it served, it has three again');
});

t.test('probes no more once it is closed', async (t) => {
  const fixture = createFixture(t);
  for (let index = 0; index < 3; index += 1) await t.rejects(fixture.breaker.run(fail));
  await until(() => fixture.probes > 0);
  fixture.breaker.close();
  const { probes } = fixture;
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(fixture.probes <= probes + 1);
});

t.test('gives up a look-up at its deadline', async (t) => {
  const { breaker } = createFixture(t, 1);
  await t.rejects(
    breaker.run(() => new Promise(() => undefined)),
    { name: 'StoreAwayError', message: 'the store did not answer in 1 ms' },
  );
});

t.test('a reply that came while the thread was busy is taken, however late the thread is', async (t) => {
  const { breaker } = createFixture(t, 5);
  // From here the event loop comes to its timers before it reads what has arrived.
  await new Promise(setImmediate);
  const looking = breaker.run(() => stat('.'));
  const busyUntil = performance.now() + 500;
  while (performance.now() < busyUntil);
  t.ok((await looking).isDirectory());
  t.notOk(breaker.isOpen);
});
