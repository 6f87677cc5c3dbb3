import t from 'tap';
import { createAnswerCollector, type AnswerEvent, type FinishReason, type Usage } from '../../src/answer.js';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import type { ErrorClass } from '../../src/dispatch/error-class.js';
import { RouterError, type Reason } from '../../src/errors.js';
import type { Part } from '../../src/request.js';
import { createTrace } from '../../src/trace.js';
import { testDeployment, testModel } from '../support/catalogue-model.js';
import { failureOf } from '../support/failure-of.js';
import { NEVER, testDispatcher, testPlan } from '../support/dispatch-fixture.js';
import { providerBodyNames, readProviderBody } from '../support/provider-bodies.js';
import { VENDORS } from '../support/vendors.js';

/** Which folder of bodies each vendor answers with. */
const FORMATS: Readonly<Record<string, string>> = {
  openai: 'openai-chat',
  'openai-responses': 'openai-responses',
  azure: 'azure-chat',
  'azure-responses': 'openai-responses',
  anthropic: 'anthropic',
  google: 'google',
  'amazon-bedrock': 'amazon-bedrock',
  mistral: 'mistral',
  cohere: 'cohere',
  'openai-compatible': 'openai-compatible',
};

interface ExpectedAnswer {
  readonly parts: readonly Part[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
}

interface ExpectedError {
  readonly errorClass: ErrorClass;
  readonly message: string;
  readonly reason: Reason;
}

const ANSWER: Part = { kind: 'text', text: 'Riga is the capital of Latvia.' };
const THOUGHT: Part = { kind: 'reasoning', text: 'The user asks for a capital.' };
const CUT: Part = { kind: 'text', text: 'Riga is' };
/** What every body says: 120 tokens in, 100 of them from the cache, 30 out, 20 of them thinking; as far as the format can. */
const TOLD: Usage = {
  promptTokens: 120,
  cachedPromptTokens: 100,
  completionTokens: 30,
  reasoningTokens: 20,
  isEstimated: false,
};
const WITHOUT_THINKING: Usage = { ...TOLD, reasoningTokens: 0 };
const USAGES: Readonly<Record<string, Usage>> = {
  anthropic: WITHOUT_THINKING,
  'amazon-bedrock': WITHOUT_THINKING,
  mistral: WITHOUT_THINKING,
  cohere: { ...WITHOUT_THINKING, cachedPromptTokens: 0 },
};
const SHOWS_THINKING = new Set([
  ...['openai-responses', 'anthropic', 'google', 'amazon-bedrock', 'mistral', 'cohere', 'openai-compatible'],
]);
/** Tool call ids as the bodies have them. Google's format has none; one is made up. */
const CALL_IDS: Readonly<Record<string, string>> = {
  'openai-chat': 'call_DdmO9pD3xa9XTPNJ32zg2hcA',
  'azure-chat': 'call_9P6dWNPwDHqGOqTjoJ4HCzEl',
  'openai-responses': 'call_unLAR8MvFNptuiZK6K6HCy5k',
  anthropic: 'toolu_01A09q90qw90lq917835lq9',
  'amazon-bedrock': 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q',
  mistral: 'D681PevKs',
  cohere: 'weather_hgxxs6hgzpbn',
  'openai-compatible': 'chatcmpl-tool-3f1a',
};

const failure = (errorClass: ErrorClass, status: number, reason: Reason = 'ALL_DEPLOYMENTS_FAILED'): ExpectedError => ({
  errorClass,
  message: `HTTP ${status}`,
  reason,
});

/** What each error body becomes, by the name of its file. */
const ERRORS: Readonly<Record<string, ExpectedError>> = {
  'error-400-context': failure('contextTooLong', 400, 'UPSTREAM_CONTEXT_TOO_LONG'),
  'error-400-filter': failure('contentFiltered', 400, 'UPSTREAM_CONTENT_FILTERED'),
  'error-400-key': failure('auth', 400),
  'error-400-request': failure('badRequest', 400, 'UPSTREAM_BAD_REQUEST'),
  'error-401': failure('auth', 401),
  'error-403': failure('auth', 403),
  'error-404': failure('gone', 404),
  'error-422': failure('badRequest', 422, 'UPSTREAM_BAD_REQUEST'),
  'error-429-quota': failure('auth', 429),
  'error-429-rate': failure('rateLimited', 429, 'UPSTREAM_RATE_LIMITED'),
  'error-500': failure('retryable', 500),
  'error-503': failure('retryable', 503),
  'error-529': failure('retryable', 529),
};

/** What each answer becomes, by the name of its file. */
function expectedAnswer(format: string, name: string): ExpectedAnswer {
  const usage = USAGES[format] ?? TOLD;
  const thought = SHOWS_THINKING.has(format) ? [THOUGHT] : [];
  switch (name) {
    case 'text':
      return { parts: [...thought, ANSWER], finishReason: 'stop', usage };
    case 'text-plain':
    case 'stop-sequence':
      return { parts: [ANSWER], finishReason: 'stop', usage };
    case 'text-without-usage': {
      // The plan's estimate of the prompt, and the answer's tokens counted.
      const counted = { promptTokens: 3, cachedPromptTokens: 0, completionTokens: 8, reasoningTokens: 0 };
      return { parts: [ANSWER], finishReason: 'stop', usage: { ...counted, isEstimated: true } };
    }
    case 'length':
      return { parts: [...(format === 'openai-responses' ? thought : []), CUT], finishReason: 'length', usage };
    case 'filtered': {
      const isGoogle = format === 'google';
      const parts: Part[] =
        format === 'amazon-bedrock' ? [{ kind: 'text', text: 'Sorry, the model cannot answer this question.' }] : [];
      const nothing = { cachedPromptTokens: 0, completionTokens: 0, reasoningTokens: 0 };
      return { parts, finishReason: 'contentFilter', usage: isGoogle ? { ...usage, ...nothing } : usage };
    }
    case 'tool-call': {
      const call = { kind: 'toolCall', name: 'weather', argumentsJson: '{"city":"Riga"}' } as const;
      const before = format === 'openai-responses' ? [THOUGHT] : [];
      return { parts: [...before, { ...call, id: CALL_IDS[format] ?? '' }], finishReason: 'toolCalls', usage };
    }
    default:
      throw new Error(`${format}/${name}: nothing is expected of it`);
  }
}

/** Asks one vendor, which answers with a body. */
async function ask(vendor: (typeof VENDORS)[number], format: string, file: string) {
  const { contentType, body } = readProviderBody(format, file);
  const [, status = '200'] = /^error-(\d+)/u.exec(file) ?? [];
  const headers = { 'content-type': contentType, ...(status === '429' ? { 'retry-after': '7' } : {}) };
  const dispatcher = await testDispatcher(
    { [vendor.name]: vendor.settings('http://fake') },
    {
      fetchFor: () => async () => new Response(body, { status: Number(status), headers }),
      settings: dispatchSettings({ retry: { rounds: 1 } }),
    },
  );
  const deployment = testDeployment({ id: vendor.name, provider: vendor.name, model: vendor.upstreamModel });
  const trace = createTrace();
  return { dispatcher, plan: testPlan([testModel('m', { deployments: [deployment] })]), trace };
}

async function collect(events: AsyncIterable<AnswerEvent>) {
  const collector = createAnswerCollector();
  let end: Extract<AnswerEvent, { kind: 'end' }> | undefined;
  for await (const event of events) {
    collector.add(event);
    if (event.kind === 'end') end = event;
  }
  if (end === undefined) throw new Error('the stream has no end');
  return { ...end, parts: collector.parts() };
}

/** Ids are made up where the format has none, and JSON may be spaced as the vendor likes. */
function comparable(parts: readonly Part[], hasIds: boolean): readonly Part[] {
  return parts.map((part) => {
    if (part.kind !== 'toolCall') return part;
    const argumentsJson = JSON.stringify(JSON.parse(part.argumentsJson));
    return { ...part, argumentsJson, id: hasIds ? part.id : '' };
  });
}

for (const vendor of VENDORS) {
  const format = FORMATS[vendor.name] ?? '';
  for (const file of providerBodyNames(format)) {
    const name = file.replace(/\..*/u, '');
    t.test(`${vendor.name}: ${file}`, async (t) => {
      const { dispatcher, plan, trace } = await ask(vendor, format, file);
      const isStream = !file.endsWith('.json');
      const request = () =>
        isStream ? collect(dispatcher.stream(plan, trace, NEVER)) : dispatcher.chat(plan, trace, NEVER);
      if (name === 'error-in-stream') {
        t.match(await failureOf(request()), { reason: 'ALL_DEPLOYMENTS_FAILED' });
        t.match(trace.attempts, [{ result: 'retryable' }]);
        return;
      }
      const error = ERRORS[name];
      if (error !== undefined) {
        const thrown = await failureOf(request());
        t.ok(thrown instanceof RouterError);
        t.equal((thrown as RouterError).reason, error.reason);
        if (name === 'error-429-rate') {
          // Of the seven seconds some have passed since the answer came.
          const { retryAfterMs = 0 } = thrown as RouterError;
          t.ok(retryAfterMs > 2000 && retryAfterMs <= 7000, `${retryAfterMs} ms`);
        }
        t.match(trace.attempts, [{ result: error.errorClass, message: error.message, costUsd: 0 }]);
        return;
      }
      const expected = expectedAnswer(format, name);
      const answer = await request();
      t.strictSame(comparable(answer.parts, format !== 'google'), expected.parts);
      t.equal(answer.finishReason, expected.finishReason);
      t.strictSame(answer.usage, expected.usage);
      t.strictSame(answer.warnings, []);
      t.match(trace.attempts, [{ result: 'ok', usage: expected.usage, costUsd: answer.costUsd }]);
    });
  }
}
