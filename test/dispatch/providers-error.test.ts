import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { RouterError } from '../../src/errors.js';
import { createTrace } from '../../src/trace.js';
import { NEVER, startVendors, testPlan } from '../support/dispatch-fixture.js';
import type { UpstreamFault } from '../support/scripted-upstream.js';
import { VENDORS } from '../support/vendors.js';

// One try each: the class of an error is looked at, not what follows from it.
const fixture = await startVendors({ settings: dispatchSettings({ retry: { rounds: 1 } }) });
t.teardown(() => fixture.close());
const { upstream, dispatcher } = fixture;

const status = (code: number, message = 'scripted failure', headers: Record<string, string> = {}): UpstreamFault => ({
  kind: 'status',
  status: code,
  message,
  headers,
});

/** What providers say, with the class it belongs to. */
const FAULTS: readonly { readonly name: string; readonly fault: UpstreamFault; readonly errorClass: string }[] = [
  { name: 'a wrong key', fault: status(401), errorClass: 'auth' },
  { name: 'a forbidden model', fault: status(403), errorClass: 'auth' },
  { name: 'an unknown model', fault: status(404), errorClass: 'gone' },
  { name: 'a malformed request', fault: status(400), errorClass: 'badRequest' },
  { name: 'an unprocessable request', fault: status(422), errorClass: 'badRequest' },
  {
    name: 'a prompt that is too long',
    fault: status(400, "This model's maximum context length is 8192 tokens"),
    errorClass: 'contextTooLong',
  },
  {
    name: 'a prompt that is too long, in other words',
    fault: status(400, 'prompt is too long: 210000 tokens > 200000 maximum'),
    errorClass: 'contextTooLong',
  },
  {
    name: 'refused content',
    fault: status(400, "The response was filtered due to Azure's content management policy"),
    errorClass: 'contentFiltered',
  },
  { name: 'a rate limit', fault: status(429, 'slow down', { 'retry-after': '7' }), errorClass: 'rateLimited' },
  { name: 'a spent quota', fault: status(429, 'insufficient_quota'), errorClass: 'auth' },
  { name: 'an internal error', fault: status(500), errorClass: 'retryable' },
  { name: 'an overload', fault: status(529), errorClass: 'retryable' },
  { name: 'a body cut in the middle', fault: { kind: 'malformed' }, errorClass: 'retryable' },
  { name: 'a page of HTML', fault: { kind: 'wrongContentType' }, errorClass: 'retryable' },
  { name: 'a closed socket', fault: { kind: 'reset' }, errorClass: 'retryable' },
];

for (const vendor of VENDORS) {
  for (const { name, fault, errorClass } of FAULTS) {
    t.test(`${vendor.name}: ${name} is ${errorClass}`, async (t) => {
      upstream.script = () => ({ fault });
      const chatTrace = createTrace();
      const chatError: unknown = await dispatcher
        .chat(testPlan([fixture.modelOf(vendor)]), chatTrace, NEVER)
        .catch((error: unknown) => error);
      t.ok(chatError instanceof RouterError);
      t.equal(chatTrace.attempts[0]?.result, errorClass);
      const streamTrace = createTrace();
      const streamError: unknown = await dispatcher
        .stream(testPlan([fixture.modelOf(vendor)]), streamTrace, NEVER)
        .next()
        .catch((error: unknown) => error);
      t.ok(streamError instanceof RouterError);
      t.equal(streamTrace.attempts[0]?.result, errorClass);
      t.equal((streamError as RouterError).reason, (chatError as RouterError).reason);
      if (errorClass === 'rateLimited') {
        // Of the seven seconds some have passed since the answer came.
        const { retryAfterMs = 0 } = chatError as RouterError;
        t.ok(retryAfterMs > 2000 && retryAfterMs <= 7000, `${retryAfterMs} ms`);
      }
    });
  }

  t.test(`${vendor.name}: a stream cut before its first piece fails over unseen`, async (t) => {
    for (const kind of ['cut', 'unfinished'] as const) {
      upstream.script = ({ index }) => (index % 2 === 0 ? { fault: { kind, afterPieces: 0 } } : { texts: ['whole'] });
      if (upstream.requestCount % 2 === 1)
        await dispatcher.chat(testPlan([fixture.modelOf(vendor)]), createTrace(), NEVER);
      const first = fixture.modelOf(vendor);
      const trace = createTrace();
      const events = [];
      const models = [first, { ...first, id: 'next' }];
      for await (const event of dispatcher.stream(testPlan(models), trace, NEVER)) events.push(event);
      t.match(events, [
        { kind: 'textDelta', text: 'whole' },
        { kind: 'end', model: 'next', isFallback: true },
      ]);
      t.match(trace.attempts, [{ result: 'retryable' }, { result: 'ok' }]);
    }
  });

  t.test(`${vendor.name}: a stream cut after its first piece ends with an error that says so`, async (t) => {
    for (const kind of ['cut', 'unfinished'] as const) {
      upstream.script = () => ({ texts: ['one', 'two', 'three'], pieceDelayMs: 5, fault: { kind, afterPieces: 4 } });
      const trace = createTrace();
      let text = '';
      const read = async (): Promise<void> => {
        for await (const event of dispatcher.stream(testPlan([fixture.modelOf(vendor)]), trace, NEVER)) {
          if (event.kind === 'textDelta') text += event.text;
        }
      };
      const error: unknown = await read().catch((thrown: unknown) => thrown);
      t.match(error, { code: 'UNAVAILABLE', reason: 'STREAM_INTERRUPTED' });
      t.match(
        (error as Error).message,
        /^the answer of model-\d+ at .* broke off after it had begun \(.*\); what came is incomplete$/u,
      );
      t.ok('onetwothree'.startsWith(text) && text !== '', 'what came was passed on');
      t.equal(trace.attempts.length, 1);
      t.match(trace.attempts[0], { result: 'retryable', usage: { isEstimated: true } });
    }
  });
}
