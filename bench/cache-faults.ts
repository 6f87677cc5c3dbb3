/**
 * Troubles the Redis behind two replicas while they answer Chat calls. No call may fail, none may wait long for the cache, and hits must
 * come back by themselves.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.js';
import { createChatCaller } from './lib/chat-caller.js';
import type { ChatCaller } from './lib/chat-caller.js';
import { startProgram } from './lib/child-program.js';
import { openLoop } from './lib/load-client.js';
import { createRandom } from './lib/random.js';
import { createOwnRedis } from './lib/redis-server.js';
import type { OwnRedis } from './lib/redis-server.js';
import { printTable, round, writeFigures } from './lib/report.js';
import { quantile } from './lib/statistics.js';

const args = readArguments('bench:cache-faults', {
  server: { help: 'what starts a Redis 8, words apart', default: 'redis-server' },
  seconds: { help: 'time of each fault, in seconds', default: '8' },
  rate: { help: 'Chat calls a second', default: '40' },
  only: { help: 'faults to cause, separated by commas', default: 'stopped,paused,full,flushed,restarted' },
});
const URL_VARIABLE = 'BENCH_CACHE_FAULTS_REDIS_URL';
const RECOVERY_TIMEOUT_MS = 30_000;
const random = createRandom(args.seed);

/** A way to trouble Redis, and to end it. */
interface Fault {
  readonly name: string;
  cause(redis: OwnRedis): Promise<unknown>;
  end(redis: OwnRedis): Promise<unknown>;
}

const restart = async (redis: OwnRedis): Promise<void> => {
  await redis.kill();
  await redis.start();
};
const at =
  (act: (redis: OwnRedis) => void) =>
  (redis: OwnRedis): Promise<void> => {
    act(redis);
    return Promise.resolve();
  };
const nothing = (): Promise<void> => Promise.resolve();

const FAULTS: readonly Fault[] = [
  { name: 'stopped', cause: (redis) => redis.kill(), end: (redis) => redis.start() },
  { name: 'paused', cause: at((redis) => redis.pause()), end: at((redis) => redis.resume()) },
  {
    name: 'full',
    async cause(redis) {
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    },
    end: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
  },
  { name: 'flushed', cause: (redis) => redis.command('FLUSHALL'), end: nothing },
  { name: 'restarted', cause: restart, end: nothing },
];

let lastPlace = 0;
const newPrompt = (): string => `Translate into French: train ${(lastPlace += 1)} leaves at nine.`;

/** Figures of one fault. */
interface FaultFigures {
  readonly fault: string;
  readonly calls: number;
  readonly failed: number;
  /** Of calls that the cache did not answer, before the fault and in it; their difference is what the fault adds. */
  readonly healthyMissP99Ms: number;
  readonly missP99Ms: number;
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  /** From the end of the fault. */
  readonly hitsBackMs: number;
}

/** What calls came to while the load was on. */
interface Phase {
  readonly calls: number;
  readonly failed: number;
  /** Of calls that the cache did not answer. */
  readonly missP50Ms: number;
  readonly missP99Ms: number;
}

/** Half of the calls are new prompts, the others were sent before; both replicas take turns. */
async function putLoad(replicas: readonly ChatCaller[], signal: AbortSignal): Promise<Phase> {
  const missesMs: number[] = [];
  let failed = 0;
  let calls = 0;
  const call = async (): Promise<void> => {
    calls += 1;
    const isNew = lastPlace === 0 || random() < 0.5;
    const text = isNew
      ? newPrompt()
      : `Translate into French: train ${1 + Math.floor(random() * lastPlace)} leaves at nine.`;
    try {
      const { isHit, ownMs } = (await replicas[calls % replicas.length]?.chat(text)) ?? { isHit: true, ownMs: 0 };
      if (!isHit) missesMs.push(ownMs);
    } catch (error) {
      failed += 1;
      console.error(error instanceof Error ? error.message : error);
    }
  };
  await openLoop(call, { perSecond: args.number('rate'), seconds: 3600, signal });
  return { calls, failed, missP50Ms: quantile(missesMs, 0.5), missP99Ms: quantile(missesMs, 0.99) };
}

/** Until one replica is answered by what the other has just stored. @throws Error when that does not come */
async function untilShared([writer, reader]: readonly ChatCaller[]): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < RECOVERY_TIMEOUT_MS) {
    const text = newPrompt();
    await writer?.chat(text);
    // The write comes behind the answer.
    await wait(10);
    if ((await reader?.chat(text))?.isHit === true) return performance.now() - startedAt;
  }
  throw new Error(`no shared hit within ${RECOVERY_TIMEOUT_MS} ms`);
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function loadFor<T>(
  replicas: readonly ChatCaller[],
  act: () => Promise<T>,
): Promise<Phase & { readonly came: T }> {
  const ending = new AbortController();
  const load = putLoad(replicas, ending.signal);
  try {
    const came = await act();
    ending.abort();
    return { ...(await load), came };
  } finally {
    ending.abort();
  }
}

async function measure(replicas: readonly ChatCaller[], redis: OwnRedis): Promise<readonly FaultFigures[]> {
  const spanMs = args.number('seconds') * 1000;
  await loadFor(replicas, () => wait(spanMs / 2));
  const rows: FaultFigures[] = [];
  for (const fault of FAULTS.filter(({ name }) => args.text('only').split(',').includes(name))) {
    await untilShared(replicas);
    const healthy = await loadFor(replicas, () => wait(spanMs));
    const troubled = await loadFor(replicas, async () => {
      await fault.cause(redis);
      await wait(spanMs);
    });
    const after = await loadFor(replicas, async () => {
      await fault.end(redis);
      return untilShared(replicas);
    });
    rows.push({
      fault: fault.name,
      calls: troubled.calls + after.calls,
      failed: healthy.failed + troubled.failed + after.failed,
      healthyMissP99Ms: healthy.missP99Ms,
      missP99Ms: troubled.missP99Ms,
      addedP50Ms: troubled.missP50Ms - healthy.missP50Ms,
      addedP99Ms: troubled.missP99Ms - healthy.missP99Ms,
      hitsBackMs: after.came,
    });
  }
  return rows;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-cache-faults-'));
const redis = await createOwnRedis(args.text('server'));
try {
  await redis.start();
  process.env[URL_VARIABLE] = redis.url;
  const config = join(folder, 'pointsman.yaml');
  await writeFile(
    config,
    `cache: { redis: { url: "\${env:${URL_VARIABLE}}" } }\nlog: { level: error }\ndrain: { pauseMs: 0 }\n`,
  );
  const serve = ['serve', '--port', '0', '--config', config];
  const services = [await startProgram('src/main.js', serve), await startProgram('src/main.js', serve)];
  const callers = services.map(({ address }) => createChatCaller(address));
  try {
    const rows = await measure(callers, redis);
    printTable(
      ['fault', 'calls', 'failed', 'miss p99 ms', 'added p50 ms', 'added p99 ms', 'hits back after ms'],
      rows.map(({ fault, calls, failed, missP99Ms, addedP50Ms, addedP99Ms, hitsBackMs }) => [
        fault,
        calls,
        failed,
        round(missP99Ms, 1),
        round(addedP50Ms, 1),
        round(addedP99Ms, 1),
        round(hitsBackMs, 0),
      ]),
    );
    await writeFigures(args.jsonFile, { rows, seed: args.seed });
    process.exitCode = rows.some(({ failed }) => failed !== 0) ? 1 : 0;
  } finally {
    for (const caller of callers) caller.close();
    await Promise.all(services.map((service) => service.stop()));
  }
} finally {
  await redis.kill();
  await rm(folder, { recursive: true });
}
