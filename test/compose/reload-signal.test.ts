import { writeFile } from 'node:fs/promises';
import { credentials } from '@grpc/grpc-js';
import t from 'tap';
import { AdminServiceClient } from '../../src/gen/pointsman/router/v1/admin.js';
import { smallBundleFolder } from '../support/bundle-folder.js';
import { startServe } from '../support/program.js';
import { unaryCall } from '../support/rpc.js';
import { edited, SMALL_BUNDLE } from '../support/small-bundle.js';
import { until } from '../support/until.js';

t.test('SIGHUP takes an edit up; a bad bundle is refused and logged', async (t) => {
  const folder = await smallBundleFolder(t.testdir());
  const config = `${folder.bundle}/../pointsman.yaml`;
  await writeFile(config, 'bundle: bundle\ncacheDirectory: cache\nreload: { pollIntervalMs: 0 }\n');
  const { child, address, stderr, ended } = await startServe(t, ['--config', config]);
  const admin = new AdminServiceClient(address, credentials.createInsecure());
  t.teardown(() => admin.close());
  const before = await unaryCall(admin.getStatus.bind(admin), {});

  await folder.write(edited('bundle.yaml', 'name: small', 'name: 3'));
  child.kill('SIGHUP');
  await until(() => stderr().includes('bundle refused'), 20_000);
  t.ok(stderr().includes('bundle.yaml:1:7: name: expected text, got 3'));
  const refused = await unaryCall(admin.getStatus.bind(admin), {});
  t.equal(refused.snapshotId, before.snapshotId);
  t.equal(refused.lastReloadError, 'bundle.yaml:1:7: name: expected text, got 3');

  await folder.write({ ...SMALL_BUNDLE, ...edited('bundle.yaml', 'name: small', 'name: smaller') });
  child.kill('SIGHUP');
  await until(() => stderr().includes('bundle reloaded'), 20_000);
  const reloaded = await unaryCall(admin.getStatus.bind(admin), {});
  t.not(reloaded.snapshotId, before.snapshotId);
  t.equal(reloaded.lastReloadError, '');
  child.kill('SIGTERM');
  t.equal((await ended).exitCode, 0);
});
