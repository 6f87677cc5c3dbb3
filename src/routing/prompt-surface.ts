/** How many numbers {@link promptSurface} gives. */
export const SURFACE_COUNT = 12;

/** Longer texts are looked at from both ends only, so that the time stays bounded. */
const END_CHARACTERS = 4000;

const OPTION_LINE = /(?:^|\n)[^\S\n]*\(?[A-D][).]/;
const CODE = /\b(?:def|import|function|class) |```/;

const LINE_FEED = 10;
const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const QUESTION_MARK = 63;

/**
 * What a text shows at a glance and its vector hides: length, layout, digits, answer options, code, formulas, how it
 * begins and ends. Raw numbers of differing scales; microseconds.
 */
export function promptSurface(text: string): Float64Array {
  const seen =
    text.length <= 2 * END_CHARACTERS ? text : `${text.slice(0, END_CHARACTERS)}\n${text.slice(-END_CHARACTERS)}`;
  const counts = countCharacters(seen);
  const trimmed = seen.trimEnd();
  const first = seen.charAt(0);
  const logLength = Math.log1p(text.length);
  const logSeen = Math.log1p(seen.length);
  return Float64Array.of(
    logLength,
    Math.log1p(counts.lines),
    Math.log1p(counts.digits) - logSeen,
    Number(OPTION_LINE.test(seen)),
    Number(CODE.test(seen)),
    Number(seen.includes('$') || seen.includes('\\')),
    Number(counts.questions > 0),
    Math.log1p((counts.words * text.length) / Math.max(1, seen.length)),
    Number(first !== first.toUpperCase()),
    Number(trimmed.endsWith('?')),
    Math.log1p(counts.commas) - logSeen,
    Number(trimmed.endsWith('.')),
  );
}

function countCharacters(text: string) {
  let lines = 0;
  let digits = 0;
  let questions = 0;
  let commas = 0;
  let words = 0;
  let isInWord = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === LINE_FEED) lines += 1;
    else if (code === QUESTION_MARK) questions += 1;
    else if (code === COMMA) commas += 1;
    else if (code >= ZERO && code <= NINE) digits += 1;
    const isLetter = code > SPACE;
    if (isLetter && !isInWord) words += 1;
    isInWord = isLetter;
  }
  return { lines, digits, questions, commas, words };
}
