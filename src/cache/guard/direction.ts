import { areOpposites, contrastKind, isGeneric } from './lexicon.js';
import type { Alignment, Term } from './terms.js';

/** Function words that give the words around them a direction: "from A to B", "A over B", "A instead of B". */
const DIRECTIONAL = new Set('to into onto from over under than against instead before after by of'.split(' '));
/** Words on both sides of which order carries none. */
const SYMMETRIC = new Set('and or vs versus between plus nor'.split(' '));

/** A word of one prompt against its opposite in the other, neither of which is in both. */
export function hasOpposites(alignment: Alignment): boolean {
  return alignment.onlyLeft.some((left) => alignment.onlyRight.some((right) => areOpposites(left.key, right.key)));
}

/** Kind of a contrast set of which each prompt names another member, if there is one. */
export function findContrast(alignment: Alignment): string | undefined {
  for (const left of alignment.onlyLeft) {
    for (const right of alignment.onlyRight) {
      const kind = contrastKind(left.key, right.key);
      if (kind !== undefined) return kind;
    }
  }
  return undefined;
}

/** Words between two others beyond which they hardly belong together. */
const REACH = 3;
/** Shared words looked at; the pairs grow with the square. */
const MOST_SHARED = 40;

/**
 * Two shared telling words change places around the same word: "A to B" against "B to A", "A owes B" against "B owes A".
 * Parts moved as a whole ("in the app, how do I …") have no word in common between them and do not count.
 */
export function hasSwappedArguments(alignment: Alignment, left: readonly Term[], right: readonly Term[]): boolean {
  const pairs = alignment.shared
    .filter(([term]) => !term.isGeneric)
    .slice(0, MOST_SHARED)
    .sort((a, b) => a[0].index - b[0].index);
  for (let first = 0; first < pairs.length; first += 1) {
    for (let second = first + 1; second < pairs.length; second += 1) {
      const [a, b] = [pairs[first], pairs[second]];
      if (a === undefined || b === undefined || a[1].index <= b[1].index) continue;
      if (turnRound(hingesBetween(left, a[0], b[0]), hingesBetween(right, b[1], a[1]))) return true;
    }
  }
  return false;
}

/** A hinge in common, and no two different directional words, which would turn the words back again. */
function turnRound(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  const common = [...left].filter((key) => right.has(key));
  if (common.some((key) => DIRECTIONAL.has(key))) return true;
  const isDirected = (hinges: ReadonlySet<string>): boolean => [...hinges].some((key) => DIRECTIONAL.has(key));
  return common.length > 0 && !(isDirected(left) && isDirected(right));
}

/** Words between two terms that may give them a direction; none where a symmetric one stands there too. */
function hingesBetween(terms: readonly Term[], from: Term, to: Term): ReadonlySet<string> {
  const between = terms.filter((term) => term.index > from.index && term.index < to.index);
  if (between.length > REACH || between.some((term) => SYMMETRIC.has(term.key))) return NO_HINGES;
  return new Set(between.filter((term) => DIRECTIONAL.has(term.key) || !term.isGeneric).map((term) => term.key));
}

const NO_HINGES: ReadonlySet<string> = new Set();

const ROUTE = new Set(['from', 'to', 'into', 'onto']);

/**
 * The same thing is where a movement begins in one prompt and where it ends in the other, or two things that both prompts name begin
 * it in turns ("work here with a degree from abroad", "work abroad with a degree from here").
 */
export function hasReversedRoute(left: readonly Term[], right: readonly Term[]): boolean {
  const [a, b] = [readRoute(left), readRoute(right)];
  const [[begin], [otherBegin]] = [a.from, b.from];
  if (a.from.size === 1 && b.from.size === 1 && begin !== undefined && otherBegin !== undefined) {
    if (standApart(left, begin, otherBegin) && standApart(right, begin, otherBegin)) return true;
  }
  const isReversed = (end: string): boolean =>
    (a.from.has(end) && b.to.has(end) && !b.from.has(end)) || (a.to.has(end) && b.from.has(end) && !a.from.has(end));
  return [...a.from, ...a.to].some(isReversed);
}

/** Whether two words stand in a prompt with others between them. */
function standApart(terms: readonly Term[], first: string, second: string): boolean {
  const placeOf = (key: string): number => terms.findIndex((term) => term.key === key);
  const [a, b] = [placeOf(first), placeOf(second)];
  return a >= 0 && b >= 0 && Math.abs(a - b) > 1;
}

function readRoute(terms: readonly Term[]): { from: Set<string>; to: Set<string> } {
  const route = { from: new Set<string>(), to: new Set<string>() };
  terms.forEach((term, position) => {
    if (!ROUTE.has(term.key)) return;
    const end = terms.slice(position + 1, position + 5).find((next) => ROUTE.has(next.key) || !isGeneric(next.key));
    if (end !== undefined && !ROUTE.has(end.key)) (term.key === 'from' ? route.from : route.to).add(end.key);
  });
  return route;
}
