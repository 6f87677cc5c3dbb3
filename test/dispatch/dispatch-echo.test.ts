import t from 'tap';
import { ECHO_PROVIDER } from '../../src/config/provider-settings.js';
import { RouterError } from '../../src/errors.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { NEVER, testDispatcher, testPlan } from '../support/dispatch-fixture.js';

const dispatcher = await testDispatcher({ echo: ECHO_PROVIDER, broken: { ...ECHO_PROVIDER, isDown: true } });
t.teardown(() => dispatcher.close());

t.test('echo answers and names itself', async (t) => {
  const trace = createTrace();
  const answer = await dispatcher.chat(testPlan([testModel('small')]), trace, NEVER);
  t.same(answer.parts, [{ kind: 'text', text: '[echo of small] Say hello' }]);
  t.equal(answer.finishReason, 'stop');
  t.equal(answer.isFallback, false);
  t.equal(answer.usage.isEstimated, false);
  t.equal(trace.attempts.length, 1);
  t.match(trace.attempts[0], { model: 'small', deployment: 'small-1', result: 'ok', usage: answer.usage });
});

t.test('echo streams the same answer in pieces', async (t) => {
  const trace = createTrace();
  const events = [];
  for await (const event of dispatcher.stream(testPlan([testModel('small')]), trace, NEVER)) events.push(event);
  const text = events.map((event) => (event.kind === 'textDelta' ? event.text : '')).join('');
  t.equal(text, '[echo of small] Say hello');
  t.match(events.at(-1), { kind: 'end', finishReason: 'stop', model: 'small' });
  t.equal(trace.attempts.length, 1);
});

t.test('echo calls the tool that must be called and writes JSON that fits a schema', async (t) => {
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const tools = [{ name: 'weather', description: '', inputSchema: schema }];
  const called = await dispatcher.chat(
    testPlan([testModel('small')], { tools, toolChoice: { mode: 'required' } }),
    createTrace(),
    NEVER,
  );
  t.equal(called.finishReason, 'toolCalls');
  t.match(called.parts, [{ kind: 'toolCall', name: 'weather', argumentsJson: '{"city":"echo"}' }]);
  const json = await dispatcher.chat(
    testPlan([testModel('small')], { responseFormat: { kind: 'jsonSchema', schema } }),
    createTrace(),
    NEVER,
  );
  t.same(json.parts, [{ kind: 'text', text: '{"city":"echo"}' }]);
});

t.test('the next deployment, then the next model answers', async (t) => {
  const down = testModel('cheap', {
    deployments: [testDeployment({ id: 'a', provider: 'broken' }), testDeployment({ id: 'b', provider: 'broken' })],
  });
  const trace = createTrace();
  const answer = await dispatcher.chat(testPlan([down, testModel('next')]), trace, NEVER);
  t.equal(answer.model, 'next');
  t.equal(answer.isFallback, true);
  t.same(
    trace.attempts.map(({ model, result }) => [model, result]),
    [
      ['cheap', 'retryable'],
      ['cheap', 'retryable'],
      ['next', 'ok'],
    ],
  );
});

t.test('nobody left: UNAVAILABLE with each reason', async (t) => {
  const down = testModel('cheap', { deployments: [testDeployment({ id: 'a', provider: 'broken' })] });
  const failure = await dispatcher.chat(testPlan([down]), createTrace(), NEVER).catch((error: unknown) => error);
  t.ok(failure instanceof RouterError);
  t.match(failure, { code: 'UNAVAILABLE', reason: 'ALL_DEPLOYMENTS_FAILED' });
  t.equal((failure as Error).message, 'no deployment answered: cheap at a: HTTP 503; cheap at a: HTTP 503');
});
