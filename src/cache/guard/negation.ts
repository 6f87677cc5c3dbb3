import { isGeneric } from './lexicon.js';
import type { PromptReading } from './tokens.js';

/** Where a prompt negates, and what. */
export interface Negation {
  /** Words that deny outright: not, never, without, … */
  readonly outright: number;
  /** Words that deny by meaning: fail, avoid, unable, … */
  readonly implied: number;
  /** Whether something is said of nothing else: "only", "solely". */
  readonly isExclusive: boolean;
  /** Stem of the next telling word after each outright one. */
  readonly scopes: readonly string[];
}

const OUTRIGHT = new Set(
  'not no never none nobody nothing nowhere neither nor without cannot except excluding unless minus sans nonexistent'.split(
    ' ',
  ),
);
const IMPLIED = new Set(
  'fail fails failed failing unable impossible avoid avoiding prevent preventing stop stopped stops refuse refuses refused lack lacking lacks missing hardly barely rarely rather instead skip'.split(
    ' ',
  ),
);
const EXCLUSIVE = new Set(['only', 'solely', 'exclusively']);
const SCOPE_REACH = 4;

/** Finds the negations of a prompt. "whether or not", "not only", "no longer wait, no" and tag questions do not count. */
export function readNegation(reading: PromptReading): Negation {
  const { tokens } = reading;
  let outright = 0;
  let implied = 0;
  const scopes: string[] = [];
  const isExclusive = tokens.some((token, index) => EXCLUSIVE.has(token.word) && tokens[index - 1]?.word !== 'not');
  tokens.forEach((token, index) => {
    if (token.kind !== 'word') return;
    const before = tokens[index - 1]?.word ?? '';
    const after = tokens[index + 1]?.word ?? '';
    if (OUTRIGHT.has(token.word)) {
      const isIdle =
        (token.word === 'not' && (before === 'or' || after === 'only')) || (token.word === 'no' && after === 'matter');
      if (isIdle || (token.word === 'not' && index === tokens.length - 1)) return;
      outright += 1;
      const scope = tokens
        .slice(index + 1, index + 1 + SCOPE_REACH)
        .find((next) => !isGeneric(next.stem) && !OUTRIGHT.has(next.word));
      if (scope !== undefined) scopes.push(scope.stem);
    } else if (token.word === 'free' && before !== '' && tokens[index - 1]?.joinsNext === true) {
      outright += 1;
      scopes.push(tokens[index - 1]?.stem ?? '');
    } else if (IMPLIED.has(token.word)) implied += 1;
  });
  return { outright, implied, isExclusive, scopes };
}

/** What is wrong between two prompts' negations, if anything: one denies and the other does not, or they deny different things. */
export function negationDifference(
  left: { readonly negation: Negation; readonly stems: ReadonlySet<string> },
  right: { readonly negation: Negation; readonly stems: ReadonlySet<string> },
): 'polarity' | 'scope' | 'exclusive' | undefined {
  const [a, b] = [left.negation, right.negation];
  if (a.outright > 0 && b.outright + b.implied === 0) return 'polarity';
  if (b.outright > 0 && a.outright + a.implied === 0) return 'polarity';
  if (a.outright > 0 && b.outright > 0 && a.outright % 2 !== b.outright % 2) return 'polarity';
  if (a.isExclusive !== b.isExclusive) return 'exclusive';
  const isMoved = (scope: string, from: Negation, other: { negation: Negation; stems: ReadonlySet<string> }): boolean =>
    other.stems.has(scope) &&
    !other.negation.scopes.includes(scope) &&
    other.negation.scopes.length > 0 &&
    from.scopes.length > 0;
  if (a.scopes.some((scope) => isMoved(scope, a, right)) && b.scopes.some((scope) => isMoved(scope, b, left)))
    return 'scope';
  return undefined;
}
