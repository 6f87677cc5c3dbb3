import t from 'tap';
import { NO_CONSTRAINTS, textRequest, type RouteRequest } from '../../src/request.js';
import { formatUsd, gateRejections, needsOf, type Needs } from '../../src/routing/gates.js';
import { model } from './support/fixtures.js';

const needs: Needs = {
  promptTokens: 1000,
  modalities: [],
  hasTools: false,
  hasStructuredOutput: false,
  allowedModels: [],
  deniedModels: [],
  regions: [],
};
const expectation = { completionTokens: 500, costUsd: 0.002 };
const deployment = { id: 'd1', provider: 'p', model: 'm', region: 'us', priority: 0, weight: 1 };

t.test('a model that can do everything passes', async (t) => {
  t.same(gateRejections(model('m'), needs, expectation), []);
});

const cases: readonly {
  readonly model?: Parameters<typeof model>[1];
  readonly needs?: Partial<Needs>;
  readonly reason: string;
  readonly message: string;
}[] = [
  { model: { isEnabled: false }, reason: 'MODEL_DISABLED', message: 'disabled in the catalogue' },
  { needs: { allowedModels: ['x'] }, reason: 'NOT_ALLOWED', message: 'not among the allowed models of the request' },
  { needs: { deniedModels: ['m'] }, reason: 'DENIED', message: 'among the denied models of the request' },
  {
    model: { contextWindowTokens: 1499 },
    reason: 'CONTEXT_WINDOW_TOO_SMALL',
    message: '1000 prompt tokens and 500 for the answer exceed the context window of 1499',
  },
  {
    needs: { maxOutputTokens: 9000 },
    reason: 'OUTPUT_LIMIT_TOO_SMALL',
    message: 'asked for up to 9000 output tokens, the model writes at most 8000',
  },
  {
    needs: { modalities: ['image', 'audio'] },
    reason: 'MODALITY_UNSUPPORTED',
    message: 'does not read image, audio',
  },
  {
    model: { hasTools: false },
    needs: { hasTools: true },
    reason: 'TOOLS_UNSUPPORTED',
    message: 'does not call tools',
  },
  {
    model: { hasStructuredOutput: false },
    needs: { hasStructuredOutput: true },
    reason: 'STRUCTURED_OUTPUT_UNSUPPORTED',
    message: 'does not answer to a JSON schema',
  },
  { needs: { regions: ['us'] }, reason: 'REGION_UNAVAILABLE', message: 'served in eu, asked for us' },
  {
    model: { deployments: [deployment] },
    needs: { regions: ['eu'] },
    reason: 'REGION_UNAVAILABLE',
    message: 'served in us, asked for eu',
  },
  {
    model: { regions: [] },
    needs: { regions: ['us'] },
    reason: 'REGION_UNAVAILABLE',
    message: 'served in no known region, asked for us',
  },
  {
    needs: { maxCostUsd: 0.0015 },
    reason: 'COST_ABOVE_LIMIT',
    message: 'expected cost $0.002000 is above the limit of $0.001500',
  },
];

for (const { reason, message, ...given } of cases) {
  t.test(`${reason}: ${message}`, async (t) => {
    t.same(gateRejections(model('m', given.model), { ...needs, ...given.needs }, expectation), [{ reason, message }]);
  });
}

t.test('a model with no healthy deployment in the region is refused', async (t) => {
  const health = { isHealthy: (_model: string, id: string) => id !== 'd1', version: 1 };
  const one = model('m', { deployments: [deployment] });
  t.same(gateRejections(one, needs, expectation, health), [
    { reason: 'NO_HEALTHY_DEPLOYMENT', message: 'none of its 1 deployments can be tried now' },
  ]);
  const two = model('m', { deployments: [deployment, { ...deployment, id: 'd2' }] });
  t.same(gateRejections(two, needs, expectation, health), []);
});

t.test('all reasons are listed, not the first alone', async (t) => {
  const rejections = gateRejections(model('m', { isEnabled: false }), { ...needs, deniedModels: ['m'] }, expectation);
  t.same(
    rejections.map(({ reason }) => reason),
    ['MODEL_DISABLED', 'DENIED'],
  );
});

t.test('needs are read out of a request', async (t) => {
  const base = textRequest('look');
  const request: RouteRequest = {
    ...base,
    prompt: {
      ...base.prompt,
      messages: [
        {
          role: 'user',
          parts: [{ kind: 'image', source: { url: 'https://example.com/a.png' }, mediaType: 'image/png' }],
        },
        ...base.prompt.messages,
      ],
      tools: [{ name: 'f', description: '', inputSchema: {} }],
      responseFormat: { kind: 'jsonSchema', schema: {} },
      sampling: { maxOutputTokens: 7 },
    },
    constraints: { ...NO_CONSTRAINTS, maxCostUsd: 1, regions: ['eu'] },
  };
  t.same(needsOf(request, 12), {
    promptTokens: 12,
    maxOutputTokens: 7,
    modalities: ['image'],
    hasTools: true,
    hasStructuredOutput: true,
    allowedModels: [],
    deniedModels: [],
    regions: ['eu'],
    maxCostUsd: 1,
  });
  const without = { ...request, prompt: { ...request.prompt, toolChoice: { mode: 'none' as const } } };
  t.equal(needsOf(without, 12).hasTools, false, 'tools that must not be used ask for nothing');
});

t.test('dollars have four significant digits', async (t) => {
  t.equal(formatUsd(0), '0');
  t.equal(formatUsd(12.3456), '12.35');
  t.equal(formatUsd(0.000123456), '0.0001235');
});
