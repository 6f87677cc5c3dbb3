import { namingKind } from './lexicon.js';
import { isOrdinal } from './numbers.js';
import type { AlignedSide, Term } from './terms.js';
import type { PromptReading } from './tokens.js';

/** Share of capitalised words above which capitals mark a heading, not names. */
const HEADING_SHARE = 0.6;

/** Whether capitals inside a prompt mark names. */
export function capitalsMarkNames(reading: PromptReading): boolean {
  const inner = reading.tokens.filter(
    (token) => token.kind === 'word' && !token.opensSentence && token.word.length > 3,
  );
  const capitalised = inner.filter((token) => token.isCapitalised).length;
  return inner.length < 3 || capitalised / inner.length <= HEADING_SHARE;
}

/**
 * A name that the other prompt lacks. A longer form of a name that both carry ("Ada Lovelace", "Lovelace") and a known
 * short form of words in the other prompt ("AI", "artificial intelligence") are no difference.
 */
export function entityDifference(left: AlignedSide, right: AlignedSide): 'replaced' | 'added' | undefined {
  const leftNames = unmatchedNames(left, right);
  const rightNames = unmatchedNames(right, left);
  if (leftNames.length === 0 && rightNames.length === 0) return undefined;
  if (leftNames.length > 0 && rightNames.length > 0) return 'replaced';
  const [names, side] = leftNames.length > 0 ? [leftNames, left] : [rightNames, right];
  return names.every((name) => extendsSharedName(name, side)) ? undefined : 'added';
}

/** Names in the place of others in sentences that are otherwise the same: nothing else can make up for the difference. */
export function isNameReplaced(left: AlignedSide, right: AlignedSide): boolean {
  return hasOnlyNames(left, right) && hasOnlyNames(right, left);
}

/** Whether there are telling words that the other prompt lacks, names all of them. */
function hasOnlyNames(side: AlignedSide, other: AlignedSide): boolean {
  const telling = side.only.filter((term) => !term.isGeneric);
  const isOther = (name: Term): boolean =>
    !isOrdinal(name.token) && !other.only.some(({ key }) => key.slice(0, 4) === name.key.slice(0, 4));
  return telling.length > 0 && unmatchedNames(side, other).filter(isOther).length === telling.length;
}

function unmatchedNames(side: AlignedSide, other: AlignedSide): readonly Term[] {
  const byCapitals = capitalsMarkNames(side.reading);
  return side.only.filter(
    (term) =>
      term.token.kind === 'word' &&
      !term.isGeneric &&
      ((byCapitals && term.token.isCapitalised) || term.token.isAcronym || namingKind(term.key) !== undefined) &&
      !isShortFormOf(term, other) &&
      !isSpeltOutIn(term, other),
  );
}

/**
 * Whether the neighbour of a name is a capitalised word that both prompts have. What stands before a comma is no part of what
 * follows it: "Lyon, France" is not a longer form of "France".
 */
function extendsSharedName(name: Term, side: AlignedSide): boolean {
  const only = new Set(side.only);
  return side.terms.some(
    (term) =>
      !only.has(term) &&
      (term.token.isCapitalised || (term.token.opensSentence && !term.isGeneric)) &&
      ((term.index === name.index + name.length && side.reading.tokens[term.index - 1]?.mark !== ',') ||
        term.index + term.length === name.index),
  );
}

/** "AI" against "artificial intelligence" in the other prompt. */
function isShortFormOf(term: Term, other: AlignedSide): boolean {
  if (!term.token.isAcronym) return false;
  const initials = other.reading.tokens.map((token) => token.word[0] ?? '').join('');
  return initials.includes(term.token.word.replace(/s$/u, ''));
}

/** "Artificial" against "AI" in the other prompt. */
function isSpeltOutIn(term: Term, other: AlignedSide): boolean {
  return other.only.some((short) => short.token.isAcronym && short.token.word.includes(term.key[0] ?? '-'));
}
