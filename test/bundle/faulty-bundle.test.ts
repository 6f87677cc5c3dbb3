import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { LINT_RULES, type LintFinding } from '../../src/bundle/lint-bundle.js';
import { writeBundleFolder } from '../support/bundle-folder.js';
import { faultyBundle } from '../support/faulty-bundle.js';
import { runProgram } from '../support/program.js';

interface LintReport {
  readonly findings: readonly LintFinding[];
}

t.test('finds every planted fault, of every kind, and nothing else', async (t) => {
  const { files, faults } = await faultyBundle();
  t.strictSame([...new Set(faults.map(({ rule }) => rule))].sort(), Object.keys(LINT_RULES).sort());
  t.ok(faults.length >= 20);
  const folder = await writeBundleFolder(t.testdir(), files);
  const config = `${t.testdirName}/pointsman.yaml`;
  await writeFile(config, `cacheDirectory: ${folder.cacheDirectory}\n`);
  const { exitCode, stdout, stderr } = await runProgram(['bundle', 'lint', folder.bundle, '--json', '-c', config]);
  t.equal(stderr, '');
  t.equal(exitCode, 1);
  const { findings } = JSON.parse(stdout) as LintReport;
  const keyOf = (rule: string, file: string, line: number): string => `${file}:${line} ${rule}`;
  const found = findings.map(({ rule, location }) => keyOf(rule, location.file, location.line));
  t.strictSame(found.sort(), faults.map(({ rule, file, line }) => keyOf(rule, file, line)).sort());
});

t.test('finds nothing in the default bundle', { timeout: 300_000 }, async (t) => {
  const { exitCode, stdout } = await runProgram(['bundle', 'lint', '--json']);
  t.equal(exitCode, 0);
  t.strictSame((JSON.parse(stdout) as LintReport).findings, []);
});
