import OpenAI from 'openai';
import t from 'tap';
import { startService } from '../../../src/compose.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { startScriptedUpstream } from '../../support/scripted-upstream.js';
import { until } from '../../support/until.js';

// The real service; every provider of the default bundle is played by the scripted upstream.
const upstream = await startScriptedUpstream();
const PROVIDERS = [
  'anthropic',
  'aws-bedrock',
  'azure',
  'deepinfra',
  'deepseek',
  'fireworks',
  'google',
  'groq',
  'mistral',
  'nebius',
  'novita',
  'openai',
  'xai',
];
const provider = { kind: 'openai-compatible' as const, baseUrl: `${upstream.url}/v1` };
const service = await startService({
  config: loadConfig({
    overrides: {
      listen: { port: 0 },
      httpFacade: { enabled: true, port: 0 },
      log: { level: 'silent' },
      drain: { pauseMs: 0 },
      reload: { pollIntervalMs: 0 },
      providers: Object.fromEntries(PROVIDERS.map((name) => [name, provider])),
      dispatch: { retry: { rounds: 1, budgetShare: 1, minPerSecond: 1000 }, breaker: { consecutiveFailures: 1000 } },
    },
  }),
});
const baseURL = `http://127.0.0.1:${service.httpPort ?? 0}/v1`;
const client = new OpenAI({ apiKey: 'any', baseURL, maxRetries: 0, defaultHeaders: { 'cache-control': 'no-cache' } });
t.teardown(async () => {
  await service.stop();
  await upstream.stop();
});

const messages = [{ role: 'user' as const, content: 'Translate into French: the train leaves at nine.' }];
const tool = {
  type: 'function' as const,
  function: { name: 'weather', description: 'Weather', parameters: { type: 'object', properties: {} } },
};

t.test('chat', async (t) => {
  upstream.script = () => ({
    texts: ['Le train ', 'part à neuf heures.'],
    usage: { cachedTokens: 4, promptTokens: 20 },
  });
  const { data, response } = await client.chat.completions.create({ model: 'auto', messages }).withResponse();
  t.equal(data.object, 'chat.completion');
  t.equal(data.choices[0]?.message.content, 'Le train part à neuf heures.');
  t.equal(data.choices[0]?.finish_reason, 'stop');
  t.match(data.usage, { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 });
  t.equal(data.usage?.prompt_tokens_details?.cached_tokens, 4);
  t.equal(response.headers.get('x-pointsman-task'), 'translation');
  t.equal(response.headers.get('x-pointsman-model'), data.model);
  t.equal(response.headers.get('x-pointsman-attempts'), '1');
  t.ok(Number(response.headers.get('x-pointsman-cost-usd')) > 0);
  t.ok(response.headers.get('x-request-id'));
  t.ok(response.headers.get('x-pointsman-decision-id'));
});

t.test('stream, with usage', async (t) => {
  upstream.script = () => ({ texts: ['Le ', 'train'] });
  const stream = await client.chat.completions.create({
    model: 'auto',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  t.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), 'Le train');
  t.equal(chunks[0]?.choices[0]?.delta.role, 'assistant');
  t.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'stop');
  t.match(chunks.at(-1), { choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } });
  t.equal(new Set(chunks.map(({ id }) => id)).size, 1);
});

t.test('stream without usage ends with the finish reason', async (t) => {
  upstream.script = () => ({});
  const stream = await client.chat.completions.create({ model: 'auto', messages, stream: true });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  t.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
  t.notOk(chunks.some((chunk) => 'usage' in chunk));
});

t.test('tools, whole and streamed', async (t) => {
  upstream.script = () => ({ toolCalls: [{ id: 'call_1', name: 'weather', argumentsJson: '{"city":"Riga"}' }] });
  const ask = { model: 'auto', messages, tools: [tool], tool_choice: 'required' as const };
  const whole = await client.chat.completions.create(ask);
  t.equal(whole.choices[0]?.finish_reason, 'tool_calls');
  t.match(whole.choices[0]?.message.tool_calls, [
    { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Riga"}' } },
  ]);
  const streamed = await client.chat.completions.stream(ask).finalChatCompletion();
  t.match(streamed.choices[0]?.message.tool_calls, [{ id: 'call_1', function: { name: 'weather' } }]);
  t.equal(streamed.choices[0]?.finish_reason, 'tool_calls');
  upstream.script = () => ({ texts: ['It snows.'] });
  const next = await client.chat.completions.create({
    ...ask,
    tool_choice: 'auto',
    messages: [
      ...messages,
      whole.choices[0]?.message ?? { role: 'assistant', content: '' },
      { role: 'tool', tool_call_id: 'call_1', content: 'Snow' },
    ],
  });
  t.equal(next.choices[0]?.message.content, 'It snows.');
  t.match(JSON.stringify(upstream.requests.at(-1)?.body), /"tool_call_id":"call_1"/u);
});

t.test('a named model, settings and a schema reach the provider', async (t) => {
  upstream.script = () => ({ texts: ['{"a":1}'] });
  const answer = await client.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [
      { role: 'developer', content: 'Be terse' },
      { role: 'user', content: [{ type: 'text', text: 'Give me JSON' }] },
    ],
    max_completion_tokens: 99,
    temperature: 0.5,
    stop: 'END',
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'thing', schema: { type: 'object', properties: { a: { type: 'number' } } } },
    },
  });
  t.equal(answer.model, 'gpt-5-mini');
  t.match(upstream.requests.at(-1)?.body, {
    model: 'gpt-5-mini',
    max_tokens: 99,
    temperature: 0.5,
    stop: ['END'],
    response_format: { type: 'json_schema', json_schema: { name: 'thing' } },
  });
});

t.test('an image reaches the provider as bytes', async (t) => {
  upstream.script = () => ({ texts: ['a dot'] });
  const url = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==';
  await client.chat.completions.create({
    model: 'auto',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ],
  });
  t.ok(JSON.stringify(upstream.requests.at(-1)?.body).includes('iVBORw0KGgoAAAANSUhEUg=='));
});

t.test('models', async (t) => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  t.equal(ids[0], 'auto');
  t.ok(ids.includes('gpt-5-mini'));
  t.match(await client.models.retrieve('gpt-5-mini'), { id: 'gpt-5-mini', object: 'model' });
  t.match(await failureOf(client.models.retrieve('nothing')), { status: 404, code: 'model_not_found', param: 'model' });
});

t.test('errors are the ones that the client knows', async (t) => {
  const ask = (model: string, extra: object = {}) => client.chat.completions.create({ model, messages, ...extra });
  const unknown = await failureOf(ask('gpt-99'));
  t.ok(unknown instanceof OpenAI.NotFoundError);
  t.match(unknown, { code: 'model_not_found', param: 'model', type: 'invalid_request_error' });
  const range = await failureOf(ask('auto', { temperature: 3 }));
  t.ok(range instanceof OpenAI.BadRequestError);
  t.match(range, { param: 'temperature', message: /must be from 0 to 2, got 3/u });
  const form = await failureOf(ask('auto', { messages: [{ role: 'wizard', content: 'x' }] }));
  t.ok(form instanceof OpenAI.BadRequestError);
  t.match(form, { param: 'messages[0].role' });
  const empty = await failureOf(ask('auto', { messages: [] }));
  t.match(empty, { status: 400, code: 'prompt_empty' });
  const several = await failureOf(ask('auto', { n: 2 }));
  t.match(several, { status: 400, param: 'n' });
  upstream.script = () => ({ fault: { kind: 'status', status: 400 } });
  t.ok((await failureOf(ask('gpt-5-mini'))) instanceof OpenAI.BadRequestError);
  upstream.script = () => ({ fault: { kind: 'status', status: 500 } });
  const down = await failureOf(ask('gpt-5-mini'));
  t.ok(down instanceof OpenAI.InternalServerError);
  t.match(down, { status: 503, code: 'all_deployments_failed' });
  const streamed = await failureOf(ask('gpt-5-mini', { stream: true }));
  t.match(streamed, { status: 503 }, 'a stream that never began is refused by its status');
});

t.test('a rate limit comes with the pause to keep', async (t) => {
  upstream.script = () => ({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '7' } } });
  const error = await failureOf(client.chat.completions.create({ model: 'gpt-5', messages }));
  t.ok(error instanceof OpenAI.RateLimitError);
  const { headers } = error as InstanceType<typeof OpenAI.RateLimitError>;
  t.equal(headers.get('retry-after'), '7');
});

t.test('a stream that breaks ends with an error event', async (t) => {
  upstream.script = () => ({ texts: ['one', 'two', 'three'], pieceDelayMs: 5, fault: { kind: 'cut', afterPieces: 2 } });
  const stream = await client.chat.completions.create({ model: 'gpt-5.6-luna', messages, stream: true });
  let text = '';
  const error = await failureOf(
    (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    })(),
  );
  t.match(error, { code: 'stream_interrupted' });
  t.ok('onetwothree'.startsWith(text) && text !== '');
});

t.test('a client that leaves takes its upstream request along', async (t) => {
  upstream.script = () => ({ fault: { kind: 'endless', everyMs: 5 } });
  const stream = await client.chat.completions.create({ model: 'gpt-5.6-luna', messages, stream: true });
  let seen = 0;
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content !== undefined) seen++;
    if (seen === 3) break;
  }
  await until(() => upstream.activeCount === 0);
  t.equal(seen, 3);
});

t.test('what is no JSON and what has no place are refused', async (t) => {
  const post = await fetch(`${baseURL}/chat/completions`, { method: 'POST', body: '{' });
  t.equal(post.status, 400);
  t.match(await post.json(), {
    error: { code: 'message_invalid', message: 'the body is not JSON; send a JSON object' },
  });
  const nowhere = await fetch(`${baseURL}/completions`, { method: 'POST', body: '{}' });
  t.equal(nowhere.status, 404);
  const health = await fetch(baseURL.replace('/v1', '/healthz'));
  t.same(await health.json(), { status: 'ok' });
});

async function failureOf(promise: PromiseLike<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => error,
  );
}
