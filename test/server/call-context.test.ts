import { EventEmitter } from 'node:events';
import { Metadata } from '@grpc/grpc-js';
import t from 'tap';
import { RouterError } from '../../src/errors.js';
import { openCall, type OpenCall } from '../../src/server/call-context.js';

const SETTINGS = { defaultMs: 60_000, reserveMs: 5 };

interface FakeCall {
  readonly open: OpenCall;
  cancel(): void;
}

function open(deadline: Date | number, metadata: Readonly<Record<string, string>> = {}, cancelled = false): FakeCall {
  const sent = new Metadata();
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
  const events = new EventEmitter();
  const call = {
    metadata: sent,
    cancelled,
    getDeadline: () => deadline,
    on: (event: string, listener: () => void) => events.on(event, listener),
  };
  const opened = openCall(call, SETTINGS, () => 'made-here');
  return { open: opened, cancel: () => events.emit('cancelled') };
}

t.test('tenant and request id come from the metadata', async (t) => {
  const { open: opened } = open(Infinity, { 'x-pointsman-tenant': 'acme', 'x-request-id': 'r-1' });
  t.match(opened.context, { tenant: 'acme', requestId: 'r-1' });
  opened.close();
});

t.test('without them there are defaults, also for ones that are too long', async (t) => {
  for (const metadata of [{}, { 'x-pointsman-tenant': 'a'.repeat(129), 'x-request-id': '' }]) {
    const { open: opened } = open(Infinity, metadata);
    t.match(opened.context, { tenant: 'default', requestId: 'made-here' });
    opened.close();
  }
});

t.test('a deadline within the reserve has passed', async (t) => {
  for (const deadline of [Date.now() + 4, new Date(Date.now() + 4), Date.now() - 1000]) {
    const { open: opened } = open(deadline);
    t.match(opened.context.signal.reason, { reason: 'DEADLINE_EXCEEDED' });
    opened.close();
  }
});

t.test(
  'the time of the deadline is told, less the reserve; the default applies where the client sets none',
  async (t) => {
    for (const [deadline, leftMs] of [
      [Date.now() + 1000, 995],
      [new Date(Date.now() + 1000), 995],
      [Infinity, SETTINGS.defaultMs],
    ] as const) {
      const { open: opened } = open(deadline);
      const toldMs = opened.context.deadlineAtMs - performance.now();
      t.ok(toldMs <= leftMs && toldMs > leftMs - 500, `${toldMs} ms of ${leftMs}`);
      opened.close();
    }
  },
);

t.test('a cancelled call aborts its signal, also when it was cancelled before', async (t) => {
  const early = open(Infinity, {}, true);
  const late = open(Infinity);
  t.equal(late.open.context.signal.aborted, false);
  late.cancel();
  for (const { open: opened } of [early, late]) {
    t.ok(opened.context.signal.reason instanceof RouterError);
    t.match(opened.context.signal.reason, { reason: 'CALL_CANCELLED', message: 'the client cancelled the call' });
    opened.close();
  }
});

t.test('the end of an answered call is no cancellation', async (t) => {
  const answered = open(Infinity);
  answered.open.close();
  answered.cancel();
  t.equal(answered.open.context.signal.aborted, false);
});
