import fc from 'fast-check';
import t from 'tap';
import { textRequest, type Message, type RouteRequest } from '../../src/request.js';
import { routingTextOf, viewPrompt } from '../../src/routing/prompt-view.js';

function conversation(...messages: readonly (readonly [Message['role'], string])[]): RouteRequest {
  const base = textRequest('');
  return {
    ...base,
    prompt: { ...base.prompt, messages: messages.map(([role, text]) => ({ role, parts: [{ kind: 'text', text }] })) },
  };
}

t.test('a short prompt is its own routing text', async (t) => {
  const view = viewPrompt(textRequest('What is the capital of Peru?'));
  t.equal(view.routingText, 'What is the capital of Peru?');
  t.equal(view.lastUserText, 'What is the capital of Peru?');
  t.equal(view.language, 'en');
  t.equal(view.omittedCharacters, 0);
});

t.test('system prompt, last turn, two earlier turns; nothing of the assistant', async (t) => {
  const view = viewPrompt(
    conversation(
      ['system', 'You translate.'],
      ['user', 'one'],
      ['user', 'two'],
      ['assistant', 'ANSWER'],
      ['user', 'three'],
      ['tool', 'TOOL'],
      ['user', 'four'],
    ),
  );
  t.equal(view.routingText, 'You translate.\nfour\ntwo\nthree');
  t.equal(view.lastUserText, 'four');
});

t.test('a long turn keeps its head and its tail', async (t) => {
  const text = `Summarise this. ${'word '.repeat(2000)} In three lines, please.`;
  const view = viewPrompt(textRequest(text));
  t.match(view.routingText, /^Summarise this\./);
  t.match(view.routingText, /In three lines, please\.$/);
  t.ok(view.routingText.length < 1000);
  t.equal(view.omittedCharacters, text.length - view.routingText.length);
});

t.test('a system prompt that is the whole instruction stands alone', async (t) => {
  const system =
    'You will be given a review of a restaurant. Your task is to say in one word whether the guest would come again.';
  const once = conversation(['system', system], ['user', 'The soup was cold, the waiter warm.']);
  t.equal(viewPrompt(once).routingText, system);
  t.equal(viewPrompt(once).lastUserText, 'The soup was cold, the waiter warm.');
  const short = routingTextOf({ system: 'You will be brief.', lastUser: 'Translate this.' });
  t.equal(short, 'You will be brief.\nTranslate this.');
  const later = conversation(['system', system], ['user', 'first'], ['user', 'second']);
  t.equal(viewPrompt(later).routingText, `${system.slice(0, 360)}\nsecond\nfirst`);
});

t.test('unreadable characters become spaces', async (t) => {
  t.equal(routingTextOf({ lastUser: '\u0000a\u0007b\ud800c\u202ed\n\te ' }), 'a b c d\n\te');
  t.equal(routingTextOf({ lastUser: 'fine 👩‍🚀 emoji' }), 'fine 👩‍🚀 emoji');
});

t.test('no readable text at all still gives something to embed', async (t) => {
  t.equal(viewPrompt(conversation(['user', ''])).routingText, ' ');
});

t.test('tokens are estimated over everything that is sent', async (t) => {
  t.equal(viewPrompt(textRequest('a'.repeat(400))).estimatedPromptTokens, 104);
  t.equal(viewPrompt(textRequest('漢'.repeat(100))).estimatedPromptTokens, 64);
  const base = textRequest('hi');
  const rich: RouteRequest = {
    ...base,
    prompt: {
      ...base.prompt,
      messages: [
        ...base.prompt.messages,
        {
          role: 'assistant',
          parts: [
            { kind: 'toolCall', id: '1', name: 'find', argumentsJson: '{"q":"a-long"}' },
            { kind: 'toolResult', toolCallId: '1', name: 'find', content: 'x'.repeat(40), isError: false },
            { kind: 'image', source: { url: 'https://example.com/a.png' }, mediaType: 'image/png' },
            { kind: 'file', source: { data: new Uint8Array(400) }, mediaType: 'application/pdf' },
            { kind: 'audio', source: { url: 'https://example.com/a.wav' }, mediaType: 'audio/wav' },
            { kind: 'reasoning', text: 'y'.repeat(8) },
          ],
        },
      ],
      tools: [{ name: 'find', description: 'finds', inputSchema: { type: 'object' } }],
    },
  };
  t.equal(viewPrompt(rich).estimatedPromptTokens, 5 + 4 + 5 + 10 + 800 + 100 + 800 + 2 + 7);
});

t.test('a 5 MB prompt and 10,000 messages are read at once', async (t) => {
  const start = performance.now();
  viewPrompt(textRequest('lorem ipsum '.repeat(430_000)));
  viewPrompt(conversation(...Array.from({ length: 10_000 }, (_, turn) => ['user', `turn ${turn}`] as const)));
  t.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
});

t.test('law: the routing text is short, well-formed and not empty', async () => {
  fc.assert(
    fc.property(
      fc.record({
        system: fc.string({ unit: 'binary', maxLength: 3000 }),
        lastUser: fc.string({ unit: 'binary', maxLength: 3000 }),
        earlierUsers: fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
      }),
      (parts) => {
        const text = routingTextOf(parts);
        return text.length > 0 && text.length < 1200 && !/\p{Surrogate}/u.test(text) && text === routingTextOf(parts);
      },
    ),
  );
});
