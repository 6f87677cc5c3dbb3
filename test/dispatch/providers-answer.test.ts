import t from 'tap';
import type { AnswerEvent } from '../../src/answer.js';
import { createAnswerCollector } from '../../src/answer.js';
import { createTrace } from '../../src/trace.js';
import { NEVER, startVendors, testPlan } from '../support/dispatch-fixture.js';
import { VENDORS } from '../support/vendors.js';

const fixture = await startVendors();
t.teardown(() => fixture.close());
const { upstream, dispatcher } = fixture;

async function collect(events: AsyncIterable<AnswerEvent>) {
  const collector = createAnswerCollector();
  let end: AnswerEvent | undefined;
  for await (const event of events) {
    collector.add(event);
    end = event;
  }
  return { parts: collector.parts(), end };
}

const weather = {
  name: 'weather',
  description: 'Weather of a city',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

for (const vendor of VENDORS) {
  t.test(`${vendor.name}: text with usage`, async (t) => {
    const usage = { promptTokens: 120, cachedTokens: 100, completionTokens: 30, reasoningTokens: 0 };
    upstream.script = () => ({ texts: ['Hello ', 'world'], usage });
    const model = fixture.modelOf(vendor);
    const answer = await dispatcher.chat(testPlan([model]), createTrace(), NEVER);
    t.same(answer.parts, [{ kind: 'text', text: 'Hello world' }]);
    t.equal(answer.finishReason, 'stop');
    t.match(answer.usage, { promptTokens: 120, completionTokens: 30, isEstimated: false });
    t.equal(answer.costUsd, (120 + 2 * 30) / 1e6);
    const stream = await collect(dispatcher.stream(testPlan([model]), createTrace(), NEVER));
    t.same(stream.parts, [{ kind: 'text', text: 'Hello world' }]);
    t.match(stream.end, { kind: 'end', finishReason: 'stop', usage: answer.usage });
  });

  t.test(`${vendor.name}: finish reasons`, async (t) => {
    const model = fixture.modelOf(vendor);
    for (const finish of ['length', 'contentFilter'] as const) {
      upstream.script = () => ({ finish });
      const answer = await dispatcher.chat(testPlan([model]), createTrace(), NEVER);
      t.equal(answer.finishReason, finish);
      const stream = await collect(dispatcher.stream(testPlan([model]), createTrace(), NEVER));
      t.match(stream.end, { finishReason: finish });
    }
  });

  t.test(`${vendor.name}: tool call and its result`, async (t) => {
    const toolCalls = [{ id: 'call12345', name: 'weather', argumentsJson: '{"city":"Riga"}' }];
    upstream.script = () => ({ toolCalls });
    const plan = testPlan([fixture.modelOf(vendor)], { tools: [weather], toolChoice: { mode: 'required' } });
    const answer = await dispatcher.chat(plan, createTrace(), NEVER);
    t.equal(answer.finishReason, 'toolCalls');
    const stream = await collect(dispatcher.stream(plan, createTrace(), NEVER));
    t.match(stream.end, { finishReason: 'toolCalls' });
    for (const parts of [answer.parts, stream.parts]) {
      const call = parts.find((part) => part.kind === 'toolCall');
      t.equal(call?.name, 'weather');
      t.same(JSON.parse(call?.argumentsJson ?? 'null'), { city: 'Riga' });
    }
    upstream.script = () => ({});
    const next = testPlan([fixture.modelOf(vendor)], {
      tools: [weather],
      messages: [
        { role: 'user', parts: [{ kind: 'text', text: 'Weather?' }] },
        {
          role: 'assistant',
          parts: [{ kind: 'toolCall', id: 'call12345', name: 'weather', argumentsJson: '{"city":"Riga"}' }],
        },
        {
          role: 'tool',
          parts: [
            { kind: 'toolResult', toolCallId: 'call12345', name: 'weather', content: 'Snow tonight', isError: false },
          ],
        },
      ],
    });
    await dispatcher.chat(next, createTrace(), NEVER);
    const sent = JSON.stringify(upstream.requests.at(-1)?.body);
    t.match(sent, /Snow tonight/u);
    t.match(sent, /Riga/u);
  });

  t.test(`${vendor.name}: settings reach the provider`, async (t) => {
    upstream.script = () => ({});
    const plan = testPlan([{ ...fixture.modelOf(vendor), isReasoning: false }], {
      sampling: { maxOutputTokens: 77, stopSequences: ['END'] },
      messages: [
        { role: 'system', parts: [{ kind: 'text', text: 'Be terse' }] },
        { role: 'user', parts: [{ kind: 'text', text: 'Hi' }] },
        { role: 'assistant', parts: [{ kind: 'text', text: 'Hello there' }] },
        { role: 'user', parts: [{ kind: 'text', text: 'More' }] },
      ],
    });
    const answer = await dispatcher.chat(plan, createTrace(), NEVER);
    const sent = JSON.stringify(upstream.requests.at(-1)?.body);
    t.match(sent, /Be terse.*Hi.*Hello there.*More|Hi.*Hello there.*More.*Be terse/u);
    t.match(sent, /77/u);
    t.ok(sent.includes('END') || answer.warnings.length > 0, 'stop sequences are sent, or the answer warns');
  });

  t.test(`${vendor.name}: structured output`, async (t) => {
    upstream.script = ({ body }) => {
      const tools = JSON.stringify(body.tools ?? body.toolConfig ?? '');
      return tools.includes('"json"')
        ? { toolCalls: [{ id: 'call12345', name: 'json', argumentsJson: '{"city":"Riga"}' }] }
        : { texts: ['{"city":', '"Riga"}'] };
    };
    const plan = testPlan([fixture.modelOf(vendor)], {
      responseFormat: {
        kind: 'jsonSchema',
        schema: { ...weather.inputSchema, additionalProperties: false },
        name: 'place',
      },
    });
    const answer = await dispatcher.chat(plan, createTrace(), NEVER);
    t.same(answer.parts, [{ kind: 'text', text: '{"city":"Riga"}' }]);
    t.equal(answer.finishReason, 'stop');
    t.match(JSON.stringify(upstream.requests.at(-1)?.body), /"city"/u, 'the schema is sent');
    const stream = await collect(dispatcher.stream(plan, createTrace(), NEVER));
    t.same(stream.parts, [{ kind: 'text', text: '{"city":"Riga"}' }]);
  });

  t.test(`${vendor.name}: image by bytes`, async (t) => {
    upstream.script = () => ({ texts: ['a dot'] });
    const data = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const plan = testPlan([fixture.modelOf(vendor)], {
      messages: [
        {
          role: 'user',
          parts: [
            { kind: 'text', text: 'What is it?' },
            { kind: 'image', source: { data }, mediaType: '' },
          ],
        },
      ],
    });
    const answer = await dispatcher.chat(plan, createTrace(), NEVER);
    t.same(answer.parts, [{ kind: 'text', text: 'a dot' }]);
    t.ok(JSON.stringify(upstream.requests.at(-1)?.body).includes(data.toString('base64')));
  });

  t.test(`${vendor.name}: thinking`, async (t) => {
    upstream.script = () => ({
      reasoning: 'Let me see',
      texts: ['42'],
      usage: { completionTokens: 9, reasoningTokens: 6 },
    });
    const plan = testPlan([fixture.modelOf(vendor)], { reasoningEffort: 'low' });
    const answer = await dispatcher.chat(plan, createTrace(), NEVER);
    const stream = await collect(dispatcher.stream(plan, createTrace(), NEVER));
    t.equal(answer.usage.completionTokens, 9);
    t.match(stream.end, { usage: { completionTokens: 9 } });
    const sent = JSON.stringify(upstream.requests.at(-1)?.body);
    t.match(sent, /reasoning|thinking/iu);
    const shows = answer.parts.some((part) => part.kind === 'reasoning' && part.text === 'Let me see');
    t.equal(
      shows,
      stream.parts.some((part) => part.kind === 'reasoning' && part.text === 'Let me see'),
    );
    t.equal(shows, !['openai', 'azure'].includes(vendor.name), 'all but OpenAI chat show their thinking');
    t.same(answer.parts.at(-1), { kind: 'text', text: '42' });
  });
}
