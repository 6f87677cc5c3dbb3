import { credentials, type ServiceError } from '@grpc/grpc-js';
import { request } from 'undici';
import { startService } from '../../src/compose.js';
import { loadConfig } from '../../src/config/load-config.js';
import { ReasoningEffort, Role } from '../../src/gen/pointsman/router/v1/prompt.js';
import { RouterServiceClient, type ChatRequest, type ChatResponse } from '../../src/gen/pointsman/router/v1/router.js';
import { runOpenLoop, type DispatchBench, type Finding } from '../lib/dispatch-bench.js';
import { round } from '../lib/report.js';
import { quantile } from '../lib/statistics.js';

const UPSTREAM_DELAY_MS = 50;
const PROVIDERS =
  'anthropic aws-bedrock azure deepinfra deepseek fireworks google groq mistral nebius novita openai xai'.split(' ');

/**
 * What the router adds to a chat call over gRPC: the call less its embedding, as the trace tells it, against the same
 * request sent to the upstream directly. Both go out alternately, at a constant rate.
 */
export async function benchOverhead(
  bench: DispatchBench,
  perSecond: number,
  seconds: number,
): Promise<readonly Finding[]> {
  await bench.upstream.setRules({ '*': { script: { delayMs: UPSTREAM_DELAY_MS } } });
  const baseUrl = `${bench.upstream.url}/v1`;
  const service = await startService({
    config: loadConfig({
      overrides: {
        listen: { port: 0 },
        log: { level: 'silent' },
        drain: { pauseMs: 0 },
        reload: { pollIntervalMs: 0 },
        cache: { enabled: false },
        providers: Object.fromEntries(PROVIDERS.map((name) => [name, { kind: 'openai-compatible' as const, baseUrl }])),
      },
    }),
  });
  const client = new RouterServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
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
    includeTrace: true,
  };
  const startedAtMs = performance.now();
  const response = await new Promise<ChatResponse>((resolve, reject) => {
    client.chat(chat, (error: ServiceError | null, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
  const tookMs = performance.now() - startedAtMs;
  return tookMs - (response.trace?.timings.find(({ step }) => step === 'embed')?.durationMs ?? 0);
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
