import t from 'tap';
import { textRequest } from '../../src/request.js';
import { createTrace } from '../../src/trace.js';
import { startChatFixture } from '../support/chat-fixture.js';
import { NEVER } from '../support/dispatch-fixture.js';
import { failureOf } from '../support/failure-of.js';

const fixture = await startChatFixture();
t.teardown(() => fixture.close());
const { pipeline, upstream } = fixture;

t.test('the deadline of a call reaches its dispatch: no fallback is asked once the time is over', async (t) => {
  const soon = { signal: NEVER, deadlineAtMs: performance.now() };
  const late = { code: 'UNAVAILABLE', message: /HTTP 503; next at next: the deadline leaves no time$/u };
  upstream.script = () => ({ fault: { kind: 'status', status: 503 } });
  const trace = createTrace();
  t.match(await failureOf(pipeline.chat(textRequest('Why?'), trace, soon)), late);
  t.match(trace.attempts, [{ model: 'cheap' }]);
  const stream = pipeline.stream(textRequest('Why?'), createTrace(), soon);
  await stream.next();
  t.match(await failureOf(stream.next()), late);
});

t.test('a call without one goes on to the fallback', async (t) => {
  upstream.script = ({ model }) => (model === 'cheap' ? { fault: { kind: 'status', status: 503 } } : {});
  const { answer } = await pipeline.chat(textRequest('Why?'), createTrace(), { signal: NEVER });
  t.equal(answer.model, 'next');
});
