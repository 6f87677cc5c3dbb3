import type { SharedV3ProviderOptions } from '@ai-sdk/provider';
import type { ProviderKind } from '../config/provider-settings.js';
import type { ReasoningEffort } from '../request.js';

/** What asks a vendor's model to think so hard. */
export interface ReasoningCall {
  readonly effort: ReasoningEffort;
  /** The provider's name for the model. */
  readonly upstreamModel: string;
  /** Caller's limit, thinking included. */
  readonly maxOutputTokens?: number;
}

/** Vendor settings for thinking. */
export interface ReasoningOptions {
  readonly providerOptions: SharedV3ProviderOptions;
  /** Replaces the caller's limit where the adapter adds the thinking budget to it. */
  readonly maxOutputTokens?: number;
}

type EffortBudget = Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>>;

/** Thinking tokens for vendors that ask for a number: the steps that Anthropic's and Google's guides use. */
const BUDGET_TOKENS: EffortBudget = { low: 2048, medium: 8192, high: 24_576 };

/** Anthropic takes no smaller budget. */
const MIN_BUDGET_TOKENS = 1024;

/** How each kind of provider is told how long to think. Kinds without such a setting say nothing. */
export const REASONING_OPTIONS: Readonly<Record<ProviderKind, (call: ReasoningCall) => ReasoningOptions>> = {
  openai: ({ effort }) => ({ providerOptions: { openai: { reasoningEffort: effort } } }),
  azure: ({ effort }) => ({
    providerOptions: { openai: { reasoningEffort: effort }, azure: { reasoningEffort: effort } },
  }),
  anthropic: (call) => withBudget(call, (thinking) => ({ anthropic: { thinking } })),
  'amazon-bedrock': (call) => withBudget(call, (reasoningConfig) => ({ bedrock: { reasoningConfig } })),
  google: (call) => ({ providerOptions: { google: { thinkingConfig: googleThinking(call) } } }),
  mistral: ({ effort }) => ({
    providerOptions: { mistral: { reasoningEffort: effort === 'none' ? 'none' : 'high' } },
  }),
  cohere: ({ effort }) => ({
    providerOptions: {
      cohere: {
        thinking: effort === 'none' ? { type: 'disabled' } : { type: 'enabled', tokenBudget: BUDGET_TOKENS[effort] },
      },
    },
  }),
  'openai-compatible': ({ effort }) => ({ providerOptions: { openaiCompatible: { reasoningEffort: effort } } }),
  echo: () => ({ providerOptions: {} }),
};

type Thinking = { readonly type: 'disabled' } | { readonly type: 'enabled'; readonly budgetTokens: number };

/**
 * For adapters that add the thinking budget to the limit on the answer, while our limit holds for both: half of it at
 * most goes to thinking, and a half too small for the vendor's least budget means no thinking.
 */
function withBudget(call: ReasoningCall, wrap: (thinking: Thinking) => SharedV3ProviderOptions): ReasoningOptions {
  const { effort, maxOutputTokens } = call;
  if (effort === 'none') return { providerOptions: wrap({ type: 'disabled' }) };
  const budgetTokens = Math.min(BUDGET_TOKENS[effort], Math.floor((maxOutputTokens ?? Infinity) / 2));
  if (budgetTokens < MIN_BUDGET_TOKENS) return { providerOptions: wrap({ type: 'disabled' }) };
  return {
    providerOptions: wrap({ type: 'enabled', budgetTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens: maxOutputTokens - budgetTokens }),
  };
}

type GoogleThinking =
  | { readonly includeThoughts: true; readonly thinkingLevel: 'minimal' | 'low' | 'medium' | 'high' }
  | { readonly includeThoughts: true; readonly thinkingBudget: number }
  | { readonly thinkingBudget: 0 };

/** Gemini 3 and later take a level, earlier ones a budget. */
function googleThinking({ effort, upstreamModel }: ReasoningCall): GoogleThinking {
  if (/gemini-(?:[3-9]|\d{2})/u.test(upstreamModel)) {
    return { includeThoughts: true, thinkingLevel: effort === 'none' ? 'minimal' : effort };
  }
  return effort === 'none' ? { thinkingBudget: 0 } : { includeThoughts: true, thinkingBudget: BUDGET_TOKENS[effort] };
}
