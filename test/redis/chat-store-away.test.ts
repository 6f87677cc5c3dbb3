import { credentials, type ServiceError } from '@grpc/grpc-js';
import t from 'tap';
import { connectRedis } from '../../src/cache/redis-connection.js';
import { startService } from '../../src/compose.js';
import { loadConfig } from '../../src/config/load-config.js';
import { CacheVerdict_Outcome } from '../../src/gen/pointsman/router/v1/decision.js';
import { RouterServiceClient, type ChatResponse } from '../../src/gen/pointsman/router/v1/router.js';
import { REDIS_URL, SKIP_WITHOUT_REDIS } from './redis-fixture.js';
import { startRedisProxy } from './redis-proxy.js';
import { selectRequest } from '../support/service.js';

const PREFIX = `pointsman-test-away-${process.pid}`;

t.test('Chat over a shared store in trouble', { skip: SKIP_WITHOUT_REDIS }, async (t) => {
  const redis = connectRedis({ url: REDIS_URL ?? '' });
  await new Promise((resolve) => redis.once('ready', resolve));
  const forgetAll = async (): Promise<void> => {
    for (const name of await redis.keys(`${PREFIX}:*`)) await redis.del(name);
  };
  const proxy = await startRedisProxy(t);
  process.env['POINTSMAN_TEST_AWAY_URL'] = proxy.url;
  const start = (): ReturnType<typeof startService> =>
    startService({
      config: loadConfig({
        overrides: {
          listen: { port: 0 },
          log: { level: 'silent' },
          drain: { pauseMs: 0 },
          reload: { pollIntervalMs: 0 },
          cache: { redis: { url: '${env:POINTSMAN_TEST_AWAY_URL}', prefix: PREFIX, deadlineMs: 100 } },
        },
      }),
    });
  const services = [await start(), await start()];
  const clients = services.map(
    ({ port }) => new RouterServiceClient(`127.0.0.1:${port}`, credentials.createInsecure()),
  );
  t.teardown(async () => {
    clients.forEach((client) => client.close());
    await Promise.all(services.map((service) => service.stop()));
    await forgetAll();
    redis.disconnect();
  });
  const chat = (replica: number, text: string): Promise<ChatResponse> =>
    new Promise((resolve, reject) => {
      const request = { ...selectRequest(text), includeTrace: false };
      clients[replica]!.chat(request, (error: ServiceError | null, value) =>
        error === null ? resolve(value) : reject(error),
      );
    });
  let trains = 0;
  const newPrompt = (): string => `Translate into French: train ${(trains += 1)} leaves at nine.`;
  /** Until one replica is answered by what the other has just stored. */
  const untilShared = async (): Promise<void> => {
    for (const endsAt = Date.now() + 20_000; ;) {
      const text = newPrompt();
      await chat(0, text);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if ((await chat(1, text)).cache?.outcome === CacheVerdict_Outcome.EXACT_HIT) return;
      if (Date.now() > endsAt) throw new Error('the replicas did not share an answer in 20 s');
    }
  };
  /** No call may fail; what they come to is told by their verdicts. */
  const callMany = async (): Promise<ReadonlySet<CacheVerdict_Outcome | undefined>> => {
    const outcomes = new Set<CacheVerdict_Outcome | undefined>();
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([0, 1, 0, 1].map((replica) => chat(replica, newPrompt())));
      for (const { cache } of answers) outcomes.add(cache?.outcome);
    }
    return outcomes;
  };

  await untilShared();
  for (const trouble of ['pause', 'cut'] as const) {
    await t.test(`${trouble}: answers without the store, then hits again`, async (t) => {
      proxy[trouble]();
      const outcomes = await callMany();
      t.ok(outcomes.has(CacheVerdict_Outcome.UNAVAILABLE));
      t.notOk(outcomes.has(CacheVerdict_Outcome.EXACT_HIT));
      proxy.resume();
      await untilShared();
    });
  }
  await t.test('forgets everything: fills itself again', async (t) => {
    await forgetAll();
    await callMany();
    await untilShared();
    t.ok((await redis.keys(`${PREFIX}:*`)).length > 0);
  });
});
