import t from 'tap';
import { readLabelledPrompts, readPrompts } from '../../src/cli/prompt-file.js';

t.test('reads plain lines and JSON', async (t) => {
  const folder = t.testdir({ 'p.txt': 'plain text\n\n{"prompt":"a","system":"s"}\n{"text":"b","system":null}\r\n' });
  t.strictSame(await readPrompts(`${folder}/p.txt`), [
    { text: 'plain text' },
    { text: 'a', system: 's' },
    { text: 'b' },
  ]);
});

t.test('reads prompts with their tasks', async (t) => {
  const folder = t.testdir({
    'p.jsonl': '{"id":1,"prompt":"a","task":"sums"}\n{"text":"b","task":"songs","system":"s"}\n',
  });
  t.strictSame(await readLabelledPrompts(`${folder}/p.jsonl`), [
    { text: 'a', task: 'sums', place: `${folder}/p.jsonl:1` },
    { text: 'b', task: 'songs', system: 's', place: `${folder}/p.jsonl:2` },
  ]);
});

const WRONG: readonly (readonly [content: string, problem: string])[] = [
  ['{"prompt":"a","task":"sums"}\nsecret words', ':2: expected a JSON object on one line'],
  ['[1]', ':1: expected a JSON object on one line'],
  ['{"prompt":"a"}', ':1: expected the id of a task in "task"'],
  ['{"prompt":" ","task":"sums"}', ':1: expected a text in "prompt" or "text"'],
  ['{"prompt":"a","system":1,"task":"sums"}', ':1: expected a text in "system"'],
  ['\n\n', ' holds no prompt; write one a line'],
];

for (const [content, problem] of WRONG) {
  t.test(`a wrong file: ${problem}`, async (t) => {
    const folder = t.testdir({ 'p.jsonl': content });
    await t.rejects(readLabelledPrompts(`${folder}/p.jsonl`), { message: `${folder}/p.jsonl${problem}` });
  });
}

t.test('a missing file', async (t) => {
  await t.rejects(readPrompts('/nowhere/p.txt'), { message: 'cannot read the prompts /nowhere/p.txt: ENOENT' });
});
