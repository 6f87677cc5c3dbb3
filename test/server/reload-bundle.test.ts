import t from 'tap';
import { smallBundleFolder } from '../support/bundle-folder.js';
import { errorOf, unaryCall } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';
import { edited, SMALL_BUNDLE } from '../support/small-bundle.js';

const folder = await smallBundleFolder(t.testdir());
const { admin, router } = await startTestService(t, { bundle: folder.bundle, cacheDirectory: folder.cacheDirectory });

const reload = (dryRun = false): Promise<{ snapshotId: string; isChanged: boolean }> =>
  unaryCall(admin.reloadBundle.bind(admin), { dryRun });
const snapshotOfDecision = async (): Promise<string> => {
  const { decision } = await unaryCall(router.selectModel.bind(router), selectRequest('what is 3 times 4'));
  return decision?.snapshotId ?? '';
};
const lastReloadError = async (): Promise<string> => (await unaryCall(admin.getStatus.bind(admin), {})).lastReloadError;

t.test('an unchanged bundle changes nothing', async (t) => {
  t.strictSame(await reload(), { snapshotId: await snapshotOfDecision(), isChanged: false });
});

t.test('a bad bundle is refused with file, line and column, and the old keeps serving', async (t) => {
  const before = await snapshotOfDecision();
  await folder.write(edited('tasks/arithmetic.yaml', 'qualityFloor: 0.8', 'qualityFloor: high'));
  const message = 'tasks/arithmetic.yaml:4:15: qualityFloor: expected a number from 0 to 1, got "high"';
  for (const dryRun of [true, false]) {
    t.match(await errorOf(reload(dryRun)), {
      code: 'FAILED_PRECONDITION',
      reason: 'BUNDLE_INVALID',
      message,
      metadata: { file: 'tasks/arithmetic.yaml', line: '4', column: '15', path: 'qualityFloor' },
    });
  }
  t.equal(await snapshotOfDecision(), before);
  t.equal(await lastReloadError(), message);
});

t.test('a dry run builds nothing, a reload takes the edit up', async (t) => {
  const before = await snapshotOfDecision();
  await folder.write({ ...SMALL_BUNDLE, ...edited('tasks/arithmetic.yaml', 'Sums.', 'Sums and products.') });
  t.strictSame(await reload(true), { snapshotId: before, isChanged: true });
  t.equal(await snapshotOfDecision(), before);
  const { snapshotId, isChanged } = await reload();
  t.equal(isChanged, true);
  t.not(snapshotId, before);
  t.equal(await snapshotOfDecision(), snapshotId);
  t.equal(await lastReloadError(), '');
});
