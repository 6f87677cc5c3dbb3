import type { AnswerSummary, FinishReason } from '../answer.js';
import type { Part as WirePart } from '../gen/pointsman/router/v1/prompt.js';
import { FinishReason as WireFinishReason, type ChatAccounting } from '../gen/pointsman/router/v1/router.js';
import type { MediaSource, Part } from '../request.js';
import type { RoutingTrace } from '../trace.js';
import { toWireAttempt } from './map-decision.js';

const FINISH_REASONS = {
  stop: WireFinishReason.STOP,
  length: WireFinishReason.LENGTH,
  toolCalls: WireFinishReason.TOOL_CALLS,
  contentFilter: WireFinishReason.CONTENT_FILTER,
  error: WireFinishReason.ERROR,
  other: WireFinishReason.OTHER,
} satisfies Record<FinishReason, WireFinishReason>;

/** A finish reason as the API sends it. */
export function toWireFinishReason(reason: FinishReason): WireFinishReason {
  return FINISH_REASONS[reason];
}

/** The parts of an answer as the API sends them. */
export function toWireParts(parts: readonly Part[]): WirePart[] {
  return parts.map((part) => ({ content: toWireContent(part) }));
}

/** What an answer used and cost, as the API sends it. */
export function toWireAccounting(answer: AnswerSummary, baselineCostUsd: number, trace: RoutingTrace): ChatAccounting {
  const { usage } = answer;
  return {
    model: answer.model,
    deployment: answer.deployment,
    usage: {
      promptTokens: BigInt(usage.promptTokens),
      cachedPromptTokens: BigInt(usage.cachedPromptTokens),
      completionTokens: BigInt(usage.completionTokens),
      reasoningTokens: BigInt(usage.reasoningTokens),
      isEstimated: usage.isEstimated,
    },
    costUsd: answer.costUsd,
    baselineCostUsd,
    attempts: trace.attempts.map(toWireAttempt),
    isFallback: answer.isFallback,
  };
}

function toWireContent(part: Part): NonNullable<WirePart['content']> {
  switch (part.kind) {
    case 'text':
    case 'reasoning':
      return { $case: part.kind, value: part.text };
    case 'image':
    case 'audio':
    case 'file': {
      const { mediaType, filename = '' } = part;
      return { $case: part.kind, value: { source: toWireSource(part.source), mediaType, filename } };
    }
    case 'toolCall': {
      const { id, name, argumentsJson } = part;
      return { $case: 'toolCall', value: { id, name, argumentsJson } };
    }
    case 'toolResult': {
      const { toolCallId, name, content, isError } = part;
      return { $case: 'toolResult', value: { toolCallId, name, content, isError } };
    }
  }
}

function toWireSource(source: MediaSource): { $case: 'url'; value: string } | { $case: 'data'; value: Buffer } {
  return 'url' in source ? { $case: 'url', value: source.url } : { $case: 'data', value: Buffer.from(source.data) };
}
