import { readdir, rm, writeFile } from 'node:fs/promises';
import t from 'tap';
import { createSnapshotManager } from '../../src/bundle/snapshot-manager.js';
import type { SnapshotManagerOptions } from '../../src/bundle/snapshot-manager.js';
import { RouterError } from '../../src/errors.js';
import { createFakeEmbedder } from '../support/fake-embedder.js';
import { edited, SMALL_BUNDLE, smallBundle } from '../support/small-bundle.js';

function options(root: string, changes: Partial<SnapshotManagerOptions> = {}): SnapshotManagerOptions {
  return {
    bundleDirectory: `${root}/bundle`,
    cacheDirectory: `${root}/cache`,
    embedder: createFakeEmbedder(),
    ...changes,
  };
}

const edit = (root: string, changes: Readonly<Record<string, string>>): Promise<unknown> =>
  Promise.all(Object.entries(changes).map(([file, text]) => writeFile(`${root}/bundle/${file}`, text)));

const NEW_EXEMPLAR = edited('tasks/translation.yaml', 'How do you say cheese', 'What is the word for cheese');

t.test('builds a snapshot that classifies', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const embedder = createFakeEmbedder();
  const phases: string[] = [];
  const loadedAt = new Date(5);
  const manager = await createSnapshotManager(
    options(root, { embedder, now: () => loadedAt, onProgress: ({ phase }) => phases.push(phase) }),
  );
  t.teardown(() => manager.close());
  const snapshot = manager.current();
  t.match(snapshot.id, /^[0-9a-f]{16}$/u);
  t.equal(snapshot.fingerprint, embedder.fingerprint);
  t.equal(snapshot.bundle.root, `${root}/bundle`);
  t.equal(snapshot.bundle.models[snapshot.defaultModelIndex]?.id, 'big');
  t.equal(snapshot.baselineModelIndex, 0);
  t.strictSame(
    [...snapshot.modelIndexById],
    [
      ['big', 0],
      ['small', 1],
    ],
  );
  t.strictSame(
    [...snapshot.taskIndexById],
    [
      ['arithmetic', 0],
      ['translation', 1],
    ],
  );
  t.equal(manager.loadedAt, loadedAt);
  t.equal(manager.lastReloadError, '');
  t.strictSame([...new Set(phases)], ['reading', 'embedding', 'indexing', 'fitting', 'writing']);
  t.equal(embedder.asked.length, 4);
  t.ok(embedder.calls.every(({ priority }) => priority === 'background'));
  const [known] = await embedder.embed(['How do you say cheese in Italian?'], { signal: AbortSignal.timeout(5000) });
  const classification = snapshot.classifier.classify(
    known?.vector ?? new Float32Array(0),
    'How do you say cheese in Italian?',
  );
  t.equal(classification.neighbours[0]?.exemplarIndex, 3);
  t.equal(classification.neighbours[0]?.taskIndex, 1);
});

t.test('a cached snapshot is loaded without embedding', async (t) => {
  const root = t.testdir({ bundle: smallBundle({ 'outcomes/a.jsonl': '{"prompt":"x","model":"big","score":1}\n' }) });
  const first = await createSnapshotManager(options(root));
  await first.close();
  const embedder = createFakeEmbedder();
  const phases: string[] = [];
  const second = await createSnapshotManager(
    options(root, { embedder, onProgress: ({ phase }) => phases.push(phase) }),
  );
  await second.close();
  t.equal(second.current().id, first.current().id);
  t.strictSame(embedder.asked, []);
  t.strictSame(phases, []);
  t.strictSame(second.current().bundle.exemplars, first.current().bundle.exemplars);
  t.strictSame(second.current().bundle.outcomes, [], 'outcomes stay out of the service');
});

t.test('an edit embeds only what is new, and is swapped in', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const embedder = createFakeEmbedder();
  const manager = await createSnapshotManager(options(root, { embedder }));
  t.teardown(() => manager.close());
  const before = manager.current();
  const swapped: string[] = [];
  const stop = manager.onSwap((snapshot) => swapped.push(snapshot.id));
  embedder.asked.length = 0;
  await edit(root, NEW_EXEMPLAR);
  const result = await manager.reload({ dryRun: false });
  t.strictSame(embedder.asked, ['What is the word for cheese in Italian?']);
  t.equal(result.isChanged, true);
  t.not(result.snapshotId, before.id);
  t.equal(manager.current().id, result.snapshotId);
  t.strictSame(swapped, [result.snapshotId]);
  stop();
  await edit(root, SMALL_BUNDLE);
  t.strictSame(await manager.reload({ dryRun: false }), { snapshotId: before.id, isChanged: true });
  t.equal(swapped.length, 1, 'the listener was taken off');
});

t.test('an unchanged bundle is not built again', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const manager = await createSnapshotManager(options(root));
  t.teardown(() => manager.close());
  const before = manager.current();
  t.strictSame(await manager.reload({ dryRun: false }), { snapshotId: before.id, isChanged: false });
  t.equal(manager.current(), before);
});

t.test('a bad bundle is refused and the old keeps serving', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const manager = await createSnapshotManager(options(root));
  t.teardown(() => manager.close());
  const before = manager.current();
  await edit(root, edited('bundle.yaml', 'name: small', 'name: 3'));
  const message = 'bundle.yaml:1:7: name: expected text, got 3';
  await t.rejects(manager.reload({ dryRun: false }), { reason: 'BUNDLE_INVALID', message });
  t.equal(manager.current(), before);
  t.equal(manager.lastReloadError, message);
  await edit(root, SMALL_BUNDLE);
  await manager.reload({ dryRun: false });
  t.equal(manager.lastReloadError, '', 'a good reload clears the error');
});

t.test('a service does not start with a bad bundle', async (t) => {
  const root = t.testdir({ bundle: smallBundle({ 'bundle.yaml': '' }) });
  const message = 'bundle.yaml:1:1: expected a mapping, got nothing';
  await t.rejects(createSnapshotManager(options(root)), { reason: 'BUNDLE_INVALID', message });
});

t.test('a dry run checks and changes nothing', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const manager = await createSnapshotManager(options(root));
  t.teardown(() => manager.close());
  const before = manager.current();
  t.strictSame(await manager.reload({ dryRun: true }), { snapshotId: before.id, isChanged: false });
  await edit(root, NEW_EXEMPLAR);
  t.strictSame(await manager.reload({ dryRun: true }), { snapshotId: before.id, isChanged: true });
  t.equal(manager.current(), before);
  await edit(root, { 'bundle.yaml': '' });
  await t.rejects(manager.reload({ dryRun: true }), { name: 'RouterError', reason: 'BUNDLE_INVALID' });
  t.equal(manager.lastReloadError, '', 'only a real reload is remembered');
});

t.test('another embedder needs a restart', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const manager = await createSnapshotManager(options(root));
  t.teardown(() => manager.close());
  await edit(root, { 'bundle.yaml': `${SMALL_BUNDLE['bundle.yaml'] ?? ''}embedder: other\n` });
  await t.rejects(manager.reload({ dryRun: false }), {
    reason: 'BUNDLE_INVALID',
    message:
      'bundle.yaml: embedder: changed from "all-minilm-l6-v2" to "other"; restart the service to change the embedder',
  });
});

t.test('damaged snapshots are found by their hashes and built anew', async (t) => {
  for (const name of ['bundle.bin', 'decision-model.bin', 'index.hnsw', 'manifest.json']) {
    const root = t.testdir({ bundle: smallBundle() });
    const first = await createSnapshotManager(options(root));
    await first.close();
    const file = `${root}/cache/snapshots/${first.current().id}/${name}`;
    await writeFile(file, 'damaged');
    const warnings: string[] = [];
    const logger = { info: () => undefined, warn: (_fields: object, message: string) => warnings.push(message) };
    const embedder = createFakeEmbedder();
    const second = await createSnapshotManager(options(root, { logger, embedder }));
    await second.close();
    t.equal(second.current().id, first.current().id);
    t.equal(warnings[0], 'the cached snapshot is damaged; it is built anew', name);
    t.strictSame(embedder.asked, [], 'the vectors were still there');
    const third = await createSnapshotManager(options(root, { logger }));
    await third.close();
    t.equal(warnings.filter((text) => text === warnings[0]).length, warnings.length, 'nothing else was wrong');
  }
});

t.test('reloads that overlap share one build after the one under way', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  let running = 0;
  let mostRunning = 0;
  const embedder = createFakeEmbedder({
    before: async () => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    },
  });
  const manager = await createSnapshotManager(options(root, { embedder }));
  t.teardown(() => manager.close());
  let swaps = 0;
  manager.onSwap(() => (swaps += 1));
  await edit(root, NEW_EXEMPLAR);
  const first = manager.reload({ dryRun: false });
  await edit(root, edited('tasks/translation.yaml', 'How do you say cheese', 'Say bread'));
  const others = Array.from({ length: 1000 }, () => manager.reload({ dryRun: false }));
  await first;
  const results = await Promise.all(others);
  t.equal(new Set(results.map(({ snapshotId }) => snapshotId)).size, 1);
  t.equal(manager.current().bundle.exemplars[3]?.text, 'Say bread in Italian?');
  t.ok(swaps <= 2);
  t.equal(mostRunning, 1);
});

t.test('who stops waiting stops nothing', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const manager = await createSnapshotManager(options(root));
  t.teardown(() => manager.close());
  await edit(root, NEW_EXEMPLAR);
  const caller = new AbortController();
  const impatient = manager.reload({ dryRun: false, signal: caller.signal });
  const patient = manager.reload({ dryRun: false });
  caller.abort();
  await t.rejects(impatient, { name: 'RouterError', reason: 'CALL_CANCELLED' });
  await patient;
  t.equal(manager.current().bundle.exemplars[3]?.text, 'What is the word for cheese in Italian?');
});

t.test('an embedder that fails leaves the old snapshot', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  let isBroken = false;
  const embedder = createFakeEmbedder({
    before: () => {
      if (isBroken) throw new RouterError({ reason: 'EMBEDDER_FAILED', message: 'the embedder is gone' });
    },
  });
  const manager = await createSnapshotManager(options(root, { embedder }));
  t.teardown(() => manager.close());
  const before = manager.current();
  isBroken = true;
  await edit(root, NEW_EXEMPLAR);
  await t.rejects(manager.reload({ dryRun: false }), { reason: 'EMBEDDER_FAILED', message: 'the embedder is gone' });
  t.equal(manager.current(), before);
  t.equal(manager.lastReloadError, 'the embedder is gone');
});

t.test('closing ends a build', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  let isHanging = false;
  let onHang: () => void = () => undefined;
  const hung = new Promise<void>((resolve) => (onHang = resolve));
  const embedder = createFakeEmbedder({
    before: (_texts, { signal }) => {
      if (!isHanging) return;
      onHang();
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(RouterError.from(signal.reason))),
      );
    },
  });
  const manager = await createSnapshotManager(options(root, { embedder }));
  isHanging = true;
  await edit(root, NEW_EXEMPLAR);
  const reload = t.rejects(manager.reload({ dryRun: false }), { name: 'RouterError', reason: 'SHUTTING_DOWN' });
  await hung;
  await manager.close();
  await reload;
  await t.rejects(manager.reload({ dryRun: false }), { name: 'RouterError', reason: 'SHUTTING_DOWN' });
});

t.test('a cache that cannot be written is told', async (t) => {
  const root = t.testdir({ bundle: smallBundle(), cache: 'a file' });
  await t.rejects(createSnapshotManager(options(root)), {
    reason: 'SNAPSHOT_INVALID',
    message: new RegExp(`^the snapshot could not be built in ${root}/cache: `, 'u'),
  });
});

t.test('only the snapshots used last are kept', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const manager = await createSnapshotManager(options(root));
  t.teardown(() => manager.close());
  for (let round = 0; round < 7; round += 1) {
    await edit(root, edited('bundle.yaml', 'name: small', `name: small ${round}`));
    await manager.reload({ dryRun: false });
  }
  const kept = await readdir(`${root}/cache/snapshots`);
  t.equal(kept.length, 5);
  t.ok(kept.includes(manager.current().id));
  await rm(`${root}/cache`, { recursive: true });
});

t.test('processes that share a cache do not disturb each other', async (t) => {
  const root = t.testdir({ bundle: smallBundle() });
  const managers = await Promise.all([1, 2, 3].map(() => createSnapshotManager(options(root))));
  for (const manager of managers) await manager.close();
  t.equal(new Set(managers.map((manager) => manager.current().id)).size, 1);
  t.strictSame(await readdir(`${root}/cache/snapshots`), [managers[0]?.current().id]);
});
