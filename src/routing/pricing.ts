import type { Price } from '../bundle/bundle.js';

/** Tokens of one call. */
export interface TokenCounts {
  readonly promptTokens: number;
  /** Thinking included. */
  readonly completionTokens: number;
  /** Prompt tokens that the provider has cached, a part of `promptTokens`. Default 0. */
  readonly cachedPromptTokens?: number;
}

const TOKENS_PER_MTOK = 1_000_000;

/**
 * Cost of a call in US dollars. A price tier counts for the whole call once the prompt is longer than the tier's
 * border, as providers bill it. Cached tokens cost the input price where no cached price is known.
 */
export function costUsd(price: Price, tokens: TokenCounts): number {
  const tier = tierOf(price, tokens.promptTokens);
  const cached = Math.min(tokens.cachedPromptTokens ?? 0, tokens.promptTokens);
  const cachedPrice = tier.cachedInputUsdPerMtok ?? tier.inputUsdPerMtok;
  const input = (tokens.promptTokens - cached) * tier.inputUsdPerMtok + cached * cachedPrice;
  return (input + tokens.completionTokens * tier.outputUsdPerMtok) / TOKENS_PER_MTOK;
}

function tierOf(price: Price, promptTokens: number): Omit<Price['above'][number], 'promptTokens'> {
  for (let index = price.above.length - 1; index >= 0; index -= 1) {
    const tier = price.above[index];
    if (tier !== undefined && promptTokens > tier.promptTokens) return tier;
  }
  return price;
}
