import t from 'tap';
import { resampleBound, wrongRateOf } from '../../bench/lib/bound-resamples.js';
import type { Judged } from '../../bench/lib/classification-figures.js';
import { createRandom } from '../../bench/lib/random.js';

const row = (predicted: string, isAbstained = false): Judged => ({
  label: 'a',
  predicted,
  nearest: 'a',
  probability: 1,
  score: 1,
  isAbstained,
});
const rowsOf = (right: number, wrong: number, abstained: number): readonly Judged[] => [
  ...Array.from({ length: right }, () => row('a')),
  ...Array.from({ length: wrong }, () => row('b')),
  ...Array.from({ length: abstained }, () => row('b', true)),
];

t.test('wrong routes are counted among what is routed', async (t) => {
  t.equal(wrongRateOf(rowsOf(3, 1, 6)), 0.25);
  t.equal(wrongRateOf(rowsOf(0, 0, 2)), 0);
});

t.test(
  'draws hold a risk far above the rate, never one far below, and about half of them one that equals it',
  async (t) => {
    const rows = rowsOf(900, 100, 200);
    const at = (risk: number) => resampleBound(rows, { risk, draws: 200, random: createRandom(1) });
    t.equal(at(0.2).heldShare, 1);
    t.equal(at(0.05).heldShare, 0);
    const even = at(0.1);
    t.ok(even.heldShare > 0.35 && even.heldShare < 0.65, `${even.heldShare}`);
    t.ok(Math.abs(even.meanWrongRate - 0.1) < 0.005);
    t.ok(Math.abs(even.meanRoutedShare - 1000 / 1200) < 0.005);
    t.ok(even.wrongRate95 > 0.11 && even.wrongRate95 < 0.13, `${even.wrongRate95}`);
  },
);
