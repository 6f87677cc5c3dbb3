import type {
  LanguageModelV3Content,
  LanguageModelV3FinishReason,
  LanguageModelV3GenerateResult,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
  SharedV3Warning,
} from '@ai-sdk/provider';
import type { AnswerEvent, FinishReason, Usage } from '../answer.js';
import type { Part } from '../request.js';

/** What an adapter answered, in our words. */
export interface MappedResult {
  readonly parts: readonly Part[];
  readonly finishReason: FinishReason;
  /** Absent where the provider gave no counts. */
  readonly usage?: Usage;
  readonly warnings: readonly string[];
}

/** How a stream ended, in our words. */
export interface MappedEnd {
  readonly finishReason: FinishReason;
  readonly usage?: Usage;
  /** Whether the provider said why it ended; a stream that merely stops was cut. */
  readonly isComplete: boolean;
}

/** One stream part, in our words. */
export type MappedStreamPart =
  | { readonly kind: 'event'; readonly event: Exclude<AnswerEvent, { kind: 'end' }> }
  | { readonly kind: 'warnings'; readonly warnings: readonly string[] }
  | { readonly kind: 'end'; readonly end: MappedEnd }
  | { readonly kind: 'error'; readonly error: unknown };

/** Reads the result of `doGenerate`. */
export function fromGenerateResult(result: LanguageModelV3GenerateResult): MappedResult {
  const usage = fromUsage(result.usage);
  const parts = result.content.flatMap(fromContent);
  return {
    parts,
    finishReason: fromFinishReason(
      result.finishReason,
      parts.some((part) => part.kind === 'toolCall'),
    ),
    ...(usage === undefined ? {} : { usage }),
    warnings: result.warnings.map(fromWarning),
  };
}

/**
 * Reads the parts of one `doStream` stream, in order. Some adapters announce a tool call's input piece by piece and
 * then repeat it whole; the repetition is dropped. Others send it only whole.
 */
export function createStreamReader(): (part: LanguageModelV3StreamPart) => MappedStreamPart | undefined {
  const streamedCalls = new Set<string>();
  const begunCalls = new Set<string>();
  const event = (mapped: Exclude<AnswerEvent, { kind: 'end' }>): MappedStreamPart => ({ kind: 'event', event: mapped });
  return (part) => {
    switch (part.type) {
      case 'text-delta':
        return part.delta === '' ? undefined : event({ kind: 'textDelta', text: part.delta });
      case 'reasoning-delta':
        return part.delta === '' ? undefined : event({ kind: 'reasoningDelta', text: part.delta });
      case 'tool-input-start':
        begunCalls.add(part.id);
        return event({ kind: 'toolCallDelta', id: part.id, name: part.toolName, argumentsDelta: '' });
      case 'tool-input-delta':
        streamedCalls.add(part.id);
        return event({ kind: 'toolCallDelta', id: part.id, argumentsDelta: part.delta });
      case 'tool-call': {
        const { toolCallId: id, toolName, input } = part;
        if (streamedCalls.has(id)) return undefined;
        const name = begunCalls.has(id) ? {} : { name: toolName };
        begunCalls.add(id);
        streamedCalls.add(id);
        return event({ kind: 'toolCallDelta', id, ...name, argumentsDelta: input });
      }
      case 'stream-start':
        return part.warnings.length === 0 ? undefined : { kind: 'warnings', warnings: part.warnings.map(fromWarning) };
      case 'finish':
        return { kind: 'end', end: fromFinish(part, begunCalls.size > 0) };
      case 'error':
        return { kind: 'error', error: part.error };
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-end':
      case 'tool-input-end':
      case 'tool-result':
      case 'tool-approval-request':
      case 'file':
      case 'source':
      case 'response-metadata':
      case 'raw':
        return undefined;
    }
  };
}

function fromFinish(part: Extract<LanguageModelV3StreamPart, { type: 'finish' }>, hasToolCalls: boolean): MappedEnd {
  const usage = fromUsage(part.usage);
  return {
    finishReason: fromFinishReason(part.finishReason, hasToolCalls),
    ...(usage === undefined ? {} : { usage }),
    // Adapters start with "other" without a raw reason and keep it when the stream stops before the provider's own.
    isComplete: part.finishReason.unified !== 'other' || part.finishReason.raw !== undefined,
  };
}

function fromContent(content: LanguageModelV3Content): Part[] {
  switch (content.type) {
    case 'text':
      return content.text === '' ? [] : [{ kind: 'text', text: content.text }];
    case 'reasoning':
      return content.text === '' ? [] : [{ kind: 'reasoning', text: content.text }];
    case 'tool-call':
      return [{ kind: 'toolCall', id: content.toolCallId, name: content.toolName, argumentsJson: content.input }];
    case 'file': {
      const data = typeof content.data === 'string' ? Buffer.from(content.data, 'base64') : content.data;
      const kind = content.mediaType.startsWith('image/') ? 'image' : 'file';
      return [{ kind, source: { data }, mediaType: content.mediaType }];
    }
    case 'source':
    case 'tool-result':
    case 'tool-approval-request':
      return [];
  }
}

function fromFinishReason(reason: LanguageModelV3FinishReason, hasToolCalls: boolean): FinishReason {
  switch (reason.unified) {
    case 'tool-calls':
      return 'toolCalls';
    case 'content-filter':
      return 'contentFilter';
    case 'stop':
      return hasToolCalls ? 'toolCalls' : 'stop';
    case 'other':
      return FILTERED.test(reason.raw ?? '') ? 'contentFilter' : 'other';
    case 'length':
    case 'error':
      return reason.unified;
  }
}

/** Raw reasons of a filter that some adapters (Mistral's, Cohere's) pass on as "other". */
const FILTERED = /content_filter|toxic|safety/iu;

function fromUsage(usage: LanguageModelV3Usage): Usage | undefined {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
  return {
    promptTokens: inputTokens.total,
    cachedPromptTokens: inputTokens.cacheRead ?? 0,
    completionTokens: outputTokens.total,
    reasoningTokens: outputTokens.reasoning ?? 0,
    isEstimated: false,
  };
}

function fromWarning(warning: SharedV3Warning): string {
  if (warning.type === 'other') return warning.message;
  const details = warning.details === undefined ? '' : `: ${warning.details}`;
  const verb = warning.type === 'unsupported' ? 'does not support' : 'supports only in a compatible form';
  return `the provider ${verb} ${warning.feature}${details}`;
}
