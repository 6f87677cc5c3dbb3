import { createRequire } from 'node:module';
import type * as tokenizer from 'gpt-tokenizer/encoding/o200k_base';
import type { Usage } from '../answer.js';
import type { Price } from '../bundle/bundle.js';
import { costUsd } from '../routing/pricing.js';

/** Cost of a call in US dollars at the catalogue's price. */
export function costOfUsage(price: Price, usage: Usage): number {
  const { promptTokens, completionTokens, cachedPromptTokens } = usage;
  return costUsd(price, { promptTokens, completionTokens, cachedPromptTokens });
}

const require = createRequire(import.meta.url);
let loaded: typeof tokenizer | undefined;

/** Loaded on first need: its table takes 65 MB and a quarter of a second, and most providers count for themselves. */
function countTokens(text: string): number {
  loaded ??= require('gpt-tokenizer/encoding/o200k_base') as typeof tokenizer;
  return loaded.encode(text, { disallowedSpecial: new Set() }).length;
}

/** Longer texts are counted by their head, in proportion: counting must not hold up other calls. */
const MAX_COUNTED_CHARACTERS = 50_000;

/** Tokens of a text by OpenAI's o200k encoding: exact for its models, an estimate for others. */
export function estimateTokens(text: string): number {
  if (text.length <= MAX_COUNTED_CHARACTERS) return countTokens(text);
  const head = countTokens(text.slice(0, MAX_COUNTED_CHARACTERS));
  return Math.ceil((head * text.length) / MAX_COUNTED_CHARACTERS);
}

/** The encoder builds its tables on first use, which takes up to 0.4 s: better before there are calls to hold up. */
export function warmUpEstimates(): void {
  estimateTokens('A first text with some rare words: pointsman, lighthouse.');
}

/** Usage of an attempt whose provider gave no counts, flagged as an estimate. */
export function estimateUsage(promptTokens: number, answer: { text: string; reasoning: string }): Usage {
  const reasoningTokens = answer.reasoning === '' ? 0 : estimateTokens(answer.reasoning);
  const textTokens = answer.text === '' ? 0 : estimateTokens(answer.text);
  return {
    promptTokens,
    cachedPromptTokens: 0,
    completionTokens: textTokens + reasoningTokens,
    reasoningTokens,
    isEstimated: true,
  };
}
