import { readFile, writeFile } from 'node:fs/promises';
import t from 'tap';
import { writeBundleFolder } from '../support/bundle-folder.js';
import { runProgram } from '../support/program.js';
import { TWO_TASK_BUNDLE } from '../support/two-task-bundle.js';

const folder = await writeBundleFolder(t.testdir(), {
  ...TWO_TASK_BUNDLE,
  'bundle.yaml': '# Ours.\nname: two\ndefaultModel: big\nrisk: 0.15 # agreed\n',
});
const config = `${t.testdirName}/pointsman.yaml`;
await writeFile(config, `cacheDirectory: ${folder.cacheDirectory}\n`);

const calibrate = (...flags: string[]) =>
  runProgram(['bundle', 'calibrate', folder.bundle, '--config', config, ...flags]);
const settings = (): Promise<string> => readFile(`${folder.bundle}/bundle.yaml`, 'utf8');

async function promptFile(rows: readonly object[]): Promise<string> {
  const file = `${t.testdirName}/prompts.jsonl`;
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  return file;
}

t.test('shows the ladder and the tasks, and recommends a risk', async (t) => {
  const { exitCode, stdout, stderr } = await calibrate();
  t.equal(stderr, '');
  t.equal(exitCode, 0);
  t.match(stdout, /124 exemplars, each predicted by a model that had not seen it/u);
  t.match(stdout, /^ 0\.15 .* held +the bundle's/mu);
  t.match(stdout, /^ 0\.01 .* out of reach/mu);
  t.match(stdout, /^arithmetic .* held$/mu);
  t.match(stdout, /risk 0\.\d+ is the lowest that holds with at most 25% abstained from\n$/u);
});

t.test('as JSON', async (t) => {
  const { exitCode, stdout } = await calibrate('--json', '--risk', '0.12');
  const { chosenRisk, ownRisk, calibration } = JSON.parse(stdout) as {
    chosenRisk: number;
    ownRisk: number;
    calibration: { source: string; steps: { risk: number; verdict: string; tasks: { task: string }[] }[] };
  };
  t.equal(exitCode, 0);
  t.equal(chosenRisk, 0.12);
  t.equal(ownRisk, 0.15);
  t.equal(calibration.source, 'exemplars');
  const step = calibration.steps.find(({ risk }) => risk === 0.12);
  t.equal(step?.verdict, 'held');
  t.strictSame(
    step?.tasks.map(({ task }) => task),
    ['arithmetic', 'translation'],
  );
});

t.test('--check passes when labelled prompts show that the risk holds, and fails when they do not', async (t) => {
  const right = Array.from({ length: 30 }, (_, index) => ({
    prompt: `Calculate ${index * 11} plus ${index + 4} euros`,
    task: 'arithmetic',
  }));
  t.equal((await calibrate('--check', '--prompts', await promptFile(right))).exitCode, 0);
  const wrong = right.map((row, index) => (index % 3 === 0 ? { ...row, task: 'translation' } : row));
  const { exitCode, stdout, stderr } = await calibrate('--check', '--prompts', await promptFile(wrong));
  t.equal(exitCode, 1);
  t.match(stdout, /30 prompts; the thresholds rest on the exemplars/u);
  t.equal(stderr, "the data do not show that the bundle's risk 0.15 holds\n");
});

t.test('--write changes the risk alone, and only to one that holds', async (t) => {
  const before = await settings();
  const refused = await calibrate('--write', '--risk', '0.001');
  t.equal(refused.exitCode, 1);
  t.equal(refused.stderr, 'nothing written: the data do not show that risk 0.001 holds\n');
  t.equal(await settings(), before);
  const written = await calibrate('--write', '--risk', '0.2');
  t.equal(written.exitCode, 0);
  t.equal(written.stderr, `wrote risk: 0.2 (was 0.15) to ${folder.bundle}/bundle.yaml\n`);
  t.equal(await settings(), before.replace('0.15', '0.2'));
});

t.test('a wrong command line or prompt file is told', async (t) => {
  t.strictSame(await calibrate('--risk', '0.9'), {
    exitCode: 2,
    stdout: '',
    stderr: 'pointsman: --risk expects a number from 0.001 to 0.5, got "0.9"\n',
  });
  t.equal((await calibrate('--check', '--write')).exitCode, 2);
  const file = await promptFile([{ prompt: 'a', task: 'songs' }]);
  t.strictSame(await calibrate('--prompts', file), {
    exitCode: 1,
    stdout: '',
    stderr: `pointsman: ${file}:1: task "songs" is not in the bundle; known: arithmetic, translation\n`,
  });
});
