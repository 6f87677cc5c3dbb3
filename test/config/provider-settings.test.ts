import { join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../../src/config/load-config.js';

t.test('providers get their defaults, and keys by reference', async (t) => {
  const file = join(
    t.testdir({
      key: 'from-a-file\n',
      'p.yaml': 'providers:\n  main:\n    kind: openai\n    apiKey: ${file:key}\n    timeouts: { idleMs: 10 }\n',
    }),
    'p.yaml',
  );
  const { main } = loadConfig({ file }).providers;
  t.match(main, { kind: 'openai', api: 'chat', maxConnections: 256, headers: {} });
  t.strictSame(main?.kind === 'openai' && main.timeouts, {
    connectMs: 5000,
    firstEventMs: 30_000,
    idleMs: 10,
    requestMs: 120_000,
  });
  t.equal(main?.kind === 'openai' && main.apiKey?.reveal(), 'from-a-file');
  t.notMatch(JSON.stringify(main), /from-a-file/u);
});

const mistakes: readonly (readonly [string, string])[] = [
  [
    'providers:\n  main: { kind: opnai }\n',
    'p.yaml:2:17: providers.main.kind: expected one of "openai", "azure", "anthropic", "google", "mistral", "cohere", "amazon-bedrock", "openai-compatible", "echo", got "opnai"',
  ],
  [
    'providers:\n  main: { kind: openai, apikey: x }\n',
    'p.yaml:2:25: providers.main.apikey: unknown key; did you mean "apiKey"?',
  ],
  [
    'providers:\n  main: { kind: amazon-bedrock, regin: x, region: eu }\n',
    'p.yaml:2:33: providers.main.regin: unknown key; did you mean "region"?',
  ],
  [
    'providers:\n  main: { kind: openai, apiKey: sk-123 }\n',
    'p.yaml:2:33: providers.main.apiKey: expected ${env:NAME} or ${file:PATH}, got another value',
  ],
  [
    'providers:\n  main: { kind: openai, apiKey: "${env:POINTSMAN_TEST_UNSET}" }\n',
    'p.yaml:2:33: providers.main.apiKey: environment variable "POINTSMAN_TEST_UNSET" is not set; set it or change the reference',
  ],
  [
    'providers:\n  main: { kind: openai-compatible }\n',
    'p.yaml:2:9: providers.main.baseUrl: expected an address that starts with http:// or https://, got nothing',
  ],
  [
    'providers:\n  main: { kind: openai-compatible, baseUrl: "http://x/v1", healthPath: "//elsewhere/health" }\n',
    'p.yaml:2:72: providers.main.healthPath: expected a path on the same server, for example "/health", got "//elsewhere/health"',
  ],
  [
    'dispatch:\n  probe: { intervalMs: 5 }\n',
    'p.yaml:2:24: dispatch.probe.intervalMs: expected a whole number from 10 to 3600000, got 5',
  ],
  ['dispatch:\n  probe: { idleMS: 5 }\n', 'p.yaml:2:12: dispatch.probe.idleMS: unknown key; did you mean "idleMs"?'],
  [
    'providers:\n  main: { kind: cohere, baseUrl: "ftp://x" }\n',
    'p.yaml:2:34: providers.main.baseUrl: expected an address that starts with http:// or https://, got "ftp://x"',
  ],
  [
    'providers:\n  main: { kind: google, timeouts: { idleMs: 0 } }\n',
    'p.yaml:2:45: providers.main.timeouts.idleMs: expected a whole number from 1 to 3600000, got 0',
  ],
  [
    'providers:\n  main: { kind: amazon-bedrock }\n',
    'p.yaml:2:9: providers.main.region: expected an AWS region, got nothing',
  ],
  [
    'dispatch: { hedge: { on: true } }\n',
    'p.yaml:1:22: dispatch.hedge.on: unknown key; known: enabled, percentile, minDelayMs, maxCostUsd',
  ],
  [
    'dispatch: { retry: { budgetShare: 2 } }\n',
    'p.yaml:1:35: dispatch.retry.budgetShare: expected a number from 0 to 1, got 2',
  ],
];

t.test('every mistake is told by file, line, column and path', async (t) => {
  for (const [text, expected] of mistakes) {
    const directory = t.testdir({ 'p.yaml': text });
    try {
      loadConfig({ file: join(directory, 'p.yaml') });
      t.fail('expected an error');
    } catch (error) {
      t.equal((error as Error).message.replaceAll(`${directory}/`, ''), expected);
    }
  }
});
