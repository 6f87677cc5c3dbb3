import { credentials, Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import t from 'tap';
import { startService } from '../../src/compose.js';
import { AdminServiceClient, type GetSavingsResponse } from '../../src/gen/pointsman/router/v1/admin.js';
import { loadConfig } from '../../src/config/load-config.js';
import { ReasoningEffort, Role } from '../../src/gen/pointsman/router/v1/prompt.js';
import {
  FinishReason,
  RouterServiceClient,
  type ChatResponse,
  type StreamChatResponse,
} from '../../src/gen/pointsman/router/v1/router.js';

const service = await startService({
  config: loadConfig({
    overrides: { listen: { port: 0 }, log: { level: 'silent' }, drain: { pauseMs: 0 }, reload: { pollIntervalMs: 0 } },
  }),
});
const client = new RouterServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
t.teardown(async () => {
  client.close();
  await service.stop();
});

const TEXT = 'Translate into French: the train leaves at nine.';
const request = {
  prompt: {
    messages: [{ role: Role.USER, text: TEXT, parts: [] }],
    tools: [],
    reasoningEffort: ReasoningEffort.UNSPECIFIED,
  },
  sessionId: '',
  includeTrace: true,
};

t.test('Chat answers by the chosen model and accounts for it', async (t) => {
  const response = await new Promise<ChatResponse>((resolve, reject) => {
    client.chat(request, (error: ServiceError | null, value) => (error === null ? resolve(value) : reject(error)));
  });
  const text = response.parts.map((part) => (part.content?.$case === 'text' ? part.content.value : '')).join('');
  t.match(text, /echo/iu, 'the echo provider names itself');
  t.equal(response.finishReason, FinishReason.STOP);
  t.equal(response.decision?.task?.task, 'translation');
  t.equal(response.accounting?.model, response.decision?.model);
  t.ok((response.accounting?.usage?.promptTokens ?? 0n) > 0n);
  t.ok((response.accounting?.baselineCostUsd ?? 0) > (response.accounting?.costUsd ?? 0));
  t.equal(response.accounting?.attempts.length, 1);
  t.ok((response.trace?.candidates.length ?? 0) > 10);
});

t.test('StreamChat sends the decision first and the account last', async (t) => {
  const call = client.streamChat(request, new Metadata());
  const metadata = new Promise<Metadata>((resolve) => {
    call.once('metadata', resolve);
  });
  const events: StreamChatResponse[] = [];
  for await (const event of call) events.push(event as StreamChatResponse);
  t.equal(events[0]?.event?.$case, 'start');
  t.equal(events.at(-1)?.event?.$case, 'end');
  t.ok(events.filter(({ event }) => event?.$case === 'textDelta').length >= 1);
  t.strictSame((await metadata).get('x-pointsman-task'), ['translation']);
});

t.test('a stream that its client leaves ends on the server, too', async (t) => {
  const call = client.streamChat(request, new Metadata());
  const code = await new Promise<number>((resolve) => {
    call.on('error', (error: ServiceError) => resolve(error.code));
    call.once('data', () => call.cancel());
  });
  t.equal(code, 1);
});

t.test('GetSavings counts every call once', async (t) => {
  const admin = new AdminServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const savings = await new Promise<GetSavingsResponse>((resolve, reject) => {
    admin.getSavings({ tenant: '' }, (error: ServiceError | null, value) =>
      error === null ? resolve(value) : reject(error),
    );
  });
  admin.close();
  t.equal(savings.total?.calls, 3n);
  t.equal(savings.baselineModel, 'claude-opus-4-8');
  t.ok((savings.total?.savedUsd ?? 0) > 0);
  t.equal(savings.rows[0]?.task, 'translation');
});

t.test('StreamChat tells in its trailers where the time went', async (t) => {
  const message = { role: Role.USER, text: 'Translate into French: the bus leaves at ten.', parts: [] };
  const call = client.streamChat({ ...request, prompt: { ...request.prompt, messages: [message] } }, new Metadata());
  const status = new Promise<StatusObject>((resolve) => {
    call.once('status', resolve);
  });
  call.resume();
  t.match(
    (await status).metadata.get('server-timing')[0],
    /embed;dur=[\d.]+,.*upstream;dur=[\d.]+, total;dur=[\d.]+$/u,
  );
});
