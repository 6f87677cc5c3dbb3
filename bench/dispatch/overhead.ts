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
import { round } from '../lib/report.js';
import { quantile } from '../lib/statistics.js';

const UPSTREAM_DELAY_MS = 50;
const PROVIDERS =
  'anthropic aws-bedrock azure deepinfra deepseek fireworks google groq mistral nebius novita openai xai'.split(' ');

/**
 * What the router adds to a chat call over gRPC: the call less its embedding, as the service tells it, against the same
 * request sent to the upstream directly. Both go out alternately, at a constant rate.
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
  const routed: number[] = [];
  const direct: number[] = [];
  const work = async (index: number): Promise<void> => {
    if (index % 2 === 0) routed.push(await routedMs(client, index));
    else direct.push(await directMs(baseUrl, index));
  };
  await runOpenLoop(Math.min(perSecond, 20), 3000, work);
  routed.length = 0;
  direct.length = 0;
  await runOpenLoop(perSecond * 2, seconds * 1000, work);
  client.close();
  await service.stop();
  await rm(folder, { recursive: true });
  const added = (share: number): number => quantile(routed, share) - quantile(direct, share);
  return [
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

async function routedMs(client: RouterServiceClient, index: number): Promise<number> {
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
  return tookMs - Number(/embed;dur=([\d.]+)/u.exec(timing)?.[1]);
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
