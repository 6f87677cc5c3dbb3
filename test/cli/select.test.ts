import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { runProgram } from '../support/program.js';

const PROMPT = 'Translate into Italian: the train to Rome leaves at nine.';

interface SelectOutput {
  readonly decision: { readonly model: string; readonly task: { readonly id: string }; readonly decisionId: string };
  readonly trace?: { readonly candidates: readonly unknown[]; readonly neighbours: readonly unknown[] };
}

const parse = (text: string): SelectOutput => JSON.parse(text) as SelectOutput;

t.test('a prompt as an argument, for people', async (t) => {
  const { exitCode, stdout, stderr } = await runProgram(['select', PROMPT]);
  t.equal(exitCode, 0);
  t.equal(stderr, '');
  const labels = stdout.split('\n').map((line) => line.split(' ')[0]);
  t.strictSame(labels, ['model', 'task', 'cost', 'quality', 'why', '']);
  t.match(stdout, /^task +translation, probability 0\.\d\d|1\.00$/mu);
});

t.test('--explain adds the whole way', async (t) => {
  const { exitCode, stdout } = await runProgram(['select', PROMPT, '--explain']);
  t.equal(exitCode, 0);
  for (const piece of ['nearest exemplars', 'why not', 'Prompt: about', 'Time: view']) {
    t.ok(stdout.includes(piece), piece);
  }
  t.equal(stdout.match(/^→/gmu)?.length, 1, 'one candidate is chosen');
});

t.test('--json, from an argument, a file and standard input alike', async (t) => {
  const file = `${t.testdir()}/prompt.txt`;
  await writeFile(file, PROMPT);
  const runs = await Promise.all([
    runProgram(['select', PROMPT, '--json']),
    runProgram(['select', '--file', file, '--json']),
    runProgram(['select', '-', '--json'], PROMPT),
  ]);
  const decisions = runs.map(({ stdout }) => ({ ...parse(stdout).decision, decisionId: '' }));
  t.equal(decisions[0]?.task.id, 'translation');
  t.strictSame(decisions[1], decisions[0]);
  t.strictSame(decisions[2], decisions[0]);
  t.equal(parse(runs[0].stdout).trace, undefined);
});

t.test('--json --explain carries the trace', async (t) => {
  const { stdout } = await runProgram(['select', PROMPT, '--json', '--explain', '--quality', '1']);
  const { trace } = parse(stdout);
  t.ok((trace?.candidates.length ?? 0) > 0 && (trace?.neighbours.length ?? 0) > 0);
});

t.test('an empty standard input', async (t) => {
  t.strictSame(await runProgram(['select', '-']), {
    exitCode: 1,
    stdout: '',
    stderr: 'pointsman: the prompt is empty; type what you would ask a model\n',
  });
});
