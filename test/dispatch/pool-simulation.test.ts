import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { createDeploymentPool } from '../../src/dispatch/deployment-pool.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { seededRandom } from '../support/seeded-random.js';

/** How a simulated deployment answers at a time. */
type Behaviour = (nowMs: number) => { readonly latencyMs: number; readonly isFailure?: boolean };

interface Sent {
  readonly deployment: string;
  readonly atMs: number;
  readonly isFailure: boolean;
}

interface Simulation {
  readonly behaviours: Readonly<Record<string, Behaviour>>;
  readonly callsPerSecond: number;
  readonly lengthMs: number;
  readonly session?: (call: number) => string;
}

/** Plays calls at a constant rate against the pool, in virtual time. */
function simulate({ behaviours, callsPerSecond, lengthMs, session }: Simulation): readonly Sent[] {
  const random = seededRandom(7);
  const time = { nowMs: 0 };
  const settings = dispatchSettings();
  const pool = createDeploymentPool({ ...settings, clock: () => time.nowMs, random, isConfigured: () => true });
  const deployments = Object.keys(behaviours).map((id) => testDeployment({ id, provider: 'p' }));
  const model = testModel('m', { deployments });
  const sent: Sent[] = [];
  const ends: { readonly atMs: number; readonly end: () => void }[] = [];
  for (let call = 0; call < (lengthMs / 1000) * callsPerSecond; call++) {
    const atMs = (call * 1000) / callsPerSecond;
    ends.sort((a, b) => a.atMs - b.atMs);
    while ((ends[0]?.atMs ?? Infinity) <= atMs) {
      const next = ends.shift();
      time.nowMs = next?.atMs ?? atMs;
      next?.end();
    }
    time.nowMs = atMs;
    const picked = pool.pick(model, {
      excluded: new Set(),
      regions: [],
      isStream: false,
      ...(session === undefined ? {} : { session: session(call) }),
    });
    const { lease } = picked;
    if (lease === undefined) continue;
    const { latencyMs, isFailure = false } = behaviours[lease.deployment.id]?.(atMs) ?? { latencyMs: 1 };
    sent.push({ deployment: lease.deployment.id, atMs, isFailure });
    ends.push({
      atMs: atMs + latencyMs,
      end() {
        if (isFailure) lease.fail({ errorClass: 'retryable', message: '' });
        else lease.succeed(latencyMs);
        lease.release();
      },
    });
  }
  return sent;
}

const shareOf = (sent: readonly Sent[], deployment: string): number =>
  sent.filter((call) => call.deployment === deployment).length / sent.length;

t.test('a deployment that is ten times slower gets under 15% of the traffic, but is not forgotten', async (t) => {
  for (const callsPerSecond of [2, 20, 200]) {
    const sent = simulate({
      behaviours: { fast: () => ({ latencyMs: 100 }), slow: () => ({ latencyMs: 1000 }) },
      callsPerSecond,
      lengthMs: 120_000,
    });
    const share = shareOf(sent, 'slow');
    t.ok(share > 0 && share < 0.15, `${callsPerSecond} calls/s: ${share}`);
  }
});

t.test('a deployment that dies is found within 1 s and used again within 5 s of its recovery', async (t) => {
  const [diesAtMs, recoversAtMs] = [20_000, 50_000];
  const behaviours: Record<string, Behaviour> = {
    steady: () => ({ latencyMs: 100 }),
    mortal: (nowMs) =>
      nowMs >= diesAtMs && nowMs < recoversAtMs ? { latencyMs: 5, isFailure: true } : { latencyMs: 100 },
  };
  const sent = simulate({ behaviours, callsPerSecond: 50, lengthMs: 90_000 }).filter(
    ({ deployment }) => deployment === 'mortal',
  );
  const between = (fromMs: number, toMs: number): number =>
    sent.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
  t.ok(between(diesAtMs, diesAtMs + 1000) <= 10, 'few calls go there in the first second');
  t.ok(between(diesAtMs + 1000, recoversAtMs) <= 15, 'then only probes');
  t.ok(between(recoversAtMs, recoversAtMs + 5000) > 0, 'it is used again');
  t.ok(between(recoversAtMs + 10_000, 90_000) > 500, 'and gets its share back');
});

t.test('a deployment that swallows calls is avoided before the first of them times out', async (t) => {
  const behaviours: Record<string, Behaviour> = {
    steady: () => ({ latencyMs: 100 }),
    blackHole: (nowMs) => ({ latencyMs: nowMs >= 20_000 ? 1e9 : 100 }),
  };
  const sent = simulate({ behaviours, callsPerSecond: 50, lengthMs: 40_000 });
  const late = sent.filter(({ atMs }) => atMs >= 21_000);
  t.ok(shareOf(late, 'blackHole') < 0.02, `share ${shareOf(late, 'blackHole')}`);
});

t.test('one that fails half of its calls gets few of them', async (t) => {
  const random = seededRandom(3);
  const sent = simulate({
    behaviours: { good: () => ({ latencyMs: 100 }), bad: () => ({ latencyMs: 50, isFailure: random() < 0.5 }) },
    callsPerSecond: 50,
    lengthMs: 100_000,
  });
  t.ok(shareOf(sent, 'bad') < 0.1, `share ${shareOf(sent, 'bad')}`);
});

t.test('a session stays where its prompt cache is warm, until that place is overloaded', async (t) => {
  const behaviours = { a: () => ({ latencyMs: 100 }), b: () => ({ latencyMs: 100 }), c: () => ({ latencyMs: 100 }) };
  const session = (call: number): string => `s${call % 30}`;
  const sent = simulate({ behaviours, callsPerSecond: 20, lengthMs: 60_000, session });
  const places = new Map<string, Set<string>>();
  for (const [call, { deployment }] of sent.entries()) {
    places.set(session(call), (places.get(session(call)) ?? new Set()).add(deployment));
  }
  t.ok([...places.values()].every((used) => used.size === 1));
  t.equal(new Set(sent.map(({ deployment }) => deployment)).size, 3);
  const overloaded = simulate({
    behaviours: { ...behaviours, a: (nowMs) => ({ latencyMs: nowMs > 20_000 ? 2000 : 100 }) },
    callsPerSecond: 20,
    lengthMs: 60_000,
    session,
  });
  t.ok(
    shareOf(
      overloaded.filter(({ atMs }) => atMs > 30_000),
      'a',
    ) < 0.1,
  );
});
