import { ownText } from '../own-copy.js';

/** A text made fit for the worker. */
export interface PreparedText {
  readonly text: string;
  /** Whether characters were cut off that no window could hold. */
  readonly isCut: boolean;
}

/** More characters a token than any prose or code has: what is cut off here, the window would have cut anyway. */
const CHARACTERS_PER_TOKEN = 24;

/**
 * Cuts a text far behind the window, so that a megabyte costs no more than a page, and makes it well-formed: unpaired
 * surrogates become U+FFFD, which the tokenizer drops.
 */
export function prepareText(text: string, maxTokens: number): PreparedText {
  const limit = maxTokens * CHARACTERS_PER_TOKEN;
  if (text.length <= limit) return { text: text.toWellFormed(), isCut: false };
  return { text: ownText(text.slice(0, limit).toWellFormed()), isCut: true };
}
