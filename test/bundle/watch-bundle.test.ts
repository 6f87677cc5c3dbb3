import { mkdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { bundleState, watchBundle } from '../../src/bundle/watch-bundle.js';
import type { Timers } from '../../src/bundle/watch-bundle.js';
import { smallBundle } from '../support/small-bundle.js';

/** Timers that fire when a test says so. */
function manualTimers() {
  let pending: (() => void) | undefined;
  let onSet: (() => void) | undefined;
  const timers: Timers = {
    setTimeout(run) {
      pending = run;
      onSet?.();
      return 1;
    },
    clearTimeout() {
      pending = undefined;
    },
  };
  const isSet = (): Promise<void> =>
    pending === undefined ? new Promise((resolve) => (onSet = resolve)) : Promise.resolve();
  return {
    timers,
    isSet,
    isPending: () => pending !== undefined,
    /** Lets one look happen and waits until it is done. */
    look: async (): Promise<void> => {
      await isSet();
      const run = pending;
      pending = undefined;
      run?.();
      await isSet();
    },
  };
}

async function watchOf(t: Test, directory: string, since?: string) {
  const { timers, look, isSet, isPending } = manualTimers();
  let changes = 0;
  const watcher = watchBundle({
    directory,
    since: since ?? (await bundleState(directory)),
    intervalMs: 1000,
    timers,
    onChange: async () => {
      changes += 1;
    },
  });
  t.teardown(() => watcher.close());
  await isSet();
  return { look, watcher, isPending, changes: () => changes };
}

t.test('an edit is reported once, when it has settled', async (t) => {
  const directory = t.testdir(smallBundle());
  const { look, changes } = await watchOf(t, directory);
  await look();
  t.equal(changes(), 0, 'nothing has changed');
  await writeFile(`${directory}/tasks/translation.yaml`, 'id: x');
  await look();
  t.equal(changes(), 0, 'seen, not yet settled');
  await look();
  t.equal(changes(), 1);
  await look();
  t.equal(changes(), 1);
});

t.test('an edit between the first reading and the first look is reported', async (t) => {
  const directory = t.testdir(smallBundle());
  const since = await bundleState(directory);
  await writeFile(`${directory}/tasks/translation.yaml`, 'id: x');
  const { look, changes } = await watchOf(t, directory, since);
  await look();
  t.equal(changes(), 1);
  await look();
  t.equal(changes(), 1);
});

t.test('a new time alone is an edit: content decides later', async (t) => {
  const directory = t.testdir(smallBundle());
  const { look, changes } = await watchOf(t, directory);
  await utimes(`${directory}/bundle.yaml`, 1, 1);
  await look();
  await look();
  t.equal(changes(), 1);
});

t.test('new and vanished files are edits', async (t) => {
  const directory = t.testdir(smallBundle());
  const { look, changes } = await watchOf(t, directory);
  await writeFile(`${directory}/tasks/new.yaml`, '');
  await look();
  await look();
  t.equal(changes(), 1);
  await rename(`${directory}/tasks/new.yaml`, `${directory}/tasks/.new.yaml`);
  await look();
  await look();
  t.equal(changes(), 2);
});

t.test('an edit that is taken back in time is none', async (t) => {
  const directory = t.testdir(smallBundle());
  const { look, changes } = await watchOf(t, directory);
  await writeFile(`${directory}/tasks/new.yaml`, '');
  await look();
  await rename(`${directory}/tasks/new.yaml`, `${directory}/tasks/.new.yaml`);
  await look();
  await look();
  t.equal(changes(), 0);
});

t.test('the swap of a linked folder is an edit', async (t) => {
  const directory = t.testdir({ one: smallBundle(), two: smallBundle(), mounted: {} });
  await symlink('../one', `${directory}/mounted/..data`);
  for (const name of ['bundle.yaml', 'models.yaml', 'tasks'])
    await symlink(`..data/${name}`, `${directory}/mounted/${name}`);
  const { look, changes } = await watchOf(t, `${directory}/mounted`);
  await symlink('../two', `${directory}/mounted/..new`);
  await rename(`${directory}/mounted/..new`, `${directory}/mounted/..data`);
  await look();
  await look();
  t.equal(changes(), 1);
});

t.test('edits that never settle are taken up all the same', async (t) => {
  const directory = t.testdir(smallBundle());
  const { look, changes } = await watchOf(t, directory);
  for (let round = 1; round <= 1000; round += 1) {
    await utimes(`${directory}/bundle.yaml`, round, round);
    await look();
  }
  t.ok(changes() > 100 && changes() < 250, `${changes()} reports of 1,000 edits`);
});

t.test('the next look waits until a report is done', async (t) => {
  const directory = t.testdir(smallBundle());
  const { timers, look, isSet, isPending } = manualTimers();
  let finish: () => void = () => undefined;
  let onStart: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (onStart = resolve));
  const watcher = watchBundle({
    directory,
    since: await bundleState(directory),
    intervalMs: 1000,
    timers,
    onChange: () => {
      onStart();
      return new Promise((resolve) => (finish = resolve));
    },
  });
  t.teardown(() => watcher.close());
  await isSet();
  await utimes(`${directory}/bundle.yaml`, 1, 1);
  await look();
  void look();
  await started;
  t.equal(isPending(), false);
  finish();
  await isSet();
  t.equal(isPending(), true);
});

t.test('a folder that vanishes and comes back is no crash', async (t) => {
  const parent = t.testdir({ bundle: smallBundle() });
  const { look, changes } = await watchOf(t, `${parent}/bundle`);
  await rename(`${parent}/bundle`, `${parent}/away`);
  await look();
  await look();
  t.equal(changes(), 1);
  await mkdir(`${parent}/bundle`);
  await look();
  t.equal(changes(), 1, 'an empty folder holds as little as none');
});

t.test('after closing nothing is looked at', async (t) => {
  const { watcher, isPending } = await watchOf(t, t.testdir(smallBundle()));
  await watcher.close();
  t.equal(isPending(), false);
});
