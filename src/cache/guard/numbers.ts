import type { PromptReading, Token } from './tokens.js';
import { isSameAmount, UNITS } from './units.js';

/** A number with what it counts. */
export interface Quantity {
  readonly value: number;
  readonly kind: 'cardinal' | 'ordinal' | 'percent';
  /** Canonical unit or currency, "" where none is named. */
  readonly unit: string;
  /** Says little: "1 hour" for "an hour", "the two" of what was named before. The other prompt may leave it out. */
  readonly isOptional?: boolean;
}

const CURRENCY_SIGNS: Readonly<Record<string, string>> = { $: 'usd', '€': 'eur', '£': 'gbp', '¥': 'jpy', '₹': 'inr' };
const SCALES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9, bn: 1e9 };
const SCALE_WORDS: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  lakh: 1e5,
  crore: 1e7,
  dozen: 12,
};
/** Values of number words. */
export const CARDINALS = numbered(
  '0 zero 2 two 3 three 4 four 5 five 6 six 7 seven 8 eight 9 nine 10 ten 11 eleven 12 twelve 13 thirteen 14 fourteen 15 fifteen 16 sixteen 17 seventeen 18 eighteen 19 nineteen 20 twenty 30 thirty 40 forty 50 fifty 60 sixty 70 seventy 80 eighty 90 ninety 0.5 half 0.25 quarter 2 double 2 twice 3 triple 2 pair 2 couple',
);
const ORDINALS = numbered(
  '2 second 3 third 4 fourth 5 fifth 6 sixth 7 seventh 8 eighth 9 ninth 10 tenth 11 eleventh 12 twelfth 20 twentieth',
);

const ROMAN: ReadonlyMap<string, number> = new Map([
  ['II', 2],
  ['III', 3],
  ['IV', 4],
  ['VI', 6],
  ['VII', 7],
  ['VIII', 8],
  ['IX', 9],
]);

/** Before a number they point back to what was named: "the two", "these three letters". */
const POINTERS = new Set(['the', 'these', 'those', 'all', 'between', 'both']);
/** Larger numbers are years, models and amounts. */
const MOST_POINTED_AT = 12;

/** All quantities that a prompt names, figures and number words alike. "one" and "a" count before a unit only, "first" not at all. */
export function readQuantities(reading: PromptReading): readonly Quantity[] {
  const { tokens } = reading;
  const quantities: Quantity[] = [];
  for (let index = 0; index < tokens.length;) {
    const parsed = parseAt(tokens, index);
    if (parsed === undefined) index += 1;
    else {
      const { quantity, next } = parsed;
      const isOptional = quantity.kind === 'cardinal' && (isSingle(quantity) || isPointer(tokens, index, quantity));
      quantities.push(isOptional ? { ...quantity, isOptional } : quantity);
      index = next;
    }
  }
  return quantities;
}

function isSingle({ value, unit }: Quantity): boolean {
  return value === 1 && unit !== '';
}

function isPointer(tokens: readonly Token[], index: number, { value, unit }: Quantity): boolean {
  return unit === '' && value <= MOST_POINTED_AT && POINTERS.has(tokens[index - 1]?.word ?? '');
}

function parseAt(tokens: readonly Token[], index: number): { quantity: Quantity; next: number } | undefined {
  const token = tokens[index];
  if (token === undefined) return undefined;
  if (token.kind === 'number') return parseFigure(tokens, index, token);
  if (token.kind !== 'word') return undefined;
  const ordinal = ORDINALS.get(token.word);
  if (ordinal !== undefined && isOrdinalUse(tokens, index)) {
    return { quantity: { value: ordinal, kind: 'ordinal', unit: '' }, next: index + 1 };
  }
  const roman = ROMAN.get(token.raw);
  if (roman !== undefined) return { quantity: { value: roman, kind: 'ordinal', unit: '' }, next: index + 1 };
  let value = CARDINALS.get(token.word);
  if (value === undefined) return isArticle(token) ? parseSingle(tokens, index) : undefined;
  let next = index + 1;
  // "half an hour"
  if (value < 1 && isArticle(tokens[next])) next += 1;
  for (let word = tokens[next]; word !== undefined; word = tokens[next]) {
    const digit = CARDINALS.get(word.word);
    const scale = SCALE_WORDS[word.word];
    if (scale !== undefined) value *= scale;
    else if (digit !== undefined && digit < 10 && value >= 20 && value % 10 === 0) value += digit;
    else break;
    next += 1;
  }
  return withUnit(tokens, next, { value, kind: 'cardinal', unit: '' });
}

function parseFigure(tokens: readonly Token[], index: number, token: Token): { quantity: Quantity; next: number } {
  const parts = /^([$€£¥₹]?)([\d,]+(?:\.\d+)?)(%|st|nd|rd|th|k|m|bn|b)?$/iu.exec(token.word);
  const sign = parts?.[1] ?? '';
  const suffix = parts?.[3] ?? '';
  let value = Number((parts?.[2] ?? '0').replaceAll(',', '')) * (SCALES[suffix] ?? 1);
  if (suffix === '%') return { quantity: { value, kind: 'percent', unit: '' }, next: index + 1 };
  if (/^(?:st|nd|rd|th)$/u.test(suffix)) return { quantity: { value, kind: 'ordinal', unit: '' }, next: index + 1 };
  let next = index + 1;
  for (
    let scale = SCALE_WORDS[tokens[next]?.word ?? ''];
    scale !== undefined;
    scale = SCALE_WORDS[tokens[next]?.word ?? '']
  ) {
    value *= scale;
    next += 1;
  }
  return withUnit(tokens, next, { value, kind: 'cardinal', unit: CURRENCY_SIGNS[sign] ?? '' });
}

/** "an hour", "one month": only before a unit, since articles are everywhere. */
function parseSingle(tokens: readonly Token[], index: number): { quantity: Quantity; next: number } | undefined {
  const single = withUnit(tokens, index + 1, { value: 1, kind: 'cardinal', unit: '' });
  return single.quantity.unit === '' ? undefined : single;
}

/** Whether a token is a place in an order: "second", "II". */
export function isOrdinal(token: Token): boolean {
  return ORDINALS.has(token.word) || ROMAN.has(token.raw);
}

/** "a", "an" and "one". */
export function isArticle(token: Token | undefined): boolean {
  return token !== undefined && ['a', 'an', 'one'].includes(token.word);
}

function withUnit(tokens: readonly Token[], next: number, bare: Quantity): { quantity: Quantity; next: number } {
  const wordAt = (place: number): string => tokens[place]?.word ?? '';
  if (wordAt(next) === 'and' && wordAt(next + 1) === 'a' && wordAt(next + 2) === 'half') {
    return withUnit(tokens, next + 3, { ...bare, value: bare.value + 0.5 });
  }
  if (wordAt(next) === 'per' && wordAt(next + 1) === 'cent') {
    return { quantity: { ...bare, kind: 'percent' }, next: next + 2 };
  }
  const unit = UNITS.get(wordAt(next));
  if (unit === undefined) return { quantity: bare, next };
  if (unit === 'percent') return { quantity: { ...bare, kind: 'percent' }, next: next + 1 };
  return { quantity: { ...bare, unit }, next: next + 1 };
}

/** "the second" counts, "a second", "30 seconds" and "per second" measure time. */
function isOrdinalUse(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.word !== 'second') return true;
  const before = tokens[index - 1];
  return before !== undefined && before.kind === 'word' && !['a', 'per', 'each', 'one', 'every'].includes(before.word);
}

/**
 * Whether two prompts name the same quantities, in whatever unit. A unit that only one prompt names beside the same value is no
 * difference, nor is a quantity that says little, unless the other prompt names another in its place; how often a quantity is named
 * does not count.
 */
export function haveSameQuantities(left: readonly Quantity[], right: readonly Quantity[]): boolean {
  const without = (some: readonly Quantity[], others: readonly Quantity[]): readonly Quantity[] =>
    some.filter(
      (quantity) => !others.some((other) => isSameKind(other.kind, quantity.kind) && isSameAmount(other, quantity)),
    );
  const [onlyLeft, onlyRight] = [without(left, right), without(right, left)];
  if (onlyLeft.length > 0 && onlyRight.length > 0) return false;
  return [...onlyLeft, ...onlyRight].every(({ isOptional }) => isOptional === true);
}

/** "World War 2" and "the Second World War" agree; 5 and 5% do not. */
function isSameKind(left: Quantity['kind'], right: Quantity['kind']): boolean {
  return (left === 'percent') === (right === 'percent');
}

function numbered(text: string): ReadonlyMap<string, number> {
  const items = text.split(' ');
  const found = new Map<string, number>();
  for (let index = 0; index + 1 < items.length; index += 2) found.set(items[index + 1] ?? '', Number(items[index]));
  return found;
}
