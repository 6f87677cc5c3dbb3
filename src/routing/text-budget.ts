import { ownText } from '../own-copy.js';

/** Characters of a text that are looked at before the rest is extrapolated. */
const SAMPLE_CHARACTERS = 4096;
/** English text has about four characters a token in current vocabularies, and in WordPiece. */
const ASCII_TOKENS_PER_CHARACTER = 0.25;
/** Other scripts fall apart into about one token a character in WordPiece, and 0.6 in larger vocabularies. */
const WINDOW_TOKENS_PER_OTHER_CHARACTER = 1;
const PROMPT_TOKENS_PER_OTHER_CHARACTER = 0.6;
const LAST_ASCII = 0x7f;

/** What cannot be read: control characters save tab and line breaks, lone surrogates, invisible format characters. */
const UNREADABLE =
  /[\p{Surrogate}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060-\u2064\ufeff]+/gu;

/** Where a text too long for its budget is cut: its head stays, or its head and its tail. */
export type CutSide = 'head' | 'ends';

/** Estimated tokens of a text for pricing and context windows. Looks at 4,096 characters at most. */
export function tokenEstimate(text: string): number {
  if (text.length === 0) return 0;
  const step = Math.max(1, Math.floor(text.length / SAMPLE_CHARACTERS));
  let others = 0;
  let looked = 0;
  for (let index = 0; index < text.length; index += step) {
    if (text.charCodeAt(index) > LAST_ASCII) others += 1;
    looked += 1;
  }
  const share = others / looked;
  const tokensPerCharacter = (1 - share) * ASCII_TOKENS_PER_CHARACTER + share * PROMPT_TOKENS_PER_OTHER_CHARACTER;
  return Math.ceil(text.length * tokensPerCharacter);
}

/** The text with unreadable characters turned into spaces, trimmed. */
export function cleanText(text: string): string {
  return text.replace(UNREADABLE, ' ').trim();
}

/**
 * The text, cut to about `budget` tokens of the embedder's vocabulary. `ends` keeps two thirds from the head and one
 * third from the tail, since an instruction stands at either end of a pasted text. What is cut off is not kept in memory.
 */
export function sliceToBudget(text: string, budget: number, side: CutSide): string {
  if (text.length <= budget) return text;
  const whole = headLength(text, budget);
  if (whole === text.length) return text;
  if (side === 'head') return ownText(text.slice(0, whole));
  const head = headLength(text, (budget * 2) / 3);
  const tail = tailStart(text, budget / 3);
  return `${text.slice(0, head)} … ${text.slice(tail)}`;
}

function characterCost(text: string, index: number): number {
  return text.charCodeAt(index) > LAST_ASCII ? WINDOW_TOKENS_PER_OTHER_CHARACTER : ASCII_TOKENS_PER_CHARACTER;
}

function headLength(text: string, budget: number): number {
  let spent = 0;
  let index = 0;
  for (; index < text.length; index += 1) {
    spent += characterCost(text, index);
    if (spent > budget) break;
  }
  return index;
}

function tailStart(text: string, budget: number): number {
  let spent = 0;
  let index = text.length;
  while (index > 0) {
    spent += characterCost(text, index - 1);
    if (spent > budget) break;
    index -= 1;
  }
  return index;
}
