import t, { type Test } from 'tap';
import { leadAcrossReplicas, UNSHARED_LEASES } from '../../src/cache/lease.js';
import type { LeadOptions, LeaseKeeper } from '../../src/cache/lease.js';
import { createSingleFlight } from '../../src/cache/single-flight.js';
import type { Turn } from '../../src/cache/single-flight.js';

type Lead = Extract<Turn<string>, { kind: 'lead' }>;

/** One lease, and how often it was given back. */
function createLeases(): LeaseKeeper & { isHeld: boolean; released: number } {
  return {
    isHeld: false,
    released: 0,
    acquire() {
      if (this.isHeld) return Promise.resolve(undefined);
      this.isHeld = true;
      const release = (): void => {
        this.isHeld = false;
        this.released += 1;
      };
      return Promise.resolve({ release });
    },
  };
}

/** A leader, and a call that waits for it. */
async function joinAsLeader(t: Test): Promise<{ lead: Lead; next: Promise<Turn<string>> }> {
  const flights = createSingleFlight<string>();
  const options = { signal: new AbortController().signal, maxWaitMs: 60_000 };
  const lead = await flights.join('key', options);
  if (lead.kind !== 'lead') throw new Error('expected to lead');
  t.teardown(() => lead.settle('release'));
  return { lead, next: flights.join('key', options) };
}

function optionsWith(changes: Partial<LeadOptions<string>>): LeadOptions<string> {
  return {
    leases: UNSHARED_LEASES,
    partition: 'p',
    exactKey: 'k',
    read: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    maxWaitMs: 60_000,
    ...changes,
  };
}

t.test('a leader holds the lease until it settles', async (t) => {
  const leases = createLeases();
  const { lead, next } = await joinAsLeader(t);
  const turn = await leadAcrossReplicas(lead, optionsWith({ leases }));
  t.equal(leases.isHeld, true);
  if (turn.kind === 'lead') turn.settle({ value: 'answer' });
  t.equal(leases.isHeld, false);
  t.same(await next, { kind: 'follow', value: 'answer' });
});

for (const during of ['acquire', 'read'] as const) {
  t.test(`a call that is cancelled during ${during} gives the lease back and lets the next one lead`, async (t) => {
    const leases = createLeases();
    const caller = new AbortController();
    const { lead, next } = await joinAsLeader(t);
    const options = optionsWith({
      leases: {
        acquire(partition, key) {
          if (during === 'acquire') caller.abort();
          return leases.acquire(partition, key);
        },
      },
      read() {
        if (during === 'read') caller.abort();
        return Promise.resolve(undefined);
      },
      signal: caller.signal,
    });
    await t.rejects(leadAcrossReplicas(lead, options), { name: 'RouterError', reason: 'CALL_CANCELLED' });
    t.equal(leases.released, 1);
    t.equal((await next).kind, 'lead');
  });
}

t.test('a leader that gets the lease at once takes what its last holder has stored', async (t) => {
  const leases = createLeases();
  const { lead, next } = await joinAsLeader(t);
  const turn = await leadAcrossReplicas(lead, optionsWith({ leases, read: () => Promise.resolve('answer') }));
  t.same(turn, { kind: 'follow', value: 'answer' });
  t.same(await next, turn);
  t.equal(leases.isHeld, false);
});

t.test('a leader waits for the replica that has the lease', async (t) => {
  const leases = createLeases();
  const other = await leases.acquire('p', 'k');
  let reads = 0;
  const read = (): Promise<string | undefined> => {
    reads += 1;
    if (reads === 2) other?.release();
    return Promise.resolve(undefined);
  };
  const { lead } = await joinAsLeader(t);
  const turn = await leadAcrossReplicas(lead, optionsWith({ leases, read }));
  t.equal(turn.kind, 'lead');
  t.equal(reads, 3);
});

t.test('a leader that waited long enough goes without the lease, and leaves it', async (t) => {
  const leases = createLeases();
  await leases.acquire('p', 'k');
  const { lead } = await joinAsLeader(t);
  const turn = await leadAcrossReplicas(lead, optionsWith({ leases, maxWaitMs: 0 }));
  if (turn.kind === 'lead') turn.settle('retry');
  t.equal(leases.isHeld, true);
});
