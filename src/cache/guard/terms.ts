import { areOpposites, areSynonyms, isGeneric, phrasesFrom } from './lexicon.js';
import type { PromptReading, Token } from './tokens.js';

/** A word or known phrase of a prompt, as the checks compare them. */
export interface Term {
  /** Stem, or a phrase's stems joined by "_". */
  readonly key: string;
  readonly token: Token;
  /** Place among the tokens. */
  readonly index: number;
  /** Tokens that the term covers. */
  readonly length: number;
  readonly isGeneric: boolean;
}

/** Words and phrases of a prompt, in their order. */
export function readTerms(reading: PromptReading): readonly Term[] {
  const { tokens } = reading;
  const terms: Term[] = [];
  for (let index = 0; index < tokens.length;) {
    const token = tokens[index];
    if (token === undefined) break;
    const phrase = token.kind === 'word' ? phraseAt(tokens, index) : undefined;
    const key = phrase?.join('_') ?? token.stem;
    const length = phrase?.length ?? 1;
    terms.push({ key, token, index, length, isGeneric: phrase === undefined && isGeneric(key) });
    index += length;
  }
  return terms;
}

function phraseAt(tokens: readonly Token[], start: number): readonly string[] | undefined {
  const first = tokens[start];
  if (first === undefined) return undefined;
  return phrasesFrom(first.stem).find((phrase) =>
    phrase.every((stem, offset) => tokens[start + offset]?.stem === stem),
  );
}

/** A prompt beside another one. */
export interface AlignedSide {
  readonly reading: PromptReading;
  readonly terms: readonly Term[];
  /** Terms without a counterpart in the other, generic ones included. */
  readonly only: readonly Term[];
}

/** Which terms two prompts share, and which are in one only. */
export interface Alignment {
  /** Terms of the first prompt without a counterpart, generic ones included. */
  readonly onlyLeft: readonly Term[];
  readonly onlyRight: readonly Term[];
  /** Pairs of terms that say the same. */
  readonly shared: readonly (readonly [Term, Term])[];
}

/** Pairs the terms of two prompts: by stem, then by synonym, then by slight misspelling. */
export function alignTerms(left: readonly Term[], right: readonly Term[]): Alignment {
  const shared: (readonly [Term, Term])[] = [];
  const byKey = new Map<string, Term>();
  for (const term of right) if (!byKey.has(term.key)) byKey.set(term.key, term);
  const leftKeys = new Set<string>();
  const openLeft: Term[] = [];
  for (const term of left) {
    leftKeys.add(term.key);
    const other = byKey.get(term.key);
    if (other === undefined) openLeft.push(term);
    else shared.push([term, other]);
  }
  const openRight = right.filter((term) => !leftKeys.has(term.key));
  const leftStems = new Set(left.flatMap((term) => term.key.split('_')));
  const rightStems = new Set(right.flatMap((term) => term.key.split('_')));
  const takenRight = new Set<Term>();
  const onlyLeft = openLeft.filter((term) => {
    if (isCovered(term, rightStems)) return false;
    const other = openRight.find((candidate) => saySame(term, candidate));
    if (other === undefined) return !right.some((candidate) => areSynonyms(term.key, candidate.key));
    takenRight.add(other);
    shared.push([term, other]);
    return false;
  });
  const onlyRight = openRight.filter(
    (term) =>
      !takenRight.has(term) && !isCovered(term, leftStems) && !left.some((candidate) => saySame(candidate, term)),
  );
  return { onlyLeft, onlyRight, shared };
}

/** A phrase whose words all stand in the other prompt, or a word that stands in one of its phrases. */
function isCovered(term: Term, otherStems: ReadonlySet<string>): boolean {
  if (term.length === 1) return otherStems.has(term.key);
  return term.key.split('_').every((stem) => otherStems.has(stem));
}

function saySame(left: Term, right: Term): boolean {
  return areSynonyms(left.key, right.key) || isJoined(left.key, right.key) || isMisspelling(left, right);
}

/** "log_in" and "login". */
function isJoined(left: string, right: string): boolean {
  return left.includes('_') !== right.includes('_') && left.replaceAll('_', '') === right.replaceAll('_', '');
}

const LEAST_MISSPELT_LENGTH = 7;

/** One letter added, left out, changed, or two swapped in a long word. Names and identifiers are taken at their word. */
function isMisspelling(left: Term, right: Term): boolean {
  const [a, b] = [left.key, right.key];
  if (left.token.kind !== 'word' || right.token.kind !== 'word') return false;
  if (Math.min(a.length, b.length) < LEAST_MISSPELT_LENGTH || Math.abs(a.length - b.length) > 1 || a[0] !== b[0])
    return false;
  const areNames = left.token.isCapitalised && right.token.isCapitalised;
  if (areNames || left.token.isAcronym || right.token.isAcronym || areOpposites(a, b)) return false;
  return isOneEditApart(a, b);
}

function isOneEditApart(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const restA = a.slice(start, a.length - end);
  const restB = b.slice(start, b.length - end);
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}
