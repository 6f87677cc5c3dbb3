import type { PromptReading, Token } from './tokens.js';

/** A number with what it counts. */
export interface Quantity {
  readonly value: number;
  readonly kind: 'cardinal' | 'ordinal' | 'percent';
  /** Canonical unit or currency, "" where none is named. */
  readonly unit: string;
}

const UNITS = wordGroups(
  `usd: usd dollar dollars buck bucks
  eur: eur euro euros
  gbp: gbp quid
  jpy: jpy yen
  inr: inr rupee rupees rs
  cent: cent cents
  second: s sec secs seconds
  millisecond: ms millisecond milliseconds
  minute: min mins minute minutes
  hour: h hr hrs hour hours
  day: day days
  week: week weeks
  month: month months
  year: year years yr yrs
  kilogram: kg kilo kilos kilogram kilograms
  gram: g gram grams
  milligram: mg milligram milligrams
  pound: lb lbs pound pounds
  ounce: oz ounce ounces
  kilometre: km kilometre kilometres kilometer kilometers
  metre: m metre metres meter meters
  centimetre: cm centimetre centimetres centimeter centimeters
  millimetre: mm millimetre millimetres millimeter millimeters
  mile: mi mile miles
  foot: ft foot feet
  inch: inch inches
  litre: l litre litres liter liters
  millilitre: ml millilitre millilitres milliliter milliliters
  gigabyte: gb gigabyte gigabytes
  megabyte: mb megabyte megabytes
  terabyte: tb terabyte terabytes
  kilobyte: kb kilobyte kilobytes
  celsius: celsius centigrade
  fahrenheit: fahrenheit
  percent: percent percentage
  am: am
  pm: pm`,
);
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
const CARDINALS = numbered(
  '0 zero 2 two 3 three 4 four 5 five 6 six 7 seven 8 eight 9 nine 10 ten 11 eleven 12 twelve 13 thirteen 14 fourteen 15 fifteen 16 sixteen 17 seventeen 18 eighteen 19 nineteen 20 twenty 30 thirty 40 forty 50 fifty 60 sixty 70 seventy 80 eighty 90 ninety 0.5 half 0.25 quarter 2 double 2 twice 3 triple',
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

/** All quantities that a prompt names, figures and number words alike. "one" and "first" are too common to count. */
export function readQuantities(reading: PromptReading): readonly Quantity[] {
  const { tokens } = reading;
  const quantities: Quantity[] = [];
  for (let index = 0; index < tokens.length;) {
    const parsed = parseAt(tokens, index);
    if (parsed === undefined) index += 1;
    else {
      quantities.push(parsed.quantity);
      index = parsed.next;
    }
  }
  return quantities;
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
  if (value === undefined) return undefined;
  let next = index + 1;
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

function withUnit(tokens: readonly Token[], next: number, bare: Quantity): { quantity: Quantity; next: number } {
  const unit = UNITS.get(tokens[next]?.word ?? '');
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
 * Whether two prompts name the same quantities. A unit that only one prompt names beside the same value is no difference;
 * how often a quantity is named does not count.
 */
export function haveSameQuantities(left: readonly Quantity[], right: readonly Quantity[]): boolean {
  const isIn = (quantity: Quantity, others: readonly Quantity[]): boolean =>
    others.some(
      (other) =>
        other.value === quantity.value &&
        isSameKind(other.kind, quantity.kind) &&
        isSameUnit(other.unit, quantity.unit),
    );
  return left.every((quantity) => isIn(quantity, right)) && right.every((quantity) => isIn(quantity, left));
}

/** "World War 2" and "the Second World War" agree; 5 and 5% do not. */
function isSameKind(left: Quantity['kind'], right: Quantity['kind']): boolean {
  return (left === 'percent') === (right === 'percent');
}

function isSameUnit(left: string, right: string): boolean {
  return left === right || left === '' || right === '';
}

function wordGroups(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [unit = '', members = ''] = line.split(':');
    for (const word of members.trim().split(' ')) found.set(word, unit.trim());
  }
  return found;
}

function numbered(text: string): ReadonlyMap<string, number> {
  const items = text.split(' ');
  const found = new Map<string, number>();
  for (let index = 0; index + 1 < items.length; index += 2) found.set(items[index + 1] ?? '', Number(items[index]));
  return found;
}
