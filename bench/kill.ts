/** Kills the service with SIGKILL in the middle of many RecordOutcome calls, again and again: nothing acknowledged may be lost. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.js';
import { runKillRounds } from './lib/kill-rounds.js';
import { createRandom } from './lib/random.js';
import { printTable, writeFigures } from './lib/report.js';

const args = readArguments('bench:kill', {
  rounds: { help: 'how often the service is killed', default: '20' },
  calls: { help: 'calls of a round, if nothing stopped it', default: '10000' },
});

const folder = await mkdtemp(join(tmpdir(), 'bench-kill-'));
try {
  const config = join(folder, 'pointsman.yaml');
  await writeFile(config, 'outcomes: { directory: journal }\nlog: { level: error }\ndrain: { pauseMs: 0 }\n');
  const report = await runKillRounds({
    serve: ['serve', '--port', '0', '--config', config],
    journal: join(folder, 'journal'),
    rounds: args.number('rounds'),
    calls: args.number('calls'),
    random: createRandom(args.seed),
  });
  printTable(['figure', 'value'], Object.entries(report));
  await writeFigures(args.jsonFile, { ...report, rounds: args.number('rounds'), seed: args.seed });
  process.exitCode = report.lost + report.twice + report.forgotten > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true });
}
