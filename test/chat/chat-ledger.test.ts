import t from 'tap';
import type { ChatEvent } from '../../src/chat/chat-pipeline.js';
import type { LedgerRow } from '../../src/dispatch/ledger.js';
import { RouterError } from '../../src/errors.js';
import { textRequest } from '../../src/request.js';
import { createTrace } from '../../src/trace.js';
import { startChatFixture } from '../support/chat-fixture.js';
import { NEVER } from '../support/dispatch-fixture.js';
import { failureOf } from '../support/failure-of.js';
import { until } from '../support/until.js';

const fixture = await startChatFixture();
t.teardown(() => fixture.close());
const { pipeline, upstream, ledger, faults } = fixture;

const ANSWERED = { task: 'explanation', model: 'cheap', calls: 1, failures: 0, cacheHits: 0 };
const FAILED = { ...ANSWERED, failures: 1 };
const gone = (): RouterError => new RouterError({ reason: 'CALL_CANCELLED', message: 'the client cancelled the call' });

t.beforeEach(() => {
  upstream.script = () => ({ texts: ['Because ', 'it ', 'is.'] });
  delete faults.classify;
  delete faults.choose;
});

/** Reads a stream until it ends or has brought so many events, and then leaves it. */
async function read(events: AsyncIterable<ChatEvent>, limit = Infinity): Promise<readonly ChatEvent[]> {
  const seen: ChatEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (seen.length >= limit) break;
  }
  return seen;
}

let tenants = 0;
/** Plays calls as a tenant of their own, and returns the tenant's only row. */
async function rowAfter(play: (request: ReturnType<typeof textRequest>) => Promise<unknown>): Promise<LedgerRow> {
  const tenant = `tenant-${tenants++}`;
  await play(textRequest('Why is the sky blue?', { tenant }));
  const { rows } = ledger.sums(tenant);
  if (rows[0] === undefined || rows.length > 1) throw new Error(`expected one row, got ${JSON.stringify(rows)}`);
  return rows[0];
}

t.test('an answered call has one entry, whole or streamed', async (t) => {
  const usage = { promptTokens: 10, completionTokens: 5 };
  t.match(await rowAfter((request) => pipeline.chat(request, createTrace(), { signal: NEVER })), {
    ...ANSWERED,
    ...usage,
  });
  const row = await rowAfter((request) => read(pipeline.stream(request, createTrace(), { signal: NEVER })));
  t.match(row, { ...ANSWERED, ...usage });
});

t.test('a call that fails on its way has one entry, under what was known', async (t) => {
  faults.classify = new RouterError({ reason: 'EMBEDDING_QUEUE_FULL', message: 'full' });
  const limits = { signal: NEVER };
  t.match(await rowAfter((request) => failureOf(pipeline.chat(request, createTrace(), limits))), {
    ...FAILED,
    task: '',
    model: '',
  });
  delete faults.classify;
  faults.choose = new RouterError({ reason: 'NO_ELIGIBLE_MODEL', message: 'none' });
  t.match(await rowAfter((request) => failureOf(read(pipeline.stream(request, createTrace(), limits)))), {
    ...FAILED,
    model: '',
    task: '',
  });
  delete faults.choose;
  upstream.script = () => ({ fault: { kind: 'status', status: 500 } });
  t.match(await rowAfter((request) => failureOf(pipeline.chat(request, createTrace(), limits))), FAILED);
});

t.test('a call that is cancelled while it is answered has one entry, with what it cost until there', async (t) => {
  upstream.script = () => ({ fault: { kind: 'hang' } });
  const controller = new AbortController();
  const row = await rowAfter(async (request) => {
    const answer = failureOf(pipeline.chat(request, createTrace(), { signal: controller.signal }));
    await until(() => upstream.activeCount === 1);
    controller.abort(gone());
    t.match(await answer, { reason: 'CALL_CANCELLED' });
  });
  t.match(row, FAILED);
  t.ok(row.estimatedPromptTokens > 0);
});

t.test('a stream that its reader leaves has one entry, wherever it is left', async (t) => {
  for (const events of [1, 2]) {
    const row = await rowAfter((request) => read(pipeline.stream(request, createTrace(), { signal: NEVER }), events));
    t.match(row, FAILED);
  }
});

t.test('a stream that breaks after its first piece has one entry and is not cached', async (t) => {
  const row = await rowAfter(async (request) => {
    upstream.script = () => ({
      texts: ['one ', 'two ', 'three'],
      pieceDelayMs: 5,
      fault: { kind: 'cut', afterPieces: 2 },
    });
    const trace = createTrace();
    t.match(await failureOf(read(pipeline.stream(request, trace, { signal: NEVER }))), {
      reason: 'STREAM_INTERRUPTED',
    });
    t.match(trace.attempts, [{ result: 'retryable', usage: { isEstimated: true } }]);
    upstream.script = () => ({ texts: ['whole'] });
    const { origin, answer } = await pipeline.chat(request, createTrace(), { signal: NEVER });
    t.equal(origin.kind, 'decided');
    t.same(answer.parts, [{ kind: 'text', text: 'whole' }]);
  });
  t.match(row, { ...ANSWERED, calls: 2, failures: 1 });
});

t.test('an answer from the cache has one entry, also where its reader leaves it', async (t) => {
  const row = await rowAfter(async (request) => {
    const first = await pipeline.chat(request, createTrace(), { signal: NEVER });
    t.equal(first.origin.kind, 'decided');
    const second = await pipeline.chat(request, createTrace(), { signal: NEVER });
    t.equal(second.origin.kind, 'cached');
    await read(pipeline.stream(request, createTrace(), { signal: NEVER }));
    await read(pipeline.stream(request, createTrace(), { signal: NEVER }), 2);
  });
  t.match(row, { ...ANSWERED, calls: 4, cacheHits: 2, failures: 1, promptTokens: 10 });
});

t.test('of several equal calls at once one is answered and the others share it, each with its entry', async (t) => {
  upstream.script = () => ({ texts: ['Because.'], delayMs: 30 });
  const before = upstream.requestCount;
  const row = await rowAfter((request) =>
    Promise.all([1, 2, 3].map(() => pipeline.chat(request, createTrace(), { signal: NEVER }))),
  );
  t.match(row, { ...ANSWERED, calls: 3, cacheHits: 2, promptTokens: 10 });
  t.equal(upstream.requestCount - before, 1);
});

t.test('when the one that is answered is cancelled, another takes over', async (t) => {
  upstream.script = ({ index }) => (index === before ? { fault: { kind: 'hang' } } : { texts: ['Because.'] });
  const before = upstream.requestCount;
  const controller = new AbortController();
  const row = await rowAfter(async (request) => {
    const first = failureOf(pipeline.chat(request, createTrace(), { signal: controller.signal }));
    await until(() => upstream.activeCount === 1);
    const second = pipeline.chat(request, createTrace(), { signal: NEVER });
    controller.abort(gone());
    t.match(await first, { reason: 'CALL_CANCELLED' });
    t.equal((await second).answer.model, 'cheap');
  });
  t.match(row, { ...ANSWERED, calls: 2, failures: 1 });
});
