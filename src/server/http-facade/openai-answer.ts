import type { AnswerEvent, ChatAnswer, FinishReason, Usage } from '../../answer.js';

/** What every message of one answer carries. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
}

const FINISH_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  toolCalls: 'tool_calls',
  contentFilter: 'content_filter',
  error: 'stop',
  other: 'stop',
};

/** An answer as a `chat.completion`. Thinking goes into `reasoning_content`, as most compatible servers do. */
export function toCompletion(head: AnswerHead, answer: ChatAnswer): unknown {
  const texts: string[] = [];
  const reasoning: string[] = [];
  const toolCalls: unknown[] = [];
  for (const part of answer.parts) {
    if (part.kind === 'text') texts.push(part.text);
    else if (part.kind === 'reasoning') reasoning.push(part.text);
    else if (part.kind === 'toolCall') {
      const called = { name: part.name, arguments: part.argumentsJson };
      toolCalls.push({ id: part.id, type: 'function', function: called });
    }
  }
  const message = {
    role: 'assistant',
    content: texts.length === 0 && toolCalls.length > 0 ? null : texts.join(''),
    refusal: null,
    ...(reasoning.length === 0 ? {} : { reasoning_content: reasoning.join('') }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: FINISH_REASONS[answer.finishReason] };
  return {
    ...head,
    object: 'chat.completion',
    model: answer.model,
    choices: [choice],
    usage: toUsage(answer.usage),
  };
}

/** Writes the events of one answer as `chat.completion.chunk` objects. */
export interface ChunkWriter {
  /** The chunks of an event; the first one also says who speaks. */
  chunksOf(event: AnswerEvent): readonly unknown[];
}

/**
 * Creates the writer of one stream.
 *
 * @param model named in the chunks: what was chosen; a fallback that answered is named in the last ones.
 */
export function createChunkWriter(head: AnswerHead, model: string, hasUsage: boolean): ChunkWriter {
  const callIndexes = new Map<string, number>();
  let isFirst = true;
  const chunk = (delta: object, finishReason: string | null = null, answeredBy = model): unknown => {
    const role = isFirst ? { role: 'assistant' } : {};
    isFirst = false;
    const choice = { index: 0, delta: { ...role, ...delta }, logprobs: null, finish_reason: finishReason };
    const usage = hasUsage ? { usage: null } : {};
    return { ...head, object: 'chat.completion.chunk', model: answeredBy, choices: [choice], ...usage };
  };
  return {
    chunksOf(event) {
      switch (event.kind) {
        case 'textDelta':
          return [chunk({ content: event.text })];
        case 'reasoningDelta':
          return [chunk({ reasoning_content: event.text })];
        case 'toolCallDelta': {
          const index = callIndexes.get(event.id) ?? callIndexes.size;
          const isNew = !callIndexes.has(event.id);
          callIndexes.set(event.id, index);
          const called = { ...(isNew ? { name: event.name ?? '' } : {}), arguments: event.argumentsDelta };
          const start = isNew ? { id: event.id, type: 'function' } : {};
          return [chunk({ tool_calls: [{ index, ...start, function: called }] })];
        }
        case 'end': {
          const last = chunk({}, FINISH_REASONS[event.finishReason], event.model);
          if (!hasUsage) return [last];
          const { model: answeredBy } = event;
          const usage = toUsage(event.usage);
          return [last, { ...head, object: 'chat.completion.chunk', model: answeredBy, choices: [], usage }];
        }
      }
    },
  };
}

function toUsage(usage: Usage): unknown {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedPromptTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}
