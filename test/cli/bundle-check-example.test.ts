import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { projectRoot } from '../../src/config/project-root.js';
import { runProgram } from '../support/program.js';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

t.test('the example workflow calls commands and options that there are', async (t) => {
  const text = await readFile(join(projectRoot(), 'docs/examples/bundle-check.yaml'), 'utf8');
  const steps = Object.values((parse(text) as Workflow).jobs).flatMap((job) => job.steps);
  const calls = steps
    .flatMap(({ run }) => (run ?? '').replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => /main\.js bundle (\w+) ([^|]*)/u.exec(line) ?? [])
    .flatMap((part, index, parts) => (index % 3 === 1 ? [{ command: part, rest: parts[index + 1] ?? '' }] : []));
  t.strictSame(
    calls.map(({ command }) => command),
    ['lint', 'eval', 'calibrate', 'diff'],
  );
  for (const { command, rest } of calls) {
    const { stdout } = await runProgram(['bundle', command, '--help']);
    for (const [option] of rest.matchAll(/--[a-z-]+/gu)) t.match(stdout, `${option} `, `${command} ${option}`);
  }
});
