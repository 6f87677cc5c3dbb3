import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import t from 'tap';
import { openVectorStore } from '../../src/bundle/vector-store.js';
import type { VectorStoreOptions } from '../../src/bundle/vector-store.js';

function storeOptions(directory: string, warnings: string[] = []): VectorStoreOptions {
  const logger = { info: () => undefined, warn: (_fields: object, message: string) => warnings.push(message) };
  return { directory, fingerprint: 'f1', dimensions: 3, logger };
}

t.test('keeps vectors over a restart', async (t) => {
  const directory = t.testdir({});
  const store = await openVectorStore(storeOptions(directory));
  store.set('a', Float32Array.of(1, 2, 3));
  store.set('ä', Float32Array.of(4, 5, 6));
  await store.save();
  const again = await openVectorStore(storeOptions(directory));
  t.equal(again.count, 2);
  t.strictSame(again.get('a'), Float32Array.of(1, 2, 3));
  t.strictSame(again.get('ä'), Float32Array.of(4, 5, 6));
  t.equal(again.get('b'), undefined);
});

t.test('keeps embedders apart', async (t) => {
  const directory = t.testdir({});
  const store = await openVectorStore(storeOptions(directory));
  store.set('a', Float32Array.of(1, 2, 3));
  await store.save();
  const other = await openVectorStore({ ...storeOptions(directory), fingerprint: 'f2' });
  t.equal(other.get('a'), undefined);
});

t.test('a stored vector is a copy', async (t) => {
  const store = await openVectorStore(storeOptions(t.testdir({})));
  const vector = Float32Array.of(1, 2, 3);
  store.set('a', vector);
  vector[0] = 9;
  t.strictSame(store.get('a'), Float32Array.of(1, 2, 3));
});

t.test('writes only what is new', async (t) => {
  const directory = t.testdir({});
  await (await openVectorStore(storeOptions(directory))).save();
  t.strictSame(await readdir(directory), []);
});

t.test('a damaged file is ignored with a warning, and replaced', async (t) => {
  const damages: readonly ((path: string) => Promise<void>)[] = [
    (path) => truncate(path, 60),
    (path) => truncate(path, 3),
    async (path) => {
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
      await writeFile(path, bytes);
    },
    (path) => writeFile(path, 'not vectors at all, but long enough to be read as a header of a file of vectors'),
  ];
  for (const damage of damages) {
    const directory = t.testdir({});
    const store = await openVectorStore(storeOptions(directory));
    store.set('a', Float32Array.of(1, 2, 3));
    await store.save();
    const [name] = await readdir(directory);
    await damage(`${directory}/${name ?? ''}`);
    const warnings: string[] = [];
    const rebuilt = await openVectorStore(storeOptions(directory, warnings));
    t.equal(rebuilt.count, 0);
    t.strictSame(warnings, ['the file of cached vectors is damaged; they are computed anew']);
    rebuilt.set('b', Float32Array.of(7, 8, 9));
    await rebuilt.save();
    t.strictSame((await openVectorStore(storeOptions(directory))).get('b'), Float32Array.of(7, 8, 9));
    t.equal((await readdir(directory)).length, 1, 'no temporary file is left');
  }
});

t.test('of too many vectors, those longest unused go', async (t) => {
  const directory = t.testdir({});
  const store = await openVectorStore({ ...storeOptions(directory), maxVectors: 2 });
  for (const text of ['a', 'b', 'c']) store.set(text, Float32Array.of(1, 2, 3));
  store.get('a');
  await store.save();
  t.notOk(store.get('b'));
  t.ok(store.get('a'));
  t.ok(store.get('c'));
});

t.test('a vector of another length is a defect', async (t) => {
  const store = await openVectorStore(storeOptions(t.testdir({})));
  t.throws(() => store.set('a', Float32Array.of(1)), { message: 'a vector has 1 dimensions, expected 3' });
});
