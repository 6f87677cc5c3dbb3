import t from 'tap';
import { textRequest, type CachePolicy, type Message, type RouteRequest } from '../../src/request.js';
import { createTrace, type CacheVerdict } from '../../src/trace.js';
import { startChatFixture } from '../support/chat-fixture.js';
import { NEVER } from '../support/dispatch-fixture.js';

const fixture = await startChatFixture();
t.teardown(() => fixture.close());
const { pipeline, upstream, embedder } = fixture;

t.beforeEach(() => {
  upstream.script = () => ({ texts: ['Because it is.'] });
});

let tenants = 0;
const newTenant = (): string => `tenant-${tenants++}`;

function conversation(messages: readonly Message[], tenant: string): RouteRequest {
  const base = textRequest('', { tenant });
  return { ...base, prompt: { ...base.prompt, messages } };
}

const user = (text: string): Message => ({ role: 'user', parts: [{ kind: 'text', text }] });
const assistant = (text: string): Message => ({ role: 'assistant', parts: [{ kind: 'text', text }] });

/** What the cache said of a call. */
async function verdictOf(request: RouteRequest, policy: Partial<CachePolicy> = {}): Promise<CacheVerdict | undefined> {
  const trace = createTrace();
  const { constraints } = request;
  const asked = { ...request, constraints: { ...constraints, cache: { ...constraints.cache, ...policy } } };
  await pipeline.chat(asked, trace, { signal: NEVER });
  return trace.cache;
}

t.test('personal data in any part of a request keeps its answer out', async (t) => {
  const call = (argumentsJson: string, content: string): readonly Message[] => [
    user('Summarise my account'),
    { role: 'assistant', parts: [{ kind: 'toolCall', id: '1', name: 'account', argumentsJson }] },
    { role: 'tool', parts: [{ kind: 'toolResult', toolCallId: '1', name: 'account', content, isError: false }] },
  ];
  const cases: Readonly<Record<string, readonly Message[]>> = {
    'a tool result': call('{}', '{"name":"Ann","mail":"ann@example.org"}'),
    'a tool result with escapes': call('{}', '{"contact":"Ann\\n+49 30 901820"}'),
    'arguments of a call': call('{"mail":"ann@example.org"}', '{"name":"Ann"}'),
    'an earlier answer': [user('Who am I?'), assistant('You are ann@example.org.'), user('Thanks, and why?')],
    reasoning: [
      user('Who am I?'),
      {
        role: 'assistant',
        parts: [
          { kind: 'reasoning', text: 'ann@example.org asks' },
          { kind: 'text', text: 'Ann.' },
        ],
      },
      user('Thanks, and why?'),
    ],
  };
  for (const [where, messages] of Object.entries(cases)) {
    const request = conversation(messages, newTenant());
    await verdictOf(request);
    const again = await verdictOf(request);
    t.match(again, { outcome: 'bypass', refusedBy: 'personal-data', notStoredBecause: 'personal-data' }, where);
  }
  const harmless = conversation(call('{}', '{"items":3}'), newTenant());
  await verdictOf(harmless);
  t.match(await verdictOf(harmless), { outcome: 'exactHit' });
});

t.test('personal data in the answer keeps it out', async (t) => {
  upstream.script = () => ({ texts: ['Ann, ', 'ann@example.org, lives in Oslo.'] });
  const request = textRequest('Who is the first in the list of members?', { tenant: newTenant() });
  t.match(await verdictOf(request), { outcome: 'miss', notStoredBecause: 'personal-data' });
  t.match(await verdictOf(request), { outcome: 'miss', notStoredBecause: 'personal-data' });
});

t.test('a question that an earlier turn makes live is not answered from the cache', async (t) => {
  const turns = [user('What is the weather in Oslo?'), assistant('C or F?'), user('Celsius')];
  const request = conversation(turns, newTenant());
  await verdictOf(request);
  t.match(await verdictOf(request), { outcome: 'bypass', notStoredBecause: 'freshness:live' });
});

t.test('a refresh stores under the vector of the last turn, and embeds it only where it may be stored', async (t) => {
  const tenant = newTenant();
  const asked = (text: string): RouteRequest => textRequest(text, { tenant, system: 'You are brief.' });
  const embedded = async (policy: Partial<CachePolicy>): Promise<readonly string[]> => {
    const before = embedder.asked.length;
    await verdictOf(asked('Why is the sea salty?'), policy);
    return embedder.asked.slice(before);
  };
  t.same(await embedded({ noCache: true, noStore: true }), []);
  t.same(await embedded({ noCache: true }), ['Why is the sea salty?']);
  t.match(await verdictOf(asked('Why is the sea salty ?')), { outcome: 'semanticHit' });
});
