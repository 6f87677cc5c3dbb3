import t from 'tap';
import { ReasoningEffort, Role, type Message, type Prompt } from '../../src/gen/pointsman/router/v1/prompt.js';
import type { SelectModelRequest } from '../../src/gen/pointsman/router/v1/router.js';
import { errorOf, unaryCall, type ReadError } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';

const MEBIBYTE = 1024 * 1024;
const { router } = await startTestService(t);

const message = (role: Role, text: string): Message => ({ role, text, parts: [] });
const prompt = (messages: readonly Message[], changes: Partial<Prompt> = {}): SelectModelRequest =>
  selectRequest('', {
    prompt: { messages, tools: [], reasoningEffort: ReasoningEffort.UNSPECIFIED, ...changes },
  });
const select = (request: SelectModelRequest): Promise<unknown> => unaryCall(router.selectModel.bind(router), request);

const constraints = (changes: object): SelectModelRequest =>
  selectRequest('hello', { constraints: { allowedModels: [], deniedModels: [], regions: [], ...changes } });

interface Case {
  readonly request: SelectModelRequest;
  readonly error: Partial<ReadError>;
}

const invalid = (reason: string, field: string, description: string): Partial<ReadError> => ({
  code: 'INVALID_ARGUMENT',
  reason,
  message: `${field}: ${description}`,
  domain: 'pointsman.router.v1',
  metadata: { field },
  fields: [field],
});

const NEEDS_CONTENT = 'at least one user message with content is required';
const NEEDS_ROLE = 'a role is required: ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT or ROLE_TOOL';

const CASES: Readonly<Record<string, Case>> = {
  'no prompt at all': {
    request: { sessionId: '' },
    error: invalid('PROMPT_EMPTY', 'prompt.messages', NEEDS_CONTENT),
  },
  'no messages': { request: prompt([]), error: invalid('PROMPT_EMPTY', 'prompt.messages', NEEDS_CONTENT) },
  'an empty message': {
    request: prompt([message(Role.USER, '')]),
    error: invalid('PROMPT_EMPTY', 'prompt.messages', NEEDS_CONTENT),
  },
  'only blanks': {
    request: prompt([message(Role.USER, ' \n\t ')]),
    error: invalid('PROMPT_EMPTY', 'prompt.messages', NEEDS_CONTENT),
  },
  'no message of a user': {
    request: prompt([message(Role.SYSTEM, 'You are kind.'), message(Role.ASSISTANT, 'Hello.')]),
    error: invalid('PROMPT_EMPTY', 'prompt.messages', NEEDS_CONTENT),
  },
  'a message without a role': {
    request: prompt([message(Role.USER, 'hello'), message(Role.UNSPECIFIED, 'hello')]),
    error: invalid('MESSAGE_INVALID', 'prompt.messages[1].role', NEEDS_ROLE),
  },
  'a role of a later version': {
    request: prompt([message(Role.USER, 'hello'), message(Role.UNRECOGNIZED, 'hello')]),
    error: invalid('MESSAGE_INVALID', 'prompt.messages[1].role', NEEDS_ROLE),
  },
  'a part without content': {
    request: prompt([message(Role.USER, 'hello'), { role: Role.USER, text: '', parts: [{}] }]),
    error: invalid('MESSAGE_INVALID', 'prompt.messages[1].parts[0]', 'a part needs content'),
  },
  'text beside parts': {
    request: prompt([{ role: Role.USER, text: 'hello', parts: [{ content: { $case: 'text', value: 'hello' } }] }]),
    error: invalid(
      'MESSAGE_INVALID',
      'prompt.messages[0]',
      'text and parts may not be combined; put the text into a part',
    ),
  },
  'a NUL character': {
    request: selectRequest('before\0after'),
    error: invalid('TEXT_INVALID', 'prompt.messages[0].text', 'text may not contain the character U+0000; remove it'),
  },
  'a prompt of 5 MB': {
    request: selectRequest('a'.repeat(5 * MEBIBYTE)),
    error: invalid(
      'PROMPT_TOO_LARGE',
      'prompt',
      '5242880 bytes of text, at most 1048576 are accepted; shorten the prompt',
    ),
  },
  '10,000 messages': {
    request: prompt(Array.from({ length: 10_000 }, () => message(Role.USER, 'hello'))),
    error: invalid(
      'TOO_MANY_MESSAGES',
      'prompt.messages',
      '10000 messages, at most 1000 are accepted; summarise or drop the oldest turns',
    ),
  },
  'a quality preference above 1': {
    request: constraints({ qualityPreference: 1.5 }),
    error: invalid('CONSTRAINT_INVALID', 'constraints.quality_preference', 'must be from 0 to 1, got 1.5'),
  },
  'a quality that is no number': {
    request: constraints({ minQuality: Number.NaN }),
    error: invalid('CONSTRAINT_INVALID', 'constraints.min_quality', 'must be from 0 to 1, got NaN'),
  },
  'a cost below zero': {
    request: constraints({ maxCostUsd: -1 }),
    error: invalid('CONSTRAINT_INVALID', 'constraints.max_cost_usd', `must be from 0 to ${Number.MAX_VALUE}, got -1`),
  },
  'a session id that is too long': {
    request: selectRequest('hello', { sessionId: 's'.repeat(201) }),
    error: invalid('FIELD_INVALID', 'session_id', 'at most 200 characters are accepted'),
  },
};

for (const [name, { request, error }] of Object.entries(CASES)) {
  t.test(name, async (t) => {
    t.match(await errorOf(select(request)), error);
  });
}

t.test('an unknown model in a constraint', async (t) => {
  for (const field of ['allowed_models', 'denied_models'] as const) {
    const key = field === 'allowed_models' ? 'allowedModels' : 'deniedModels';
    const error = await errorOf(select(constraints({ [key]: ['gpt-5-mini', 'no-such-model'] })));
    t.match(error, {
      code: 'INVALID_ARGUMENT',
      reason: 'UNKNOWN_MODEL',
      metadata: { model: 'no-such-model' },
      fields: [`constraints.${field}[1]`],
    });
    t.match(error.message, /^model "no-such-model" is not in the catalogue; known: amazon-nova-micro, /u);
  }
});

t.test('constraints that no model meets', async (t) => {
  const error = await errorOf(select(constraints({ regions: ['atlantis'] })));
  t.match(error, { code: 'FAILED_PRECONDITION', reason: 'NO_ELIGIBLE_MODEL', fields: [] });
  t.match(error.message, /^none of \d+ models can serve this request: REGION_UNAVAILABLE \(\d+\)/u);
});

t.test('every mistake of a request is told, up to twenty', async (t) => {
  const nameless = prompt([message(Role.UNSPECIFIED, 'a'), message(Role.UNSPECIFIED, 'b')]);
  const error = await errorOf(select(nameless));
  t.strictSame(error.fields, ['prompt.messages[0].role', 'prompt.messages[1].role']);
  t.equal(error.message, `prompt.messages[0].role: ${NEEDS_ROLE} (and 1 more)`);
  const many = await errorOf(select(prompt(Array.from({ length: 500 }, () => message(Role.UNSPECIFIED, 'a')))));
  t.equal(many.fields.length, 20);
  t.match(many.message, / \(and 499 more\)$/u);
});

t.test('control characters other than NUL occur in real logs and are accepted', async (t) => {
  await t.resolves(select(selectRequest('explain this log: \u001b[31mred\u001b[0m \u0007 \u0085 \u200b')));
});

t.test('the server serves on', async (t) => {
  await t.resolves(select(selectRequest('translate to french: good morning')));
});
