import t from 'tap';
import { smallBundleFolder } from '../support/bundle-folder.js';
import { startCallLoop } from '../support/call-loop.js';
import { startTestService } from '../support/service.js';
import { edited } from '../support/small-bundle.js';
import { until } from '../support/until.js';

const EDITS = 10;

t.test('edits during load are taken up by polling, and no call fails', async (t) => {
  const folder = await smallBundleFolder(t.testdir());
  const { router, service } = await startTestService(t, {
    bundle: folder.bundle,
    cacheDirectory: folder.cacheDirectory,
    reload: { pollIntervalMs: 10 },
  });
  const { snapshots } = service.core;
  const load = startCallLoop(router, 4);
  for (let edit = 1; edit <= EDITS; edit++) {
    const before = snapshots.current().id;
    const exemplar = `How do you say cheese number ${edit}`;
    await folder.write(edited('tasks/translation.yaml', 'How do you say cheese', exemplar));
    await until(() => snapshots.current().id !== before, 30_000);
    t.ok(snapshots.current().bundle.exemplars.some(({ text }) => text.startsWith(exemplar)));
  }
  await load.end();
  t.strictSame(load.failures, []);
  t.ok(load.answered > EDITS);
});
