import fc from 'fast-check';
import t from 'tap';
import { loadScores, pickByLoad, type Load } from '../../src/dispatch/balancer.js';
import { seededRandom } from '../support/seeded-random.js';

const load = (values: Partial<Load> = {}): Load => ({
  weight: 1,
  latencyMs: 100,
  inFlight: 0,
  failureShare: 0,
  ...values,
});

function shares(loads: readonly Load[], seed = 1, draws = 20_000): readonly number[] {
  const random = seededRandom(seed);
  const counts = loads.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    const index = pickByLoad(loads, random);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count) => count / draws);
}

const anyLoad = fc.record({
  weight: fc.integer({ min: 0, max: 10 }),
  latencyMs: fc.option(fc.double({ min: 0, max: 10_000, noNaN: true }), { nil: undefined }),
  inFlight: fc.nat(1000),
  failureShare: fc.double({ min: 0, max: 1, noNaN: true }),
});

t.test('a pick is always one of the deployments, and never one of weight 0 beside others', async () => {
  fc.assert(
    fc.property(fc.array(anyLoad, { minLength: 1, maxLength: 8 }), fc.integer(), (loads, seed) => {
      const index = pickByLoad(loads, seededRandom(seed));
      const picked = loads[index];
      return picked !== undefined && (picked.weight > 0 || loads.every(({ weight }) => weight === 0));
    }),
  );
});

t.test('scores are finite, positive, and grow with latency, in-flight and failures', async () => {
  fc.assert(
    fc.property(anyLoad, anyLoad, fc.integer({ min: 1, max: 100 }), (one, other, more) => {
      const score = (changed: Partial<Load>): number => loadScores([{ ...one, ...changed }, other])[0] ?? 0;
      const base = score({});
      const isWorse = [
        score({ inFlight: one.inFlight + more }),
        score({ failureShare: Math.min(1, one.failureShare + more / 100) }),
        ...(one.latencyMs === undefined ? [] : [score({ latencyMs: one.latencyMs + more })]),
      ].every((worse) => worse >= base);
      return Number.isFinite(base) && base > 0 && isWorse;
    }),
  );
});

t.test('equal load is shared by weight', async (t) => {
  for (const weights of [
    [1, 1],
    [1, 3],
    [1, 2, 5],
  ]) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const found = shares(weights.map((weight) => load({ weight })));
    for (const [index, weight] of weights.entries()) {
      t.ok(Math.abs((found[index] ?? 0) - weight / total) < 0.015, `weights ${weights.join(':')}`);
    }
  }
});

t.test('a deployment that is ten times slower gets next to nothing', async (t) => {
  const [, slow = 1] = shares([load(), load({ latencyMs: 1000 })]);
  t.ok(slow > 0.001 && slow < 0.02, `share ${slow}`);
});

t.test('twice the load gets an eighth', async (t) => {
  const [, slow = 1] = shares([load(), load({ inFlight: 1 })]);
  t.ok(Math.abs(slow - 0.125) < 0.01, `share ${slow}`);
});

t.test('a deployment that fails half of its calls gets few of them, however fast it fails', async (t) => {
  const [, failing = 1] = shares([load(), load({ failureShare: 0.5 })]);
  t.ok(failing < 0.05, `share ${failing}`);
});

t.test('a deployment that nobody has asked yet is tried at once', async (t) => {
  const [, fresh = 0] = shares([load({ inFlight: 3 }), load({ latencyMs: undefined })]);
  t.ok(fresh > 0.5, `share ${fresh}`);
});
