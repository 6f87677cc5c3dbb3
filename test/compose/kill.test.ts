import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { runKillRounds } from '../../bench/lib/kill-rounds.js';
import { smallBundleFolder } from '../support/bundle-folder.js';
import { seededRandom } from '../support/seeded-random.js';

t.setTimeout(110_000);

t.test('outcomes that were acknowledged survive kill -9, each once', async (t) => {
  const root = t.testdir();
  const folder = await smallBundleFolder(root);
  const config = `${root}/pointsman.yaml`;
  await writeFile(
    config,
    `bundle: ${folder.bundle}\ncacheDirectory: ${folder.cacheDirectory}\noutcomes: { directory: journal }\n` +
      'log: { level: error }\ndrain: { pauseMs: 0 }\n',
  );
  const report = await runKillRounds({
    serve: ['serve', '--port', '0', '--config', config],
    journal: `${root}/journal`,
    rounds: 2,
    calls: 500,
    random: seededRandom(1),
  });
  t.match(report, { lost: 0, twice: 0, forgotten: 0 });
  t.ok(report.acknowledged > 100 && report.acknowledged < 1000);
  t.ok(report.knownAgain > 0);
});
