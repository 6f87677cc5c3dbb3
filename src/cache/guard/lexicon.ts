import { CONTRASTS, NAMING_KINDS } from './contrasts.js';
import { OPPOSITES } from './opposites.js';
import { GENERIC_WORDS, SYNONYMS } from './synonyms.js';
import { stemOf } from './tokens.js';

/** A member of a contrast set. */
export interface ContrastSense {
  readonly set: number;
  readonly member: number;
  /** Kind of the set: place, tier, relative, … */
  readonly kind: string;
}

/** What the word lists say about a word or phrase. */
export interface Senses {
  readonly synonymSets: number[];
  /** Line of the list of opposites, and the side of it. */
  readonly oppositeSides: { readonly line: number; readonly side: number }[];
  readonly contrasts: ContrastSense[];
}

const NO_SENSES: Senses = { synonymSets: [], oppositeSides: [], contrasts: [] };
const senses = new Map<string, Senses>();
/** Phrases by the stem of their first word, longest first. */
const phrases = new Map<string, string[][]>();
const genericStems = new Set<string>(GENERIC_WORDS.trim().split(/\s+/u).map(stemOf));

function keyOf(member: string): string {
  const stems = member.split('_').map(stemOf);
  const first = stems[0];
  if (first !== undefined && stems.length > 1) {
    const known = phrases.get(first) ?? [];
    if (!known.some((phrase) => phrase.join('_') === stems.join('_'))) known.push(stems);
    phrases.set(first, known);
  }
  return stems.join('_');
}

function sensesToWrite(member: string): Senses {
  const key = keyOf(member);
  const found = senses.get(key) ?? { synonymSets: [], oppositeSides: [], contrasts: [] };
  senses.set(key, found);
  return found;
}

const lines = (text: string): string[] => text.trim().split('\n');
const words = (text: string): string[] =>
  text
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');

lines(SYNONYMS).forEach((line, set) => {
  for (const word of words(line)) sensesToWrite(word).synonymSets.push(set);
});
lines(OPPOSITES).forEach((text, line) => {
  text.split('|').forEach((members, side) => {
    for (const word of words(members)) sensesToWrite(word).oppositeSides.push({ line, side });
  });
});
lines(CONTRASTS).forEach((line, set) => {
  const colon = line.indexOf(':');
  const kind = line.slice(0, colon);
  words(line.slice(colon + 1)).forEach((aliases, member) => {
    for (const word of aliases.split('=')) sensesToWrite(word).contrasts.push({ set, member, kind });
  });
});
for (const known of phrases.values()) known.sort((left, right) => right.length - left.length);

/** What is known about a word's stem or a phrase's joined stems. */
export function sensesOf(key: string): Senses {
  return senses.get(key) ?? NO_SENSES;
}

/** Known phrases that begin with this stem, longest first. */
export function phrasesFrom(stem: string): readonly (readonly string[])[] {
  return phrases.get(stem) ?? [];
}

/** Whether a word carries no request of its own. */
export function isGeneric(key: string): boolean {
  return genericStems.has(key);
}

/** Names of the meanings that a word or phrase is listed with. Synonyms have one in common. */
export function meaningsOf(key: string): readonly string[] {
  const { synonymSets, contrasts } = sensesOf(key);
  return [
    ...synonymSets.map((set) => `synonym ${set}`),
    ...contrasts.map(({ set, member }) => `contrast ${set} ${member}`),
  ];
}

/** Whether both say the same. */
export function areSynonyms(left: string, right: string): boolean {
  const meanings = meaningsOf(left);
  return meanings.length > 0 && meaningsOf(right).some((meaning) => meanings.includes(meaning));
}

const NEGATING_PREFIX = /^(?:un|in|im|il|ir|dis|non|de|mis|anti)/u;

/** Whether one turns the other round: listed opposites, or the same word under a negating prefix. */
export function areOpposites(left: string, right: string): boolean {
  const rightSides = sensesOf(right).oppositeSides;
  for (const a of sensesOf(left).oppositeSides) {
    for (const b of rightSides) if (a.line === b.line && a.side !== b.side) return true;
  }
  return isNegatedForm(left, right) || isNegatedForm(right, left);
}

function isNegatedForm(longer: string, shorter: string): boolean {
  if (shorter.length < 4 || longer.length - shorter.length > 4 || !longer.endsWith(shorter)) return false;
  return NEGATING_PREFIX.exec(longer)?.[0].length === longer.length - shorter.length;
}

/** Kind of the set in which the two are different members, if any. */
export function contrastKind(left: string, right: string): string | undefined {
  const rightContrasts = sensesOf(right).contrasts;
  for (const a of sensesOf(left).contrasts) {
    for (const b of rightContrasts) if (a.set === b.set && a.member !== b.member) return a.kind;
  }
  return undefined;
}

/** Kind of a name that changes a request by its mere presence, if the word is one. */
export function namingKind(key: string): string | undefined {
  return sensesOf(key).contrasts.find((sense) => NAMING_KINDS.has(sense.kind))?.kind;
}
