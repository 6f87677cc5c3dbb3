import t from 'tap';
import pino from 'pino';
import { ECHO_PROVIDER } from '../../src/config/provider-settings.js';
import { createDispatcher } from '../../src/dispatch/dispatcher.js';
import { RouterError } from '../../src/errors.js';
import { textRequest, type Prompt } from '../../src/request.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';

const dispatcher = createDispatcher({
  providers: { echo: ECHO_PROVIDER, broken: { ...ECHO_PROVIDER, isDown: true } },
  clock: () => performance.now(),
  random: Math.random,
  logger: pino({ level: 'silent' }),
});
t.teardown(() => dispatcher.close());

const plan = (models: readonly ReturnType<typeof testModel>[], prompt: Partial<Prompt> = {}) => {
  const request = textRequest('Say hello');
  return {
    request: { ...request, prompt: { ...request.prompt, ...prompt } },
    candidates: models.map((model) => ({ model, expectedCostUsd: 0.001 })),
    promptTokens: 3,
  };
};
const never = new AbortController().signal;

t.test('echo answers and names itself', async (t) => {
  const trace = createTrace();
  const answer = await dispatcher.chat(plan([testModel('small')]), trace, never);
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
  for await (const event of dispatcher.stream(plan([testModel('small')]), trace, never)) events.push(event);
  const text = events.map((event) => (event.kind === 'textDelta' ? event.text : '')).join('');
  t.equal(text, '[echo of small] Say hello');
  t.match(events.at(-1), { kind: 'end', finishReason: 'stop', model: 'small' });
  t.equal(trace.attempts.length, 1);
});

t.test('echo calls the tool that must be called and writes JSON that fits a schema', async (t) => {
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const tools = [{ name: 'weather', description: '', inputSchema: schema }];
  const called = await dispatcher.chat(
    plan([testModel('small')], { tools, toolChoice: { mode: 'required' } }),
    createTrace(),
    never,
  );
  t.equal(called.finishReason, 'toolCalls');
  t.match(called.parts, [{ kind: 'toolCall', name: 'weather', argumentsJson: '{"city":"echo"}' }]);
  const json = await dispatcher.chat(
    plan([testModel('small')], { responseFormat: { kind: 'jsonSchema', schema } }),
    createTrace(),
    never,
  );
  t.same(json.parts, [{ kind: 'text', text: '{"city":"echo"}' }]);
});

t.test('the next deployment, then the next model answers', async (t) => {
  const down = testModel('cheap', {
    deployments: [testDeployment({ id: 'a', provider: 'broken' }), testDeployment({ id: 'b', provider: 'broken' })],
  });
  const trace = createTrace();
  const answer = await dispatcher.chat(plan([down, testModel('next')]), trace, never);
  t.equal(answer.model, 'next');
  t.equal(answer.isFallback, true);
  t.same(
    trace.attempts.map(({ deployment, result }) => [deployment, result]),
    [
      ['a', 'retryable'],
      ['b', 'retryable'],
      ['next-1', 'ok'],
    ],
  );
});

t.test('nobody left: UNAVAILABLE with each reason', async (t) => {
  const down = testModel('cheap', { deployments: [testDeployment({ id: 'a', provider: 'broken' })] });
  const failure = await dispatcher.chat(plan([down]), createTrace(), never).catch((error: unknown) => error);
  t.ok(failure instanceof RouterError);
  t.match(failure, { code: 'UNAVAILABLE', reason: 'ALL_DEPLOYMENTS_FAILED' });
  t.equal((failure as Error).message, 'no deployment answered: cheap at a: HTTP 503');
});
