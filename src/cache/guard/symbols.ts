/** Characters around a sign that are looked at for its operands. */
const REACH = 24;

/** Signs, arrows, emoji and their skin tones; not those that only adorn a word or a number. */
const PICTURES = /(?![\p{ASCII}™®©°])[\p{So}\p{Sm}\p{Emoji_Modifier}]/gu;
const OPERATORS = /[=<>!&|+*^~-]+/gu;
/** Runs of signs that are emphasis, rules or underlines rather than operators. */
const ADORNMENT = /^(?:!+|\*{2,}|-{2,}|={4,}|~~|>{3,}|[|-]*\|-[|-]*|\++)$/u;
const OPERAND_BEFORE = /(?<![\p{L}\p{N}_])([\p{L}\p{N}_]+)[)\]]*([^\S\n]?)$/u;
const OPERAND_AFTER = /^([^\S\n]?)[([]*([\p{L}\p{N}_]+)/u;
/** A number, or a letter that stands for one. */
const IS_QUANTITY = /\d|^\p{L}$/u;

/**
 * What a prompt says in signs, in its order: operators with what they join ("x^2", "a-b", "n==1"), signs of numbers ("-40"), arrows
 * and emoji. Two prompts with other signs are never the same, and embeddings hardly see the difference. White space around an
 * operator does not count; figures joined by a bare hyphen are a range ("9-5"), which the figures themselves tell. Linear in the text's
 * length.
 */
export function readSymbols(text: string): readonly string[] {
  const found: { readonly at: number; readonly symbol: string }[] = [];
  for (const match of text.matchAll(PICTURES)) found.push({ at: match.index, symbol: match[0] });
  for (const match of text.matchAll(OPERATORS)) {
    const end = match.index + match[0].length;
    const before = text.slice(Math.max(0, match.index - REACH), match.index);
    const symbol = readOperator(before, match[0], text.slice(end, end + REACH));
    if (symbol !== undefined) found.push({ at: match.index, symbol });
  }
  return found.sort((left, right) => left.at - right.at).map(({ symbol }) => symbol);
}

function readOperator(before: string, operator: string, after: string): string | undefined {
  const [, left = '', spaceLeft = ''] = OPERAND_BEFORE.exec(before) ?? [];
  const [, spaceRight = '', right = ''] = OPERAND_AFTER.exec(after) ?? [];
  const joined = `${left}${operator}${right}`.toLowerCase();
  if (operator === '-' && /^\d/u.test(after) && /(?:^|[\s([,:/])$/u.test(before)) return `-${right}`;
  if (operator.length > 1) return ADORNMENT.test(operator) ? undefined : joined;
  const isBinary = left !== '' && right !== '' && (spaceLeft === '') === (spaceRight === '');
  if (!isBinary || /[!&|~]/u.test(operator)) return undefined;
  const isRange = operator === '-' && spaceLeft === '' && /\d$/u.test(left) && /^\d/u.test(right);
  if (isRange) return undefined;
  return operator === '=' || (IS_QUANTITY.test(left) && IS_QUANTITY.test(right)) ? joined : undefined;
}

/** Whether two prompts say the same in signs. */
export function haveSameSymbols(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((symbol, place) => symbol === right[place]);
}
