import t from 'tap';
import { runProgram } from '../support/program.js';
import { edited, smallBundle } from '../support/small-bundle.js';

t.test('each mistake of a bundle on a line of its own, exit 1, nothing on standard output', async (t) => {
  const folder = t.testdir(
    smallBundle({
      ...edited('tasks/arithmetic.yaml', 'qualityFloor: 0.8', 'qualityFlor: 0.8'),
      ...edited('models.yaml', 'inputUsdPerMtok: 5', 'inputUsdPerMtok: -5'),
    }),
  );
  t.strictSame(await runProgram(['bundle', 'lint', folder]), {
    exitCode: 1,
    stdout: '',
    stderr:
      'pointsman: models.yaml:5:31: models[0].price.inputUsdPerMtok: expected a price of at least 0, got -5\n' +
      'tasks/arithmetic.yaml:1:1: qualityFloor: expected a number from 0 to 1, got nothing\n' +
      'tasks/arithmetic.yaml:4:1: qualityFlor: unknown key; did you mean "qualityFloor"?\n',
  });
});

t.test('the default bundle is without errors', async (t) => {
  const { exitCode, stdout, stderr } = await runProgram(['bundle', 'lint', '--static', '--json']);
  t.equal(exitCode, 0);
  t.equal(stderr, '');
  const report = JSON.parse(stdout) as { tasks: number; exemplars: number; models: number };
  t.ok(report.tasks >= 24 && report.exemplars >= 60 * report.tasks && report.models >= 18);
});
