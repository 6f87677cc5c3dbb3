import { sse, wholeText, type Wire, type WireAnswer, type WireUsage } from './wire.js';

const FINISH = { stop: 'end_turn', length: 'max_tokens', toolCalls: 'tool_use', contentFilter: 'refusal' } as const;

function usageOf(usage: WireUsage): Record<string, unknown> {
  return {
    input_tokens: usage.promptTokens - usage.cachedTokens,
    cache_read_input_tokens: usage.cachedTokens,
    cache_creation_input_tokens: 0,
    output_tokens: usage.completionTokens,
  };
}

const NO_USAGE: WireUsage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 };

function blocks(answer: WireAnswer): Record<string, unknown>[] {
  const text = wholeText(answer);
  return [
    ...(answer.reasoning === '' ? [] : [{ type: 'thinking', thinking: answer.reasoning, signature: 'c2lnbmF0dXJl' }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...answer.toolCalls.map(({ id, name, argumentsJson }) => ({
      type: 'tool_use',
      id,
      name,
      input: JSON.parse(argumentsJson) as unknown,
    })),
  ];
}

/** Anthropic's messages API. It always reports usage. */
export const anthropicWire: Wire = {
  name: 'anthropic',
  matches: (path) => path.endsWith('/messages'),
  model: (_path, body) => String(body.model),
  isStream: (_path, body) => body.stream === true,
  streamContentType: 'text/event-stream',
  json: (answer) => ({
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    model: answer.model,
    content: blocks(answer),
    stop_reason: FINISH[answer.finish],
    stop_sequence: null,
    usage: usageOf(answer.usage ?? NO_USAGE),
  }),
  stream(answer) {
    const event = (type: string, data: object): Buffer => sse({ type, ...data }, type);
    const usage = usageOf(answer.usage ?? NO_USAGE);
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: answer.model, content: [] };
    const block = (index: number, start: object, deltas: readonly object[]): Buffer[] => [
      event('content_block_start', { index, content_block: start }),
      ...deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ];
    return {
      open: [
        event('message_start', {
          message: { ...message, stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
        }),
        event('ping', {}),
      ],
      content: [
        ...(answer.reasoning === ''
          ? []
          : block(0, { type: 'thinking', thinking: '' }, [
              { type: 'thinking_delta', thinking: answer.reasoning },
              { type: 'signature_delta', signature: 'c2lnbmF0dXJl' },
            ])),
        ...(answer.texts.length === 0
          ? []
          : block(
              1,
              { type: 'text', text: '' },
              answer.texts.map((text) => ({ type: 'text_delta', text })),
            )),
        ...answer.toolCalls.flatMap(({ id, name, argumentsJson }, index) =>
          block(2 + index, { type: 'tool_use', id, name, input: {} }, [
            { type: 'input_json_delta', partial_json: argumentsJson.slice(0, 3) },
            { type: 'input_json_delta', partial_json: argumentsJson.slice(3) },
          ]),
        ),
      ],
      close: [
        event('message_delta', { delta: { stop_reason: FINISH[answer.finish], stop_sequence: null }, usage }),
        event('message_stop', {}),
      ],
    };
  },
  error: (status, message) => ({
    type: 'error',
    error: {
      type: status === 429 ? 'rate_limit_error' : status === 400 ? 'invalid_request_error' : 'api_error',
      message,
    },
  }),
};
