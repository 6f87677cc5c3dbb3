/** What the guard takes for a pair of prompts, both read anew, beside normalising and splitting the same texts: by length. */
import { join } from 'node:path';
import { compareForHit, readForGuard } from '../src/cache/guard/hit-guard.js';
import { projectRoot } from '../src/config/project-root.js';
import { readArguments } from './lib/arguments.js';
import { readRows, textField } from './lib/json-lines.js';
import { printTable, round, writeFigures } from './lib/report.js';
import { quantile } from './lib/statistics.js';

const args = readArguments('bench:guard', {
  pairs: { help: 'pairs of prompts', default: join(projectRoot(), 'test/fixtures/cache-paraphrases.jsonl') },
  rounds: { help: 'times that every pair is compared', default: '40' },
});

/** Pairs joined to one, for longer prompts. */
const JOINED = [1, 3, 6, 18];
const WARM_UP_ROUNDS = 5;

type Pair = readonly [string, string];

const rows = await readRows(args.text('pairs'), args.dataDirectory);
const pairs = rows.map((row): Pair => [textField(row, 'q1'), textField(row, 'q2')]);

function joinPairs(count: number): readonly Pair[] {
  const places = Array.from({ length: Math.floor(pairs.length / count) }, (_, index) => index * count);
  return places.map((start) => {
    const some = pairs.slice(start, start + count);
    return [some.map(([q1]) => q1).join(' '), some.map(([, q2]) => q2).join(' ')];
  });
}

/** Microseconds of each call but those of the first rounds. */
function time(some: readonly Pair[], act: (pair: Pair) => unknown): readonly number[] {
  const microseconds: number[] = [];
  for (let round = 0; round < args.number('rounds') + WARM_UP_ROUNDS; round += 1) {
    for (const pair of some) {
      const startedAt = performance.now();
      act(pair);
      if (round >= WARM_UP_ROUNDS) microseconds.push((performance.now() - startedAt) * 1000);
    }
  }
  return microseconds;
}

const splitBoth = ([left, right]: Pair): number =>
  [left, right].reduce((sum, text) => sum + text.normalize('NFKC').toLowerCase().split(/\s+/u).length, 0);

const figures = JOINED.map((count) => {
  const some = joinPairs(count);
  const words = some.reduce((sum, pair) => sum + splitBoth(pair), 0) / some.length / 2;
  const floor = time(some, splitBoth);
  const guard = time(some, ([left, right]) => compareForHit(readForGuard(left), readForGuard(right)));
  return {
    words: round(words, 0),
    p50: round(quantile(guard, 0.5), 1),
    p99: round(quantile(guard, 0.99), 1),
    floorP50: round(quantile(floor, 0.5), 1),
  };
});

printTable(
  ['words a prompt', 'guard p50 µs', 'p99 µs', 'normalise and split p50 µs'],
  figures.map(({ words, p50, p99, floorP50 }) => [words, p50, p99, floorP50]),
);
await writeFigures(args.jsonFile, { guard: figures });
