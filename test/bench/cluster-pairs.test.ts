import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { heldOutPairs, readClusters } from '../../bench/cache/cluster-pairs.js';

const folder = await mkdtemp(join(tmpdir(), 'pointsman-clusters-'));
t.teardown(() => rm(folder, { recursive: true }));

t.test('reads clusters in the order of the files and pairs those that training leaves out', async (t) => {
  await writeFile(join(folder, 'b.txt'), '= last | final\nx first\n');
  const lines = Array.from({ length: 6 }, (_, place) => `= q${place} | p${place} |\nx n${place}\nx m${place}`);
  await writeFile(join(folder, 'a.txt'), ['# topic', ...lines].join('\n'));
  await writeFile(join(folder, 'notes.md'), 'not a cluster');
  const clusters = await readClusters([folder]);
  t.equal(clusters.length, 7);
  t.same(clusters[6], { same: ['last', 'final'], different: ['first'] });
  t.same(heldOutPairs(clusters), [
    { stored: 'q5', asked: 'p5', isSame: true },
    { stored: 'q5', asked: 'n5', isSame: false },
    { stored: 'q5', asked: 'm5', isSame: false },
    { stored: 'p5', asked: 'n5', isSame: false },
    { stored: 'p5', asked: 'm5', isSame: false },
  ]);
});

t.test('names the line of another kind', async (t) => {
  const path = join(folder, 'a.txt');
  const message = 'starts with neither "#", "=" nor "x " after a "=" line';
  await writeFile(path, '= a | b\n? c\n');
  await t.rejects(readClusters([folder]), { message: `${path}:2 ${message}` });
  await writeFile(path, 'x orphan\n');
  await t.rejects(readClusters([folder]), { message: `${path}:1 ${message}` });
});
