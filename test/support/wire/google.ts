import { sse, wholeText, type Wire, type WireAnswer, type WireUsage } from './wire.js';

const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', toolCalls: 'STOP', contentFilter: 'SAFETY' } as const;

/** Google counts thinking beside the answer's own tokens. */
function usageOf(usage: WireUsage): unknown {
  return {
    promptTokenCount: usage.promptTokens,
    cachedContentTokenCount: usage.cachedTokens,
    candidatesTokenCount: usage.completionTokens - usage.reasoningTokens,
    thoughtsTokenCount: usage.reasoningTokens,
    totalTokenCount: usage.promptTokens + usage.completionTokens,
  };
}

function body(answer: WireAnswer, parts: readonly object[], isLast: boolean): unknown {
  const candidate = { content: { role: 'model', parts }, index: 0 };
  return {
    candidates: [isLast ? { ...candidate, finishReason: FINISH[answer.finish] } : candidate],
    modelVersion: answer.model,
    ...(isLast && answer.usage !== undefined ? { usageMetadata: usageOf(answer.usage) } : {}),
  };
}

const thought = (answer: WireAnswer): object[] =>
  answer.reasoning === '' ? [] : [{ text: answer.reasoning, thought: true }];

const calls = (answer: WireAnswer): object[] =>
  answer.toolCalls.map(({ name, argumentsJson }) => ({
    functionCall: { name, args: JSON.parse(argumentsJson) as unknown },
  }));

/** Google's generateContent. */
export const googleWire: Wire = {
  name: 'google',
  matches: (path) => /:(?:generate|streamGenerate)Content/u.test(path),
  model: (path) => /models\/([^:]+):/u.exec(path)?.[1] ?? '',
  isStream: (path) => path.includes(':streamGenerateContent'),
  streamContentType: 'text/event-stream',
  json: (answer) =>
    body(
      answer,
      [...thought(answer), ...(answer.texts.length ? [{ text: wholeText(answer) }] : []), ...calls(answer)],
      true,
    ),
  stream: (answer) => ({
    open: [],
    content: [
      ...thought(answer).map((part) => sse(body(answer, [part], false))),
      ...answer.texts.map((text) => sse(body(answer, [{ text }], false))),
      ...calls(answer).map((part) => sse(body(answer, [part], false))),
    ],
    close: [sse(body(answer, [], true))],
  }),
  error: (status, message) => ({
    error: { code: status, message, status: status === 429 ? 'RESOURCE_EXHAUSTED' : 'INTERNAL' },
  }),
};
