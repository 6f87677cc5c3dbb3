import { sse, wholeText, type Wire, type WireAnswer, type WireUsage } from './wire.js';

function usageOf(usage: WireUsage): unknown {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

const INCOMPLETE = { length: 'max_output_tokens', contentFilter: 'content_filter' } as const;

function output(answer: WireAnswer): unknown[] {
  const text = wholeText(answer);
  const message = {
    type: 'message',
    role: 'assistant',
    id: 'msg_1',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
  const calls = answer.toolCalls.map(({ id, name, argumentsJson }) => ({
    type: 'function_call',
    id: `fc_${id}`,
    call_id: id,
    name,
    arguments: argumentsJson,
    status: 'completed',
  }));
  const reasoning = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: answer.reasoning }],
    encrypted_content: null,
  };
  return [...(answer.reasoning === '' ? [] : [reasoning]), ...(text === '' ? [] : [message]), ...calls];
}

function response(answer: WireAnswer): Record<string, unknown> {
  const { finish } = answer;
  const reason = finish === 'length' || finish === 'contentFilter' ? INCOMPLETE[finish] : undefined;
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    model: answer.model,
    status: reason === undefined ? 'completed' : 'incomplete',
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    output: output(answer),
    ...(answer.usage === undefined ? {} : { usage: usageOf(answer.usage) }),
  };
}

/** OpenAI's responses API; also spoken by Azure. */
export const openAiResponsesWire: Wire = {
  name: 'openai-responses',
  matches: (path) => path.endsWith('/responses'),
  model: (_path, body) => String(body.model),
  isStream: (_path, body) => body.stream === true,
  streamContentType: 'text/event-stream',
  json: response,
  stream(answer) {
    const event = (type: string, data: object): Buffer => sse({ type, ...data }, type);
    const created = { id: 'resp_1', created_at: 1_700_000_000, model: answer.model };
    const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] };
    const isCut = answer.finish === 'length' || answer.finish === 'contentFilter';
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: null };
    return {
      open: [event('response.created', { response: created })],
      content: [
        ...(answer.reasoning === ''
          ? []
          : [
              event('response.output_item.added', { output_index: 0, item: reasoning }),
              event('response.reasoning_summary_part.added', { item_id: 'rs_1', summary_index: 0 }),
              event('response.reasoning_summary_text.delta', {
                item_id: 'rs_1',
                summary_index: 0,
                delta: answer.reasoning,
              }),
              event('response.output_item.done', { output_index: 0, item: reasoning }),
            ]),
        ...(answer.texts.length === 0 ? [] : [event('response.output_item.added', { output_index: 1, item })]),
        ...answer.texts.map((delta) => event('response.output_text.delta', { item_id: 'msg_1', delta })),
        ...answer.toolCalls.flatMap(({ id, name, argumentsJson }, index) => {
          const call = {
            type: 'function_call',
            id: `fc_${id}`,
            call_id: id,
            name,
            arguments: '',
            status: 'in_progress',
          };
          const place = { output_index: 2 + index };
          return [
            event('response.output_item.added', { ...place, item: call }),
            event('response.function_call_arguments.delta', { ...place, item_id: call.id, delta: argumentsJson }),
            event('response.output_item.done', {
              ...place,
              item: { ...call, arguments: argumentsJson, status: 'completed' },
            }),
          ];
        }),
      ],
      close: [event(isCut ? 'response.incomplete' : 'response.completed', { response: response(answer) })],
    };
  },
  error: (_status, message, code) => ({ error: { message, type: 'error', param: null, code: code ?? null } }),
};
