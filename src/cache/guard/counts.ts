import { isGeneric } from './lexicon.js';
import { CARDINALS, isArticle } from './numbers.js';
import type { PromptReading, Token } from './tokens.js';

/** What a prompt counts: "2 codes on 1 order" counts codes and orders. */
export interface Counts {
  /** Stem of what a figure or number word counts, by the figure as written; `?` is "how many". */
  readonly counted: ReadonlyMap<string, ReadonlySet<string>>;
  /** Figures that follow each other, as in "LIMIT 5, 10", joined by a space. */
  readonly lists: ReadonlySet<string>;
}

const HOW_MANY = '?';

/** Reads what stands right behind each figure, number word, "how many" and "how much". */
export function readCounts({ tokens }: PromptReading): Counts {
  const counted = new Map<string, Set<string>>();
  const lists = new Set<string>();
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (next === undefined) return;
    if (token.kind === 'number' && next.kind === 'number') lists.add(`${token.word} ${next.word}`);
    const isHowMany = /^(?:many|much)$/u.test(token.word) && tokens[index - 1]?.word === 'how';
    const figure = isHowMany ? HOW_MANY : token.kind === 'number' ? token.word : valueOf(token)?.toString();
    if (figure === undefined || next.kind !== 'word' || isGeneric(next.stem)) return;
    counted.set(figure, (counted.get(figure) ?? new Set()).add(next.stem));
  });
  return { counted, lists };
}

/** Of a number word; an article counts as one. */
function valueOf(token: Token): number | undefined {
  return isArticle(token) ? 1 : CARDINALS.get(token.word);
}

/** Both prompts name the same figures and things, but the figures changed places: "2 codes on 1 order", "1 code on 2 orders". */
export function hasSwappedCounts(left: Counts, right: Counts): boolean {
  for (const list of left.lists) {
    const turned = list.split(' ').reverse().join(' ');
    if (turned !== list && right.lists.has(turned) && !right.lists.has(list)) return true;
  }
  const isCounted = ({ counted }: Counts, figure: string, thing: string): boolean =>
    counted.get(figure)?.has(thing) === true;
  const counts = [...left.counted].flatMap(([figure, things]) => [...things].map((thing) => ({ figure, thing })));
  return counts.some((one) =>
    counts.some(
      (other) =>
        one.figure !== other.figure &&
        isCounted(right, one.figure, other.thing) &&
        isCounted(right, other.figure, one.thing) &&
        !isCounted(right, one.figure, one.thing),
    ),
  );
}
