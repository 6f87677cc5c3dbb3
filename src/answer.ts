import type { Part } from './request.js';

/** The vocabulary of an answer inside the service. */

/** Why an answer ended. `error`: the provider reported a fault in the middle. */
export type FinishReason = 'stop' | 'length' | 'toolCalls' | 'contentFilter' | 'error' | 'other';

/** Tokens of one or more calls to a provider. */
export interface Usage {
  /** Cached ones included. */
  readonly promptTokens: number;
  /** Part of `promptTokens` that the provider read from its prompt cache. */
  readonly cachedPromptTokens: number;
  /** Thinking included. */
  readonly completionTokens: number;
  /** Part of `completionTokens`. */
  readonly reasoningTokens: number;
  /** Whether any of the counts is an estimate because the provider gave none. */
  readonly isEstimated: boolean;
}

/** Who answered, how it ended and what it cost. */
export interface AnswerSummary {
  readonly finishReason: FinishReason;
  /** Of the attempt that answered. */
  readonly usage: Usage;
  /** US dollars of all attempts. */
  readonly costUsd: number;
  readonly model: string;
  readonly deployment: string;
  /** Whether another model than the one first chosen answered. */
  readonly isFallback: boolean;
  /** Of the provider, for example a setting that it ignored. */
  readonly warnings: readonly string[];
}

/** A whole answer. */
export interface ChatAnswer extends AnswerSummary {
  readonly parts: readonly Part[];
}

/** One piece of an answer. A stream ends with exactly one `end`, or it throws. */
export type AnswerEvent =
  | { readonly kind: 'textDelta'; readonly text: string }
  | { readonly kind: 'reasoningDelta'; readonly text: string }
  | {
      readonly kind: 'toolCallDelta';
      readonly id: string;
      /** In the first piece of a call. */
      readonly name?: string;
      /** Next piece of a JSON document. */
      readonly argumentsDelta: string;
    }
  | ({ readonly kind: 'end' } & AnswerSummary);

/** Usage of nothing. */
export const NO_USAGE: Usage = {
  promptTokens: 0,
  cachedPromptTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
};

/** Sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedPromptTokens: a.cachedPromptTokens + b.cachedPromptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    isEstimated: a.isEstimated || b.isEstimated,
  };
}

/** Puts the pieces of an answer together: neighbouring text, reasoning and tool-call pieces become one part each. */
export function createAnswerCollector(): { add(event: AnswerEvent): void; parts(): readonly Part[] } {
  const parts: Part[] = [];
  const calls = new Map<string, { index: number; name: string; argumentsJson: string }>();
  const append = (kind: 'text' | 'reasoning', text: string): void => {
    const last = parts.at(-1);
    if (last?.kind === kind) parts[parts.length - 1] = { kind, text: last.text + text };
    else parts.push({ kind, text });
  };
  return {
    add(event) {
      if (event.kind === 'textDelta') append('text', event.text);
      else if (event.kind === 'reasoningDelta') append('reasoning', event.text);
      else if (event.kind === 'toolCallDelta') {
        const call = calls.get(event.id) ?? { index: parts.length, name: '', argumentsJson: '' };
        if (!calls.has(event.id)) calls.set(event.id, call);
        call.name = event.name ?? call.name;
        call.argumentsJson += event.argumentsDelta;
        parts[call.index] = { kind: 'toolCall', id: event.id, name: call.name, argumentsJson: call.argumentsJson };
      }
    },
    parts: () => [...parts],
  };
}
