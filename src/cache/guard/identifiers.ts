import type { PromptReading } from './tokens.js';

/**
 * Whether two prompts carry the same identifiers: ids, paths, versions, addresses, code and quoted texts. An identifier that the
 * other prompt has as a plain word ("iPhone", "iphone") counts as carried.
 */
export function haveSameIdentifiers(left: PromptReading, right: PromptReading): boolean {
  return carriesAll(left, right) && carriesAll(right, left) && haveSameQuotes(left, right);
}

function carriesAll(from: PromptReading, other: PromptReading): boolean {
  return from.tokens.every((token) => token.kind !== 'identifier' || hasWord(other, token.word));
}

function hasWord(reading: PromptReading, word: string): boolean {
  return reading.tokens.some((token) => token.word === word || token.stem === word);
}

/** Quoted texts must be in the other prompt too, quoted or not. */
function haveSameQuotes(left: PromptReading, right: PromptReading): boolean {
  const isIn = (quote: string, other: string): boolean =>
    other
      .toLowerCase()
      .replace(/\s+/gu, ' ')
      .includes(quote.toLowerCase().replace(/(?<![.,!?])[.,!?]+$/u, ''));
  return left.quotes.every((quote) => isIn(quote, right.text)) && right.quotes.every((quote) => isIn(quote, left.text));
}
