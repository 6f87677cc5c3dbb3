import t from 'tap';
import { createSingleFlight } from '../../src/cache/single-flight.js';
import type { Turn } from '../../src/cache/single-flight.js';

const signal = new AbortController().signal;
const options = { signal, maxWaitMs: 60_000 };

async function lead<T>(turn: Promise<Turn<T>>): Promise<Extract<Turn<T>, { kind: 'lead' }>> {
  const taken = await turn;
  if (taken.kind !== 'lead') throw new Error(`expected to lead, not ${taken.kind}`);
  return taken;
}

t.test('a thousand callers of one key make one dispatch', async (t) => {
  const flights = createSingleFlight<string>();
  let dispatches = 0;
  const answers = await Promise.all(
    Array.from({ length: 1000 }, async () => {
      const turn = await flights.join('key', options);
      if (turn.kind === 'follow') return turn.value;
      dispatches += 1;
      await Promise.resolve();
      if (turn.kind === 'lead') turn.settle({ value: 'answer' });
      return 'answer';
    }),
  );
  t.equal(dispatches, 1);
  t.ok(answers.every((value) => value === 'answer'));
  t.equal(flights.size, 0);
});

t.test('keys do not wait for each other', async (t) => {
  const flights = createSingleFlight<string>();
  await lead(flights.join('a', options));
  await lead(flights.join('b', options));
  t.equal(flights.size, 2);
});

t.test('when the leader fails the next one leads, and the others go on waiting', async (t) => {
  const flights = createSingleFlight<string>();
  const first = await lead(flights.join('key', options));
  const second = flights.join('key', options);
  const third = flights.join('key', options);
  first.settle('retry');
  first.settle({ value: 'too late' });
  (await lead(second)).settle({ value: 'answer' });
  t.same(await third, { kind: 'follow', value: 'answer' });
  t.equal(flights.size, 0);
});

t.test('what can not be shared keeps nobody waiting', async (t) => {
  const flights = createSingleFlight<string>();
  const first = await lead(flights.join('key', options));
  const others = [flights.join('key', options), flights.join('key', options)];
  first.settle('release');
  t.same(await Promise.all(others), [{ kind: 'alone' }, { kind: 'alone' }]);
});

t.test('a waiting caller leaves when its own signal aborts', async (t) => {
  const flights = createSingleFlight<string>();
  const first = await lead(flights.join('key', options));
  const caller = new AbortController();
  const leaving = flights.join('key', { signal: caller.signal, maxWaitMs: 60_000 });
  const staying = flights.join('key', options);
  caller.abort();
  await t.rejects(leaving, { name: 'RouterError', message: 'the call was cancelled' });
  first.settle({ value: 'answer' });
  t.same(await staying, { kind: 'follow', value: 'answer' });
});

t.test('a caller that waited long enough goes alone', async (t) => {
  const flights = createSingleFlight<string>();
  await lead(flights.join('key', options));
  t.same(await flights.join('key', { signal, maxWaitMs: 0 }), { kind: 'alone' });
});
