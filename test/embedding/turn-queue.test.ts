import t from 'tap';
import { createTurnQueue } from '../../src/embedding/turn-queue.js';

t.test('works run in their order, and other events come between them', async (t) => {
  const seen: string[] = [];
  const inTurn = createTurnQueue();
  const other = (): void => {
    seen.push('other');
    if (seen.length < 6) setImmediate(other);
  };
  setImmediate(other);
  await new Promise<void>((resolve) => {
    inTurn(() => seen.push('a'));
    inTurn(() => seen.push('b'));
    inTurn(() => {
      seen.push('c');
      resolve();
    });
  });
  t.strictSame(
    seen.filter((name) => name !== 'other'),
    ['a', 'b', 'c'],
  );
  t.ok(seen.slice(seen.indexOf('a'), seen.indexOf('b')).includes('other'));
  t.ok(seen.slice(seen.indexOf('b'), seen.indexOf('c')).includes('other'));
});

t.test('a work that throws does not hold up the next', async (t) => {
  const inTurn = createTurnQueue();
  const thrown = new Promise<unknown>((resolve) => process.once('uncaughtException', resolve));
  const ran = new Promise<void>((resolve) => {
    inTurn(() => {
      throw new Error('first');
    });
    inTurn(resolve);
  });
  t.match(await thrown, { message: 'first' });
  await ran;
});
