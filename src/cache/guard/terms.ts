import { areOpposites, areSynonyms, isGeneric, meaningsOf, phrasesFrom } from './lexicon.js';
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

/** Pairs the terms of two prompts: by stem, then by synonym or slight misspelling. The order of the prompts does not matter. */
export function alignTerms(left: readonly Term[], right: readonly Term[]): Alignment {
  const openLeft = withoutStem(left, right);
  const openRight = withoutStem(right, left);
  const [inLeft, inRight] = [
    openRight.length === 0 ? EMPTY : placesOf(left),
    openLeft.length === 0 ? EMPTY : placesOf(right),
  ];
  const [openInLeft, openInRight] = [new Set(openLeft), new Set(openRight)];
  const rightByKey = new Map(right.toReversed().map((term) => [term.key, term]));
  return {
    onlyLeft: openLeft.filter((term) => !isSaid(term, inRight, openInRight)),
    onlyRight: openRight.filter((term) => !isSaid(term, inLeft, openInLeft)),
    shared: [
      ...pairUp(left, (term) => rightByKey.get(term.key)),
      ...pairUp(openLeft, (term) =>
        findMet(
          term,
          inRight,
          (other) => openInRight.has(other) && (meanSame(term, other) || isMisspelling(term, other)),
        ),
      ),
    ],
  };
}

type Places = ReadonlyMap<string, readonly Term[]>;

const EMPTY: Places = new Map();

/** Terms that say the same have one of these in common. */
function meetsAt({ key }: Term): readonly string[] {
  const places = [...meaningsOf(key), `joined ${key.replaceAll('_', '')}`];
  return key.length < LEAST_MISSPELT_LENGTH ? places : [...places, `long ${key.charAt(0)}`];
}

/** Terms by what they meet at. */
function placesOf(terms: readonly Term[]): Places {
  const places = new Map<string, Term[]>();
  for (const term of terms) {
    for (const place of meetsAt(term)) {
      const met = places.get(place);
      if (met === undefined) places.set(place, [term]);
      else met.push(term);
    }
  }
  return places;
}

/** The first of the terms that may say the same as this one for which the condition holds. */
function findMet(term: Term, places: Places, condition: (other: Term) => boolean): Term | undefined {
  let first: Term | undefined;
  for (const place of meetsAt(term)) {
    for (const other of places.get(place) ?? []) {
      if ((first === undefined || other.index < first.index) && condition(other)) first = other;
    }
  }
  return first;
}

/** Terms of a prompt whose words do not stand in the other. */
function withoutStem(terms: readonly Term[], others: readonly Term[]): readonly Term[] {
  const keys = new Set(others.map((term) => term.key));
  const stems = new Set(others.flatMap((term) => term.key.split('_')));
  return terms.filter((term) => !keys.has(term.key) && !isCovered(term, stems));
}

/**
 * Whether the other prompt says a term. A synonym may say what stands there in other words already; a word that is almost spelt like one
 * that both prompts have is another word ("resident" beside "residence").
 */
function isSaid(term: Term, others: Places, openOthers: ReadonlySet<Term>): boolean {
  const found = findMet(
    term,
    others,
    (other) => meanSame(term, other) || (openOthers.has(other) && isMisspelling(term, other)),
  );
  return found !== undefined;
}

function pairUp(terms: readonly Term[], find: (term: Term) => Term | undefined): readonly (readonly [Term, Term])[] {
  return terms.flatMap((term) => {
    const other = find(term);
    return other === undefined ? [] : [[term, other] as const];
  });
}

/** A phrase whose words all stand in the other prompt, or a word that stands in one of its phrases. */
function isCovered(term: Term, otherStems: ReadonlySet<string>): boolean {
  if (term.length === 1) return otherStems.has(term.key);
  return term.key.split('_').every((stem) => otherStems.has(stem));
}

function meanSame(left: Term, right: Term): boolean {
  return areSynonyms(left.key, right.key) || isJoined(left.key, right.key);
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
