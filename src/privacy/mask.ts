import { findPersonalData } from './detectors.js';

/** A text whose personal data is replaced by tokens. */
export interface MaskedText {
  readonly text: string;
  /** Original by token, for unmasking. */
  readonly originals: ReadonlyMap<string, string>;
  /** Whether anything was replaced. */
  readonly isMasked: boolean;
}

/**
 * Replaces personal data by tokens such as `<EMAIL_1>`. Equal data gets the same token within a text, so that its
 * sense is kept. A token that already stands in the text is not used again.
 */
export function maskText(text: string): MaskedText {
  const originals = new Map<string, string>();
  const tokens = new Map<string, string>();
  const counts = new Map<string, number>();
  let masked = '';
  let position = 0;
  for (const { kind, start, end } of findPersonalData(text)) {
    const value = text.slice(start, end);
    const key = `${kind}:${value}`;
    let token = tokens.get(key);
    if (token === undefined) {
      token = nextToken(kind, counts, text);
      tokens.set(key, token);
      originals.set(token, value);
    }
    masked += text.slice(position, start) + token;
    position = end;
  }
  return { text: masked + text.slice(position), originals, isMasked: originals.size > 0 };
}

function nextToken(kind: string, counts: Map<string, number>, text: string): string {
  let token: string;
  do {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    token = `<${kind}_${count}>`;
  } while (text.includes(token));
  return token;
}

/** Puts the originals back. Tokens that the text does not hold are left out. */
export function unmaskText(text: string, originals: ReadonlyMap<string, string>): string {
  return text.replace(/<[A-Z]+_\d+>/gu, (token) => originals.get(token) ?? token);
}
