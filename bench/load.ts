/**
 * Puts load on the real server, in a process of its own, and measures it against two floors in the same run: a bare
 * gRPC echo, and the bare embedder with all texts at once. Rounds of each take turns, so that a busy machine hurts all.
 */
import { join } from 'node:path';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { readBundleSettings } from '../src/bundle/read-bundle.js';
import { readArguments } from './lib/arguments.js';
import { startProgram, type ChildProgram } from './lib/child-program.js';
import {
  closedLoop,
  countErrors,
  createLoadClient,
  openLoop,
  type LoadClient,
  type LoadResult,
} from './lib/load-client.js';
import { createPromptSupply, methodNamed } from './lib/prompt-supply.js';
import { printTable, round, writeFigures } from './lib/report.js';
import { quantile, summarizeLatencies } from './lib/statistics.js';

const HEALTH_PER_SECOND = 50;
const HEALTH_PATH = '/grpc.health.v1.Health/Check';
const ECHO_PATH = '/bench.Echo/Echo';

const args = readArguments('bench:load', {
  method: { help: 'SelectModel or Chat', default: 'SelectModel' },
  rate: { help: 'calls a second of the open loop; 0 takes half of the saturation', default: '0' },
  seconds: { help: 'time of the open loop, and of all rounds of each closed loop, in seconds', default: '15' },
  rounds: { help: 'rounds of each closed loop', default: '3' },
  'in-flight': { help: 'calls in flight at saturation', default: '128' },
  repeated: { help: 'different prompts that were seen before', default: '500' },
  prompts: { help: 'prompts to send', default: join(projectRoot(), 'test/fixtures/own-prompts.jsonl') },
  bundle: { help: 'folder of the bundle', default: join(projectRoot(), 'router-models') },
});

const method = methodNamed(args.text('method'));
const roundSeconds = args.number('seconds') / args.number('rounds');
const inFlight = args.number('in-flight');
const prompts = await createPromptSupply(args.text('prompts'), args.dataDirectory);

/** Texts a second of the embedder alone, with as many texts waiting as the server has calls in flight. */
async function embedAlone(): Promise<number> {
  const { embedder: name } = await readBundleSettings(args.text('bundle'));
  const embedder = await createTransformersEmbedder({ directory: join(args.text('bundle'), 'embedders', name) });
  try {
    const embed = (): Promise<unknown> => embedder.embed([prompts.next()], { signal: new AbortController().signal });
    return (await closedLoop(embed, { inFlight, seconds: roundSeconds })).perSecond;
  } finally {
    await embedder.close();
  }
}

interface Saturation {
  readonly load: LoadResult;
  readonly health: LoadResult;
}

/** Throughput with new prompts only, and how health checks fare meanwhile, on a connection of their own. */
async function saturate(client: LoadClient, healthClient: LoadClient): Promise<Saturation> {
  const ending = new AbortController();
  const health = openLoop(() => healthClient.call(HEALTH_PATH, Buffer.alloc(0)), {
    perSecond: HEALTH_PER_SECOND,
    seconds: 3600,
    signal: ending.signal,
  });
  const call = (): Promise<unknown> => client.call(method.path, method.encode(prompts.next()));
  const load = await closedLoop(call, { inFlight, seconds: roundSeconds });
  ending.abort();
  return { load, health: await health };
}

/** Throughput with messages that the server has answered before. */
async function repeat(client: LoadClient, messages: readonly Buffer[]): Promise<LoadResult> {
  let next = 0;
  const call = (): Promise<unknown> => client.call(method.path, messages[next++ % messages.length] ?? Buffer.alloc(0));
  return closedLoop(call, { inFlight, seconds: roundSeconds });
}

/** Messages whose response is kept, each sent already. Chat answers some prompts anew each time: live data, tasks without a cache. */
async function keptMessages(client: LoadClient): Promise<readonly Buffer[]> {
  const count = args.number('repeated');
  const kept: Buffer[] = [];
  for (let tries = 0; kept.length < count; tries++) {
    if (tries === 10 * count) throw new Error(`only ${kept.length} of ${tries} prompts are answered from the cache`);
    const message = method.encode(prompts.next());
    await client.call(method.path, message);
    if (method.isKept(await client.call(method.path, message))) kept.push(message);
  }
  return kept;
}

async function measure(server: ChildProgram, echo: ChildProgram): Promise<Readonly<Record<string, unknown>>> {
  const client = createLoadClient(server.address);
  const healthClient = createLoadClient(server.address, 1);
  const echoClient = createLoadClient(echo.address);
  const seen = await keptMessages(client);
  let next = 0;
  const callEcho = (): Promise<unknown> => echoClient.call(ECHO_PATH, seen[next++ % seen.length] ?? Buffer.alloc(0));

  const embedPerSecond: number[] = [];
  const saturated: Saturation[] = [];
  const repeated: LoadResult[] = [];
  const echoed: LoadResult[] = [];
  for (let done = 0; done < args.number('rounds'); done++) {
    embedPerSecond.push(await embedAlone());
    saturated.push(await saturate(client, healthClient));
    echoed.push(await closedLoop(callEcho, { inFlight, seconds: roundSeconds }));
    repeated.push(await repeat(client, seen));
  }
  const saturationPerSecond = median(saturated.map(({ load }) => load.perSecond));
  const rate = args.number('rate') > 0 ? args.number('rate') : Math.max(1, Math.round(saturationPerSecond / 2));
  const open = await openLoop(() => client.call(method.path, method.encode(prompts.next())), {
    perSecond: rate,
    seconds: args.number('seconds'),
  });
  const health = summarizeLatencies(saturated.flatMap((entry) => entry.health.latenciesMs));
  const latency = summarizeLatencies(open.latenciesMs);
  const memory = await server.residentMib();
  for (const each of [client, healthClient, echoClient]) each.close();
  return {
    method: args.text('method'),
    rate,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    p999Ms: latency.p999,
    errors: countErrors([open, ...repeated, ...saturated.flatMap((entry) => [entry.load, entry.health])]),
    saturationPerSecond,
    embedPerSecond: median(embedPerSecond),
    saturationToEmbed: median(saturated.map(({ load }, index) => load.perSecond / (embedPerSecond[index] ?? 0))),
    healthP50Ms: health.p50,
    healthP99Ms: health.p99,
    repeatedPerSecond: median(repeated.map(({ perSecond }) => perSecond)),
    echoPerSecond: median(echoed.map(({ perSecond }) => perSecond)),
    repeatedToEcho: median(repeated.map(({ perSecond }, index) => perSecond / (echoed[index]?.perSecond ?? 0))),
    readyMs: server.readyMs,
    residentMib: memory.own + memory.children,
    seed: args.seed,
  };
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

const serve = ['serve', '--port', '0', '--bundle', args.text('bundle')];
// Builds the snapshot where there is none, so that the next start shows how long one takes with it.
await (await startProgram('src/main.js', serve)).stop();
const server = await startProgram('src/main.js', serve);
const echo = await startProgram('bench/lib/echo-server.js', []);
try {
  const figures = await measure(server, echo);
  printTable(
    ['figure', 'value'],
    Object.entries(figures).map(([name, value]) => [name, typeof value === 'number' ? round(value, 3) : String(value)]),
  );
  await writeFigures(args.jsonFile, figures);
} finally {
  await Promise.all([server.stop(), echo.stop()]);
}
