import t from 'tap';
import { clopperPearsonUpper, isUpperBoundUnder, regularisedBeta } from '../../src/learning/binomial-bounds.js';
import { seededRandom } from '../../src/learning/random.js';

t.test('upper bounds against published values', async (t) => {
  const table: readonly (readonly [events: number, trials: number, confidence: number, bound: number])[] = [
    [0, 59, 0.95, 0.0495],
    [0, 10, 0.95, 0.2589],
    [1, 10, 0.95, 0.3942],
    [5, 100, 0.95, 0.1023],
    [50, 1000, 0.975, 0.0654],
  ];
  for (const [events, trials, confidence, bound] of table) {
    t.equal(clopperPearsonUpper(events, trials, confidence).toFixed(4), bound.toFixed(4), `${events} of ${trials}`);
  }
  t.equal(clopperPearsonUpper(0, 0, 0.95), 1);
  t.equal(clopperPearsonUpper(7, 7, 0.95), 1);
});

t.test('a bound is compared with a rate without computing it', async (t) => {
  for (const [events, trials] of [
    [0, 1],
    [0, 59],
    [3, 40],
    [40, 41],
    [7, 7],
    [0, 0],
  ] as const) {
    const seen = { events, trials, confidence: 0.95 };
    const bound = clopperPearsonUpper(events, trials, 0.95);
    t.equal(isUpperBoundUnder(bound + 1e-9, seen), true, `${events} of ${trials}`);
    t.equal(isUpperBoundUnder(bound - 1e-9, seen), false, `${events} of ${trials}`);
  }
});

t.test('the incomplete beta function', async (t) => {
  t.equal(regularisedBeta(0, 2, 3), 0);
  t.equal(regularisedBeta(1, 2, 3), 1);
  t.ok(Math.abs(regularisedBeta(0.3, 2, 3) - 0.3483) < 1e-10);
});

t.test('covers the true rate at least as often as promised', async (t) => {
  const random = seededRandom(11);
  let covered = 0;
  for (let trial = 0; trial < 1000; trial += 1) {
    let events = 0;
    for (let draw = 0; draw < 200; draw += 1) if (random() < 0.05) events += 1;
    if (clopperPearsonUpper(events, 200, 0.95) >= 0.05) covered += 1;
  }
  t.ok(covered >= 945, `${covered} of 1000`);
});
