import { sse, wholeText, type Wire, type WireAnswer, type WireUsage } from './wire.js';

const FINISH = { stop: 'stop', length: 'length', toolCalls: 'tool_calls', contentFilter: 'content_filter' } as const;

function usageOf(usage: WireUsage): unknown {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

function head(answer: WireAnswer): Record<string, unknown> {
  return { id: 'chatcmpl-1', created: 1_700_000_000, model: answer.model };
}

function chunk(answer: WireAnswer, delta: unknown, finish: string | null = null): Buffer {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return sse({ ...head(answer), object: 'chat.completion.chunk', choices });
}

/** OpenAI's chat completions; also spoken by Azure, Mistral and every compatible server. */
export const openAiChatWire: Wire = {
  name: 'openai-chat',
  matches: (path) => path.endsWith('/chat/completions'),
  model: (path, body) =>
    typeof body.model === 'string' ? body.model : (/deployments\/([^/]+)/u.exec(path)?.[1] ?? ''),
  isStream: (_path, body) => body.stream === true,
  streamContentType: 'text/event-stream',
  json: (answer) => ({
    ...head(answer),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: wholeText(answer),
          ...(answer.reasoning === '' ? {} : { reasoning_content: answer.reasoning }),
          ...(answer.toolCalls.length === 0
            ? {}
            : {
                tool_calls: answer.toolCalls.map(({ id, name, argumentsJson }) => ({
                  id,
                  type: 'function',
                  function: { name, arguments: argumentsJson },
                })),
              }),
        },
        finish_reason: FINISH[answer.finish],
      },
    ],
    ...(answer.usage === undefined ? {} : { usage: usageOf(answer.usage) }),
  }),
  stream: (answer) => ({
    open: [chunk(answer, { role: 'assistant', content: '' })],
    content: [
      ...(answer.reasoning === '' ? [] : [chunk(answer, { reasoning_content: answer.reasoning })]),
      ...answer.texts.map((text) => chunk(answer, { content: text })),
      ...answer.toolCalls.flatMap(({ id, name, argumentsJson }, index) => {
        const half = Math.ceil(argumentsJson.length / 2);
        const call = (rest: object): Buffer => chunk(answer, { tool_calls: [{ index, ...rest }] });
        return [
          call({ id, type: 'function', function: { name, arguments: argumentsJson.slice(0, half) } }),
          call({ function: { arguments: argumentsJson.slice(half) } }),
        ];
      }),
    ],
    close: [
      chunk(answer, {}, FINISH[answer.finish]),
      ...(answer.usage === undefined
        ? []
        : [sse({ ...head(answer), object: 'chat.completion.chunk', choices: [], usage: usageOf(answer.usage) })]),
      sse('[DONE]'),
    ],
  }),
  error: (_status, message, code) => ({ error: { message, type: 'error', param: null, code: code ?? null } }),
};

/** Mistral's dialect: content and thinking come as a list, tool calls come whole. */
export const mistralWire: Wire = {
  ...openAiChatWire,
  name: 'mistral',
  matches: (path) => path.startsWith('/mistral/') && path.endsWith('/chat/completions'),
  json(answer) {
    const whole = openAiChatWire.json({ ...answer, reasoning: '' }) as {
      choices: { message: Record<string, unknown> }[];
    };
    if (answer.reasoning !== '') {
      const thinking = { type: 'thinking', thinking: [{ type: 'text', text: answer.reasoning }] };
      for (const { message } of whole.choices) message.content = [thinking, { type: 'text', text: wholeText(answer) }];
    }
    return whole;
  },
  stream(answer) {
    const { open, close } = openAiChatWire.stream(answer);
    const usage = answer.usage === undefined ? {} : { usage: usageOf(answer.usage) };
    const last = { index: 0, delta: { content: '' }, finish_reason: FINISH[answer.finish] };
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: answer.reasoning }] };
    return {
      open,
      content: [
        ...(answer.reasoning === '' ? [] : [chunk(answer, { content: [thinking] })]),
        ...answer.texts.map((text) => chunk(answer, { content: text })),
        ...answer.toolCalls.map(({ id, name, argumentsJson }) =>
          chunk(answer, { content: '', tool_calls: [{ id, function: { name, arguments: argumentsJson } }] }),
        ),
      ],
      close: [
        sse({ ...head(answer), object: 'chat.completion.chunk', choices: [last], ...usage }),
        close.at(-1) ?? sse('[DONE]'),
      ],
    };
  },
  error: (_status, message, code) => ({ object: 'error', message, type: 'error', param: null, code: code ?? null }),
};
