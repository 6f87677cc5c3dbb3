import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { numberField, readRows, textField } from '../../bench/lib/json-lines.js';

const directory = await mkdtemp(join(tmpdir(), 'pointsman-rows-'));
t.teardown(() => rm(directory, { recursive: true }));
await writeFile(
  join(directory, 'rows.jsonl'),
  '{"split":"a/train","text":"x"}\n\n{"split":"b","text":"y","score":2}\n',
);
await writeFile(join(directory, 'broken.jsonl'), '{"split":"a"}\n{oops\n');

t.test('reads a file whole or one split of it', async (t) => {
  t.equal((await readRows('rows.jsonl', directory)).length, 2);
  t.same(await readRows('rows.jsonl#b', directory), [{ split: 'b', text: 'y', score: 2 }]);
  t.same(await readRows(`${join(directory, 'rows.jsonl')}#a/train`, 'elsewhere'), [{ split: 'a/train', text: 'x' }]);
});

t.test('tells what is wrong with file, split or line', async (t) => {
  const path = join(directory, 'rows.jsonl');
  await t.rejects(readRows('rows.jsonl#c', directory), {
    message: `${path} has no row with split "c"; known: a/train, b`,
  });
  await t.rejects(readRows('broken.jsonl', directory), { message: `${join(directory, 'broken.jsonl')}:2 is not JSON` });
  await t.rejects(readRows('none.jsonl', directory), { code: 'ENOENT' });
});

t.test('reads fields by name and type', async (t) => {
  t.equal(textField({ prompt: 'p' }, 'text', 'prompt'), 'p');
  t.throws(() => textField({ label: 1 }, 'text', 'prompt'), {
    message: 'a row has none of the text fields text, prompt; it has label',
  });
  t.equal(numberField({ score: 2 }, 'score'), 2);
  t.throws(() => numberField({ score: '2' }, 'score'), { message: 'a row\'s field "score" is "2", expected a number' });
});
