import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { clusterPrompts } from '../../src/outcomes/cluster-prompts.js';
import { createUncertainPromptRecorder, readUncertainPrompts } from '../../src/outcomes/uncertain-prompts.js';

const decided = { text: 'ask ann@example.org', task: 'tool-use', probability: 0.3, margin: 0.02, isAbstained: false };

t.test('keeps unsure prompts, masked, and passes over sure ones', async (t) => {
  const directory = join(t.testdir(), 'kept');
  const recorder = createUncertainPromptRecorder({ directory, now: () => new Date(0) });
  recorder.record(decided);
  recorder.record({ ...decided, margin: 0.5 });
  recorder.record({ ...decided, margin: 0.5, isAbstained: true });
  await recorder.close();
  const kept = await readUncertainPrompts(directory);
  t.strictSame(
    kept.map(({ text, isAbstained, at }) => [text, isAbstained, at]),
    [
      ['ask <EMAIL_1>', false, '1970-01-01T00:00:00.000Z'],
      ['ask <EMAIL_1>', true, '1970-01-01T00:00:00.000Z'],
    ],
  );
});

t.test('a full file is put aside and read with the new one; a torn line is passed over', async (t) => {
  const directory = t.testdir();
  const recorder = createUncertainPromptRecorder({ directory, fileBytes: 10 });
  recorder.record(decided);
  await recorder.close();
  recorder.record({ ...decided, text: 'second' });
  await recorder.close();
  await writeFile(join(directory, 'uncertain-prompts.jsonl'), '{"at":"20', { flag: 'a' });
  t.strictSame(
    (await readUncertainPrompts(directory)).map(({ text }) => text),
    ['ask <EMAIL_1>', 'second'],
  );
});

t.test('a folder that cannot be written is a warning, not an error', async (t) => {
  const directory = t.testdir({ file: '' });
  const warnings: string[] = [];
  const recorder = createUncertainPromptRecorder({
    directory: join(directory, 'file', 'inside'),
    onWarning: (message) => warnings.push(message),
  });
  recorder.record(decided);
  await recorder.close();
  t.match(warnings, [/^uncertain prompts could not be kept: /u]);
});

t.test('groups prompts that are alike, largest group first, most central prompt as its name', async (t) => {
  const at = '2026-01-01T00:00:00.000Z';
  const names = ['book a table', 'book a table for two', 'reserve a table', 'prove it', 'prove this', 'alone'];
  const prompts = names.map((text, index) => ({ ...decided, at, text, isAbstained: index < 3 }));
  const vectors = [
    [1, 0, 0],
    [0.96, 0.28, 0],
    [0.96, -0.28, 0],
    [0, 1, 0],
    [0, 0.96, 0.28],
    [0, 0, 1],
  ].map((values) => Float32Array.from(values));
  const proposals = clusterPrompts(prompts, vectors);
  t.strictSame(
    proposals.map(({ text, count, abstainedShare }) => [text, count, abstainedShare]),
    [
      ['book a table', 3, 1],
      ['prove it', 2, 0],
    ],
  );
  t.strictSame(proposals[0]?.tasks, [{ task: 'tool-use', count: 3 }]);
  t.strictSame(proposals[0]?.examples, ['book a table for two', 'reserve a table']);
});
