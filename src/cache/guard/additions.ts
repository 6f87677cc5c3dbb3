import type { AlignedSide, Term } from './terms.js';
import type { Token } from './tokens.js';

/** Words such as "other" or "how to" that may stand between a conjunction and what it joins. */
const MOST_BETWEEN = 3;

/**
 * One prompt names a thing more beside one that both name: "causes and effects" against "causes", "vans, cars and lorries" against
 * "vans and cars". Only where the other prompt has nothing of its own that may be that thing in other words.
 */
export function hasConjunctMore(left: AlignedSide, right: AlignedSide): boolean {
  return addsConjunct(left, right) || addsConjunct(right, left);
}

function addsConjunct(side: AlignedSide, other: AlignedSide): boolean {
  if (other.only.some((term) => !term.isGeneric)) return false;
  const only = new Set(side.only.filter((term) => !term.isGeneric));
  return side.terms.some((term, position) => {
    if (only.has(term) || term.isGeneric) return false;
    const next = nextTelling(side.terms, position);
    const before = previousTelling(side.terms, position);
    return (
      (next !== undefined && only.has(next) && areJoined(side, term, next)) ||
      (before !== undefined && only.has(before) && areJoined(side, before, term))
    );
  });
}

const nextTelling = (terms: readonly Term[], position: number): Term | undefined =>
  terms.slice(position + 1, position + 2 + MOST_BETWEEN).find((term) => !term.isGeneric || term.token.kind !== 'word');

const previousTelling = (terms: readonly Term[], position: number): Term | undefined =>
  terms.slice(Math.max(0, position - 1 - MOST_BETWEEN), position).findLast((term) => !term.isGeneric);

/** Whether a conjunction, or the comma of a list that ends in one, stands between two terms. */
function areJoined({ reading }: AlignedSide, first: Term, second: Term): boolean {
  const between = reading.tokens.slice(first.index + first.length, second.index);
  if (between[0]?.word === 'and') return true;
  if (reading.tokens[second.index - between.length - 1]?.mark !== ',') return false;
  if (isConjunction(between[0])) return true;
  return (
    between.every((token) => DETERMINERS.has(token.word)) && isConjunction(reading.tokens[second.index + second.length])
  );
}

const DETERMINERS = new Set('a an the my our your its their'.split(' '));
const isConjunction = (token: Token | undefined): boolean => token?.word === 'and' || token?.word === 'or';

/** One prompt asks a question more, about something that the other does not speak of: "What is X?" against "What is X? How is it measured?". */
export function hasQuestionMore(left: AlignedSide, right: AlignedSide): boolean {
  const [leftQuestions, rightQuestions] = [questionsOf(left), questionsOf(right)];
  const most = Math.max(1, leftQuestions.length) - Math.max(1, rightQuestions.length);
  if (most === 0) return false;
  const [side, questions] = most > 0 ? [left, leftQuestions] : [right, rightQuestions];
  const only = new Set(side.only);
  return questions.some(({ from, to }) => {
    const terms = side.terms.filter((term) => term.index >= from && term.index < to);
    const telling = terms.filter((term) => !term.isGeneric);
    return telling.filter((term) => only.has(term)).length > telling.length / 2;
  });
}

/** Places of the tokens of each sentence that ends in a question mark. */
function questionsOf({ reading }: AlignedSide): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from = 0;
  reading.tokens.forEach((token: Token, index) => {
    if (token.opensSentence) from = index;
    if (token.mark === '?') found.push({ from, to: index + 1 });
  });
  return found;
}
