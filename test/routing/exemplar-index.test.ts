import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { buildExemplarIndex, loadExemplarIndex } from '../../src/routing/exemplar-index.js';
import { clusteredVectors } from './support/fixtures.js';

const dimensions = 64;
const count = 1500;
const values = clusteredVectors({ count, dimensions, clusters: 50, spread: 0.8, seed: 7 });
const queries = clusteredVectors({ count: 200, dimensions, clusters: 50, spread: 0.9, seed: 7 });

function exact(query: Float32Array, k: number): { exemplarIndex: number; similarity: number }[] {
  return Array.from({ length: count }, (_, row) => {
    let similarity = 0;
    for (let d = 0; d < dimensions; d += 1) similarity += query[d]! * values[row * dimensions + d]!;
    return { exemplarIndex: row, similarity };
  })
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, k);
}

t.test('finds what exact search finds', async (t) => {
  const index = buildExemplarIndex({ values, dimensions });
  let found = 0;
  let worst = 0;
  for (let row = 0; row < 200; row += 1) {
    const query = queries.slice(row * dimensions, (row + 1) * dimensions);
    const wanted = exact(query, 10);
    const hits = index.search(query, 10);
    const indexes = new Set(hits.map((hit) => hit.exemplarIndex));
    found += wanted.filter((hit) => indexes.has(hit.exemplarIndex)).length;
    hits.forEach((hit, rank) => (worst = Math.max(worst, wanted[rank]!.similarity - hit.similarity)));
  }
  t.ok(found / 2000 >= 0.99, `recall ${found / 2000}`);
  t.ok(worst < 0.05, 'what is missed is hardly nearer');
});

t.test('nearest first, similarity is cosine', async (t) => {
  const index = buildExemplarIndex({ values, dimensions });
  const hits = index.search(values.slice(0, dimensions), 5);
  t.equal(hits[0]!.exemplarIndex, 0);
  t.ok(Math.abs(hits[0]!.similarity - 1) < 1e-5);
  for (let rank = 1; rank < hits.length; rank += 1) t.ok(hits[rank - 1]!.similarity >= hits[rank]!.similarity);
});

t.test('fewer exemplars than asked for, and none', async (t) => {
  const small = buildExemplarIndex({ values: values.slice(0, 3 * dimensions), dimensions });
  t.equal(small.search(values.slice(0, dimensions), 10).length, 3);
  const empty = buildExemplarIndex({ values: new Float32Array(0), dimensions });
  t.same(empty.search(values.slice(0, dimensions), 10), []);
});

t.test('saved and loaded, it answers the same', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pointsman-index-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'index.hnsw');
  const index = buildExemplarIndex({ values, dimensions });
  await index.save(path);
  const loaded = await loadExemplarIndex({ path, dimensions, count });
  const query = queries.slice(0, dimensions);
  t.same(loaded.search(query, 10), index.search(query, 10));
  await t.rejects(loadExemplarIndex({ path, dimensions, count: 7 }), {
    reason: 'SNAPSHOT_INVALID',
    message: `the exemplar index ${path} holds 1500 exemplars, expected 7; delete the snapshot cache and build again`,
  });
});

t.test('a missing or broken file is told', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pointsman-index-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'index.hnsw');
  await writeFile(path, 'not an index');
  await t.rejects(loadExemplarIndex({ path, dimensions, count }), {
    reason: 'SNAPSHOT_INVALID',
    message: `cannot read the exemplar index ${path}; delete the snapshot cache and build again`,
  });
});
