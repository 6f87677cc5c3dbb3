import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { request } from 'undici';
import { projectRoot } from '../../src/config/project-root.js';
import { ReasoningEffort, Role } from '../../src/gen/pointsman/router/v1/prompt.js';
import { RouterServiceClient, type ChatRequest } from '../../src/gen/pointsman/router/v1/router.js';
import { startProgram } from '../lib/child-program.js';
import { runOpenLoop, type DispatchBench, type Finding } from '../lib/dispatch-bench.js';
import { createLoadClient, type LoadClient } from '../lib/load-client.js';
import { round } from '../lib/report.js';
import { quantile } from '../lib/statistics.js';

const UPSTREAM_DELAY_MS = 50;
/** As long as a chat request. */
const ECHO_MESSAGE = Buffer.alloc(60, 'x');
const PROVIDERS =
  'anthropic aws-bedrock azure deepinfra deepseek fireworks google groq mistral nebius novita openai xai'.split(' ');

/**
 * What the router adds to a chat call over gRPC: the call less its embedding, as the service tells it, against the same
 * request sent to the upstream directly, and against a bare grpc-js call. All go out in turn, at a constant rate.
 */
export async function benchOverhead(
  bench: DispatchBench,
  perSecond: number,
  seconds: number,
): Promise<readonly Finding[]> {
  await bench.upstream.setRules({ '*': { script: { delayMs: UPSTREAM_DELAY_MS } } });
  const baseUrl = `${bench.upstream.url}/v1`;
  const folder = await mkdtemp(join(tmpdir(), 'bench-overhead-'));
  const config = join(folder, 'pointsman.json');
  const providers = PROVIDERS.map((name) => [name, { kind: 'openai-compatible', baseUrl }] as const);
  await writeFile(
    config,
    JSON.stringify({
      bundle: join(projectRoot(), 'router-models'),
      cacheDirectory: join(projectRoot(), '.cache', 'pointsman'),
      log: { level: 'error' },
      drain: { pauseMs: 0 },
      reload: { pollIntervalMs: 0 },
      cache: { enabled: false },
      providers: Object.fromEntries(providers),
    }),
  );
  const service = await startProgram('src/main.js', ['serve', '--port', '0', '--config', config]);
  const client = new RouterServiceClient(service.address, credentials.createInsecure());
  const echo = await startProgram('bench/lib/echo-server.js', []);
  const echoClient = createLoadClient(echo.address, 1);
  let routed: RoutedCall[] = [];
  let direct: number[] = [];
  let echoed: number[] = [];
  const work = async (index: number): Promise<void> => {
    if (index % 3 === 0) routed.push(await routedCall(client, index));
    else if (index % 3 === 1) direct.push(await directMs(baseUrl, index));
    else echoed.push(await echoMs(echoClient));
  };
  await runOpenLoop(Math.min(perSecond, 20), 3000, work);
  [routed, direct, echoed] = [[], [], []];
  await runOpenLoop(perSecond * 3, seconds * 1000, work);
  client.close();
  echoClient.close();
  await Promise.all([service.stop(), echo.stop()]);
  await rm(folder, { recursive: true });
  const added = (share: number): number =>
    quantile(
      routed.map(({ tookMs, embedMs }) => tookMs - embedMs),
      share,
    ) - quantile(direct, share);
  return [
    part(
      'inside the service, beside embedding and upstream',
      routed.map(({ totalMs, embedMs, upstreamMs }) => totalMs - embedMs - upstreamMs),
    ),
    part(
      'attempts at the upstream',
      routed.map(({ upstreamMs }) => upstreamMs),
    ),
    part('the same request sent directly', direct),
    part(
      'gRPC: the client less the service',
      routed.map(({ tookMs, totalMs }) => tookMs - totalMs),
    ),
    part('floor: a bare grpc-js call', echoed),
    {
      what: `Chat at ${perSecond} calls/s, less embedding and upstream, p50 (direct: ${round(quantile(direct, 0.5), 2)} ms)`,
      value: `${round(added(0.5), 2)} ms`,
      target: '<= 1 ms',
      isMet: added(0.5) <= 1,
    },
    {
      what: `the same, p99 (direct: ${round(quantile(direct, 0.99), 2)} ms)`,
      value: `${round(added(0.99), 2)} ms`,
      target: '<= 5 ms',
      isMet: added(0.99) <= 5,
    },
  ];
}

/** A part of the whole, without a target of its own. */
function part(name: string, milliseconds: readonly number[]): Finding {
  const [median = NaN, high = NaN] = [0.5, 0.99].map((share) => round(quantile(milliseconds, share), 2));
  return { what: `part: ${name}, p50 / p99`, value: `${median} / ${high} ms`, target: '', isMet: true };
}

/** How long a call took its client, and what of it the service tells of, in milliseconds. */
interface RoutedCall {
  readonly tookMs: number;
  readonly totalMs: number;
  readonly embedMs: number;
  readonly upstreamMs: number;
}

async function routedCall(client: RouterServiceClient, index: number): Promise<RoutedCall> {
  const chat: ChatRequest = {
    prompt: {
      messages: [{ role: Role.USER, text: `Translate into French: train ${index} leaves at nine.`, parts: [] }],
      tools: [],
      reasoningEffort: ReasoningEffort.UNSPECIFIED,
    },
    sessionId: '',
    includeTrace: false,
  };
  const startedAtMs = performance.now();
  const timing = await new Promise<string>((resolve, reject) => {
    const call = client.chat(chat, (error: ServiceError | null) => {
      if (error !== null) reject(error);
    });
    call.once('status', ({ metadata }: StatusObject) => resolve(String(metadata.get('server-timing')[0])));
  });
  const tookMs = performance.now() - startedAtMs;
  const stepMs = (step: string): number => Number(new RegExp(`${step};dur=([\\d.]+)`, 'u').exec(timing)?.[1]);
  return { tookMs, totalMs: stepMs('total'), embedMs: stepMs('embed'), upstreamMs: stepMs('upstream') };
}

async function echoMs(client: LoadClient): Promise<number> {
  const startedAtMs = performance.now();
  await client.call('/bench.Echo/Echo', ECHO_MESSAGE);
  return performance.now() - startedAtMs;
}

async function directMs(baseUrl: string, index: number): Promise<number> {
  const startedAtMs = performance.now();
  const { body } = await request(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'direct', messages: [{ role: 'user', content: `train ${index}` }] }),
  });
  await body.json();
  return performance.now() - startedAtMs;
}
