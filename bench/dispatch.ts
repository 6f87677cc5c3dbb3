import { benchLedger } from './dispatch/accounts.js';
import { benchDeath, benchFailingHalf, benchFallback, benchSlow } from './dispatch/failures.js';
import { benchOverhead } from './dispatch/overhead.js';
import { benchCancel, benchPace, benchVanish } from './dispatch/streams.js';
import { readArguments } from './lib/arguments.js';
import type { DispatchBench, Finding } from './lib/dispatch-bench.js';
import { createRandom } from './lib/random.js';
import { printTable, writeFigures } from './lib/report.js';
import { startBenchUpstream } from './lib/upstream.js';

/** Measures dispatch against a scripted upstream on the loopback, in its own thread. */

const PARTS = ['failing', 'slow', 'death', 'fallback', 'cancel', 'vanish', 'pace', 'overhead', 'ledger'] as const;
type Part = (typeof PARTS)[number];

const options = readArguments('dispatch', {
  parts: { help: `what to measure, of ${PARTS.join(',')}`, default: PARTS.join(',') },
  calls: { help: 'calls of the part "failing"', default: '10000' },
  'ledger-calls': { help: 'calls of the part "ledger"', default: '100000' },
  clients: { help: 'clients that vanish', default: '1000' },
  rate: { help: 'calls a second of "overhead"', default: '100' },
  seconds: { help: 'length of "pace" and "overhead"', default: '10' },
});

const [upstream, other] = await Promise.all([startBenchUpstream(options.seed), startBenchUpstream(options.seed + 1)]);
const bench: DispatchBench = { upstream, random: createRandom(options.seed) };
const seconds = options.number('seconds');
const runs: Readonly<Record<Part, () => Promise<readonly Finding[]>>> = {
  failing: () => benchFailingHalf(bench, options.number('calls')),
  slow: () => benchSlow(bench, 3000),
  death: () => benchDeath(bench, { ...bench, upstream: other }),
  fallback: () => benchFallback(bench, 1000),
  cancel: () => benchCancel(bench, 100),
  vanish: () => benchVanish(bench, options.number('clients')),
  pace: () => benchPace(bench, { streams: 200, piecesPerSecond: 20, seconds }),
  overhead: () => benchOverhead(bench, options.number('rate'), seconds),
  ledger: () => benchLedger(bench, options.number('ledger-calls')),
};

const wanted = new Set(options.text('parts').split(','));
const unknown = [...wanted].filter((name) => !PARTS.some((part) => part === name));
if (unknown.length > 0) throw new Error(`unknown parts: ${unknown.join(', ')}; known: ${PARTS.join(', ')}`);
const findings: Finding[] = [];
for (const part of PARTS) {
  if (!wanted.has(part)) continue;
  if (process.stderr.isTTY) process.stderr.write(`${part} …\n`);
  findings.push(...(await runs[part]()));
}
await Promise.all([upstream.close(), other.close()]);

printTable(
  ['what', 'measured', 'target', 'met'],
  findings.map(({ what, value, target, isMet }) => [what, value, target, isMet ? 'yes' : 'NO']),
);
await writeFigures(options.jsonFile, { bench: 'dispatch', findings });
if (findings.some(({ isMet }) => !isMet)) process.exitCode = 1;
