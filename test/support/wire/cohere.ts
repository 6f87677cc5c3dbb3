import { sse, wholeText, type Wire, type WireAnswer, type WireUsage } from './wire.js';

const FINISH = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  toolCalls: 'TOOL_CALL',
  contentFilter: 'ERROR_TOXIC',
} as const;

const NO_USAGE: WireUsage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 };

function usageOf({ promptTokens, completionTokens, cachedTokens }: WireUsage): unknown {
  const tokens = { input_tokens: promptTokens, output_tokens: completionTokens };
  return { billed_units: tokens, tokens, cached_tokens: cachedTokens };
}

const call = ({ id, name, argumentsJson }: WireAnswer['toolCalls'][number]): object => ({
  id,
  type: 'function',
  function: { name, arguments: argumentsJson },
});

/** Cohere's chat, version 2. It always reports usage. */
export const cohereWire: Wire = {
  name: 'cohere',
  matches: (path) => path.endsWith('/chat'),
  model: (_path, body) => String(body.model),
  isStream: (_path, body) => body.stream === true,
  streamContentType: 'text/event-stream',
  json: (answer) => ({
    generation_id: 'gen-1',
    message: {
      role: 'assistant',
      content: [
        ...(answer.reasoning === '' ? [] : [{ type: 'thinking', thinking: answer.reasoning }]),
        ...(answer.texts.length === 0 ? [] : [{ type: 'text', text: wholeText(answer) }]),
      ],
      ...(answer.toolCalls.length === 0 ? {} : { tool_calls: answer.toolCalls.map(call) }),
    },
    finish_reason: FINISH[answer.finish],
    usage: usageOf(answer.usage ?? NO_USAGE),
  }),
  stream(answer) {
    const event = (type: string, data: object): Buffer => sse({ type, ...data }, type);
    const content = (type: string, index: number, piece: object): Buffer =>
      event(type, { index, delta: { message: { content: piece } } });
    return {
      open: [event('message-start', { id: 'gen-1', delta: { message: { role: 'assistant' } } })],
      content: [
        ...(answer.reasoning === ''
          ? []
          : [
              content('content-start', 0, { type: 'thinking', thinking: '' }),
              content('content-delta', 0, { thinking: answer.reasoning }),
              event('content-end', { index: 0 }),
            ]),
        ...(answer.texts.length === 0
          ? []
          : [
              content('content-start', 1, { type: 'text', text: '' }),
              ...answer.texts.map((text) => content('content-delta', 1, { text })),
              event('content-end', { index: 1 }),
            ]),
        ...answer.toolCalls.flatMap((toolCall, index) => [
          event('tool-call-start', {
            index,
            delta: { message: { tool_calls: call({ ...toolCall, argumentsJson: '' }) } },
          }),
          event('tool-call-delta', {
            index,
            delta: { message: { tool_calls: { function: { arguments: toolCall.argumentsJson } } } },
          }),
          event('tool-call-end', { index }),
        ]),
      ],
      close: [
        event('message-end', {
          delta: { finish_reason: FINISH[answer.finish], usage: usageOf(answer.usage ?? NO_USAGE) },
        }),
      ],
    };
  },
  error: (_status, message) => ({ id: 'err-1', message }),
};
