import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import t from 'tap';
import { startService } from '../../src/compose.js';
import { loadConfig } from '../../src/config/load-config.js';
import { AdminServiceClient, type GetCacheStatsResponse } from '../../src/gen/pointsman/router/v1/admin.js';
import { CacheVerdict_Outcome, SelectionReason } from '../../src/gen/pointsman/router/v1/decision.js';
import { ReasoningEffort, Role } from '../../src/gen/pointsman/router/v1/prompt.js';
import {
  RouterServiceClient,
  type ChatResponse,
  type StreamChatResponse,
} from '../../src/gen/pointsman/router/v1/router.js';

const service = await startService({
  config: loadConfig({
    overrides: { listen: { port: 0 }, log: { level: 'silent' }, drain: { pauseMs: 0 }, reload: { pollIntervalMs: 0 } },
  }),
});
const address = `127.0.0.1:${service.port}`;
const client = new RouterServiceClient(address, credentials.createInsecure());
const admin = new AdminServiceClient(address, credentials.createInsecure());
t.teardown(async () => {
  client.close();
  admin.close();
  await service.stop();
});

function requestOf(text: string): Parameters<RouterServiceClient['chat']>[0] {
  return {
    prompt: {
      messages: [{ role: Role.USER, text, parts: [] }],
      tools: [],
      reasoningEffort: ReasoningEffort.UNSPECIFIED,
    },
    sessionId: '',
    includeTrace: false,
  };
}

function chat(text: string, tenant = 'a'): Promise<ChatResponse> {
  const metadata = new Metadata();
  metadata.set('x-pointsman-tenant', tenant);
  return new Promise((resolve, reject) => {
    client.chat(requestOf(text), metadata, (error: ServiceError | null, value) =>
      error === null ? resolve(value) : reject(error),
    );
  });
}

function textOf(response: ChatResponse): string {
  return response.parts.map((part) => (part.content?.$case === 'text' ? part.content.value : '')).join('');
}

const TEXT = 'Translate into French: the train leaves at nine.';

t.test('an equal request of the same tenant is answered from the cache, at no cost', async (t) => {
  const first = await chat(TEXT);
  const second = await chat(TEXT);
  t.equal(first.cache?.outcome, CacheVerdict_Outcome.MISS);
  t.equal(second.cache?.outcome, CacheVerdict_Outcome.EXACT_HIT);
  t.equal(textOf(second), textOf(first));
  t.equal(second.accounting?.costUsd, 0);
  t.equal(second.decision?.reason, SelectionReason.CACHE_HIT);
  t.equal(second.decision?.task?.task, 'translation');
});

t.test('another tenant is not', async (t) => {
  t.equal((await chat(TEXT, 'b')).cache?.outcome, CacheVerdict_Outcome.MISS);
});

t.test('a changed number is never answered by similarity', async (t) => {
  const other = await chat('Translate into French: the train leaves at ten.');
  t.equal(other.cache?.outcome, CacheVerdict_Outcome.MISS);
  t.match(other.cache?.refusedBy, /^guard:/u);
});

t.test('personal data keeps an answer out', async (t) => {
  const text = 'Translate into French: please write to ann@example.org.';
  await chat(text);
  const again = await chat(text);
  t.equal(again.cache?.outcome, CacheVerdict_Outcome.BYPASS);
  t.equal(again.cache?.notStoredBecause, 'personal-data');
});

t.test('a stored answer is streamed, and statistics and invalidation see it', async (t) => {
  const metadata = new Metadata();
  metadata.set('x-pointsman-tenant', 'a');
  const events: StreamChatResponse[] = [];
  for await (const event of client.streamChat(requestOf(TEXT), metadata)) events.push(event as StreamChatResponse);
  const [start] = events;
  t.equal(
    start?.event?.$case === 'start' ? start.event.value.cache?.outcome : undefined,
    CacheVerdict_Outcome.EXACT_HIT,
  );
  t.equal(events.at(-1)?.event?.$case, 'end');

  const stats = await new Promise<GetCacheStatsResponse>((resolve, reject) => {
    admin.getCacheStats({}, (error, value) => (error === null ? resolve(value) : reject(error)));
  });
  t.equal(stats.exactHits, 2n);
  t.equal(stats.memoryEntries, 3n);
  t.match(stats, { minProbability: 0.9, minProbabilityUnverified: 0.75, calibration: 'none', calibrationPairs: 0 });
  const filter = { tenant: 'a', task: '', model: '', entryId: '', all: false };
  const removed = async (dryRun: boolean): Promise<bigint> =>
    new Promise((resolve, reject) => {
      admin.invalidateCache({ ...filter, dryRun }, (error, value) =>
        error === null ? resolve(value.removedCount) : reject(error),
      );
    });
  t.equal(await removed(true), 2n);
  t.equal(await removed(false), 2n);
  t.equal((await chat(TEXT)).cache?.outcome, CacheVerdict_Outcome.MISS);
});

t.test('invalidating everything must be confirmed', async (t) => {
  const filter = { tenant: '', task: '', model: '', entryId: '', all: false, dryRun: false };
  const error = await new Promise<ServiceError | null>((resolve) => {
    admin.invalidateCache(filter, (failure) => resolve(failure));
  });
  t.equal(error?.code, 3);
  t.match(error?.details, /^set at least one of tenant/u);
});

t.test('a thousand identical calls at the same time are dispatched once', async (t) => {
  const answers = await Promise.all(Array.from({ length: 1000 }, async () => chat(TEXT, 'c')));
  const dispatched = answers.filter((answer) => (answer.accounting?.attempts.length ?? 0) > 0);
  t.equal(dispatched.length, 1);
  t.same([...new Set(answers.map(textOf))], [textOf(answers[0]!)]);
});

t.test('calls that are cancelled, the one that leads among them, take no other with them', async (t) => {
  const text = 'Translate into French: the boat leaves at noon.';
  const cancelled = Array.from({ length: 10 }, () => {
    const call = client.chat(requestOf(text), () => undefined);
    return new Promise<void>((resolve) => {
      call.once('status', () => resolve());
      setImmediate(() => call.cancel());
    });
  });
  const answers = await Promise.all(Array.from({ length: 100 }, async () => chat(text, '')));
  await Promise.all(cancelled);
  t.same([...new Set(answers.map(textOf))], [textOf(answers[0]!)]);
  t.ok(answers.filter((answer) => (answer.accounting?.attempts.length ?? 0) > 0).length <= 1);
});
