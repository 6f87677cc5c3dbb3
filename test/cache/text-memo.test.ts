import { createHash } from 'node:crypto';
import t from 'tap';
import { rememberByText } from '../../src/text-memo.js';

t.test('a text is read once while it is remembered', async (t) => {
  const read: string[] = [];
  const lengthOf = rememberByText((text) => {
    read.push(text);
    return { length: text.length };
  });
  t.same([lengthOf('abc'), lengthOf('abc'), lengthOf('de')], [{ length: 3 }, { length: 3 }, { length: 2 }]);
  t.same(read, ['abc', 'de']);
});

t.test('false and the empty text are remembered too', async (t) => {
  let reads = 0;
  const isLong = rememberByText((text) => {
    reads += 1;
    return text.length > 3;
  });
  t.same([isLong(''), isLong(''), isLong('a'), isLong('a')], [false, false, false, false]);
  t.equal(reads, 2);
});

t.test('a very long text is remembered too, and does not push out the others', async (t) => {
  const read: string[] = [];
  const keep = rememberByText((text) => {
    read.push(text.slice(0, 5));
    return [text.length];
  });
  const longs = Array.from({ length: 40 }, (_, index) => `${index} of ${'long '.repeat(10_000)}`);
  for (const text of ['short', ...longs, ...longs, 'short']) keep(text);
  t.equal(read.length, 41);
});

t.test('a short text is never taken for a long one', async (t) => {
  const lengthOf = rememberByText((text) => ({ length: text.length }));
  const long = 'long '.repeat(10_000);
  t.same(lengthOf(createHash('sha256').update(long).digest('base64url')), { length: 43 });
  t.same(lengthOf(long), { length: 50_000 });
});

t.test('what was not met for long is forgotten', async (t) => {
  let reads = 0;
  const count = rememberByText((text) => {
    reads += 1;
    return [text.length];
  });
  count('first');
  for (let index = 0; index < 300; index += 1) count(`${index} ${'x'.repeat(5000)}`);
  reads = 0;
  count('first');
  t.equal(reads, 1);
});
