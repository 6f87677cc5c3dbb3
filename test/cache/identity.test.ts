import t from 'tap';
import fc from 'fast-check';
import { identify } from '../../src/cache/identity.js';
import type { IdentityContext } from '../../src/cache/identity.js';
import type { JsonValue, Message, Part, RouteRequest } from '../../src/request.js';

const CONTEXT: IdentityContext = { language: 'en', embedderFingerprint: 'f1', cacheEpoch: 0 };
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });

const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 5, arbitrary: text.map((value): Part => ({ kind: 'text', text: value })) },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 8 })
      .map((data): Part => ({ kind: 'image', source: { data }, mediaType: 'image/png' })),
  },
);
const message = (role: Message['role']): fc.Arbitrary<Message> =>
  fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => ({ role, parts }));

const requests: fc.Arbitrary<RouteRequest> = fc
  .record({
    system: message('system'),
    earlier: fc.array(fc.oneof(message('user'), message('assistant')), { maxLength: 2 }),
    last: message('user'),
    tools: fc.array(
      fc.record({
        name: word,
        description: text,
        inputSchema: fc.dictionary(word, fc.oneof(word, fc.integer()) as fc.Arbitrary<JsonValue>),
      }),
      { maxLength: 2 },
    ),
    temperature: fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { nil: undefined }),
    stopSequences: fc.uniqueArray(word, { maxLength: 3 }),
    allowedModels: fc.uniqueArray(word, { maxLength: 3 }),
    tenant: word,
  })
  .map(({ system, earlier, last, tools, temperature, stopSequences, allowedModels, tenant }) => ({
    prompt: {
      messages: [system, ...earlier, last],
      tools,
      toolChoice: { mode: 'auto' },
      responseFormat: { kind: 'text' },
      sampling: { ...(temperature === undefined ? {} : { temperature }), stopSequences },
    },
    constraints: {
      allowedModels,
      deniedModels: [],
      regions: [],
      cache: { noCache: false, noStore: false, exactOnly: false },
    },
    tenant,
  }));

type Change = (
  request: RouteRequest,
  context: IdentityContext,
  salt: number,
) => { request?: RouteRequest; context?: IdentityContext };

const prompt = (request: RouteRequest, changes: Partial<RouteRequest['prompt']>): { request: RouteRequest } => ({
  request: { ...request, prompt: { ...request.prompt, ...changes } },
});
const constraints = (
  request: RouteRequest,
  changes: Partial<RouteRequest['constraints']>,
): { request: RouteRequest } => ({
  request: { ...request, constraints: { ...request.constraints, ...changes } },
});
const addText = (message: Message, salt: number): Message => ({
  ...message,
  parts: [...message.parts, { kind: 'text', text: `x${salt}` }],
});

/** Each makes another request of the first, in one field that matters. */
const CHANGES: Readonly<Record<string, Change>> = {
  tenant: (request, _, salt) => ({ request: { ...request, tenant: `${request.tenant}${salt}` } }),
  system: (request, _, salt) =>
    prompt(request, {
      messages: request.prompt.messages.map((message, index) => (index === 0 ? addText(message, salt) : message)),
    }),
  lastTurn: (request, _, salt) =>
    prompt(request, {
      messages: request.prompt.messages.map((message, index, all) =>
        index === all.length - 1 ? addText(message, salt) : message,
      ),
    }),
  earlierTurn: (request, _, salt) =>
    prompt(request, {
      messages: [{ role: 'user', parts: [{ kind: 'text', text: `q${salt}` }] }, ...request.prompt.messages],
    }),
  role: (request) =>
    prompt(request, {
      messages: request.prompt.messages.map((message, index) =>
        index === 0 ? { ...message, role: 'assistant' } : message,
      ),
    }),
  tool: (request, _, salt) =>
    prompt(request, { tools: [...request.prompt.tools, { name: `t${salt}`, description: '', inputSchema: {} }] }),
  toolChoice: (request) => prompt(request, { toolChoice: { mode: 'required' } }),
  responseFormat: (request) => prompt(request, { responseFormat: { kind: 'json' } }),
  temperature: (request) =>
    prompt(request, {
      sampling: { ...request.prompt.sampling, temperature: (request.prompt.sampling.temperature ?? 0) / 2 + 0.1234567 },
    }),
  seed: (request, _, salt) => prompt(request, { sampling: { ...request.prompt.sampling, seed: salt } }),
  maxOutputTokens: (request, _, salt) =>
    prompt(request, { sampling: { ...request.prompt.sampling, maxOutputTokens: salt + 1 } }),
  reasoningEffort: (request) => prompt(request, { reasoningEffort: 'high' }),
  allowedModels: (request, _, salt) =>
    constraints(request, { allowedModels: [...request.constraints.allowedModels, `m${salt}`] }),
  minQuality: (request) => constraints(request, { minQuality: 0.77 }),
  region: (request) => constraints(request, { regions: ['eu'] }),
  language: (_request, context) => ({ context: { ...context, language: 'fr' } }),
  fingerprint: (_request, context, salt) => ({ context: { ...context, embedderFingerprint: `f${salt + 2}` } }),
  epoch: (_request, context, salt) => ({ context: { ...context, cacheEpoch: salt + 1 } }),
};

/** Fields whose change is seen in the exact key alone. */
const TEXT_ONLY = new Set(['lastTurn']);

t.test('requests that differ in one field that matters never agree', async (t) => {
  fc.assert(
    fc.property(requests, fc.constantFrom(...Object.keys(CHANGES)), fc.nat(1_000_000), (request, name, salt) => {
      const changed = CHANGES[name]!(request, CONTEXT, salt);
      const before = identify(request, CONTEXT);
      const after = identify(changed.request ?? request, changed.context ?? CONTEXT);
      return before.exactKey !== after.exactKey && (TEXT_ONLY.has(name) || before.partition !== after.partition);
    }),
    { numRuns: 10_000, seed: 7 },
  );
  t.pass();
});

t.test('the same words cut into other parts never agree', async (t) => {
  const lines = fc.array(word, { minLength: 2, maxLength: 8 });
  const image: Part = { kind: 'image', source: { url: 'https://example.org/a.png' }, mediaType: '' };
  const between = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
  const cuts = fc.array(fc.nat(8), { minLength: 1, maxLength: 3 });
  /** Parts that are cut at the given lines, with or without an image behind each. */
  const cut = (all: readonly string[], at: readonly number[], hasImage: readonly boolean[]): Part[] => {
    const borders = [0, ...at.map((line) => Math.min(line, all.length)).sort((a, b) => a - b), all.length];
    return borders
      .slice(1)
      .flatMap((end, index): Part[] => [
        { kind: 'text', text: all.slice(borders[index], end).join('\n') },
        ...(hasImage[index] === true ? [image] : []),
      ]);
  };
  const told = (parts: readonly Part[]): string => JSON.stringify(parts);
  const ask = (parts: readonly Part[]) =>
    identify({ ...BASE, prompt: { ...BASE.prompt, messages: [{ role: 'user', parts }] } }, CONTEXT);
  fc.assert(
    fc.property(lines, cuts, cuts, between, (all, one, other, hasImage) => {
      const [left, right] = [cut(all, one, hasImage), cut(all, other, hasImage)];
      const [a, b] = [ask(left), ask(right)];
      const isSame = told(left) === told(right);
      return isSame === (a.exactKey === b.exactKey) && isSame === (a.partition === b.partition && a.text === b.text);
    }),
    { numRuns: 2000, seed: 7 },
  );
  t.pass();
});

/** The same value with every object's keys in another order. */
function reorder<T>(value: T): T {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(reorder) as T;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, reorder(field)]),
  ) as T;
}

t.test('requests that differ in nothing that matters always agree', async (t) => {
  fc.assert(
    fc.property(requests, word, fc.boolean(), (request, sessionId, noStore) => {
      const turned = reorder(request);
      const same: RouteRequest = {
        ...turned,
        sessionId,
        prompt: {
          ...turned.prompt,
          sampling: {
            ...turned.prompt.sampling,
            stopSequences: [...(request.prompt.sampling.stopSequences ?? [])].reverse(),
          },
        },
        constraints: {
          ...turned.constraints,
          allowedModels: [...request.constraints.allowedModels].reverse(),
          cache: { noCache: false, noStore, exactOnly: !noStore, maxAgeSeconds: 5 },
        },
      };
      const [a, b] = [identify(request, CONTEXT), identify(same, CONTEXT)];
      return a.partition === b.partition && a.exactKey === b.exactKey && a.tenantKey === b.tenantKey;
    }),
    { numRuns: 10_000, seed: 7 },
  );
  t.pass();
});

t.test('white space at the ends, line breaks and composed letters do not matter', async (t) => {
  const ask = (value: string) =>
    identify(
      { ...BASE, prompt: { ...BASE.prompt, messages: [{ role: 'user', parts: [{ kind: 'text', text: value }] }] } },
      CONTEXT,
    );
  t.same(ask(' caf\u00e9\r\nau lait '), ask('cafe\u0301\nau lait'));
  t.not(ask('a  b').exactKey, ask('a b').exactKey, 'white space inside does');
});

const BASE: RouteRequest = fc.sample(requests, { numRuns: 1, seed: 1 })[0]!;
