import t from 'tap';
import { textRequest } from '../../src/request.js';
import { createTrace } from '../../src/trace.js';
import { startChatFixture } from '../support/chat-fixture.js';
import { NEVER } from '../support/dispatch-fixture.js';
import { failureOf } from '../support/failure-of.js';

const fixture = await startChatFixture();
t.teardown(() => fixture.close());
const { pipeline, upstream, service, models } = fixture;
const [cheap, next] = models;

t.test('a fallback that was disabled or removed after the choice is passed by', async (t) => {
  for (const [catalogue, why] of [
    [[cheap!, { ...next!, isEnabled: false }], 'next: disabled in the catalogue'],
    [[cheap!], 'next: no longer in the catalogue'],
  ] as const) {
    service.models = models;
    // The catalogue changes while the first model is being asked.
    upstream.script = () => {
      service.models = catalogue;
      return { fault: { kind: 'status', status: 503 } };
    };
    const trace = createTrace();
    t.match(await failureOf(pipeline.chat(textRequest('Why?'), trace, { signal: NEVER })), {
      reason: 'ALL_DEPLOYMENTS_FAILED',
      message: `no deployment answered: cheap at cheap: HTTP 503; ${why}`,
    });
    t.equal(trace.attempts.length, 1);
  }
});

t.test('one that is still there is asked', async (t) => {
  service.models = models.map((model) => ({ ...model }));
  upstream.script = ({ model }) => (model === 'cheap' ? { fault: { kind: 'status', status: 503 } } : {});
  const { answer } = await pipeline.chat(textRequest('Why?'), createTrace(), { signal: NEVER });
  t.match(answer, { model: 'next', isFallback: true });
});
