/** One word of a prompt. Numbers, identifiers and code are tokens of their own kinds. */
export interface Token {
  readonly kind: 'word' | 'number' | 'identifier';
  /** As written. */
  readonly raw: string;
  /** Lower case. */
  readonly word: string;
  /** Without the common endings, for comparison only. */
  readonly stem: string;
  /** First letter is upper case and the word does not open a sentence. */
  readonly isCapitalised: boolean;
  /** Two or more letters, all upper case (a plural s aside). */
  readonly isAcronym: boolean;
  /** The word that opens a sentence. */
  readonly opensSentence: boolean;
  /** Glued to the next token by a hyphen. */
  readonly joinsNext: boolean;
  /** Punctuation right behind it that the checks read, else empty. */
  readonly mark: ',' | '?' | '';
}

/** A prompt as the guard reads it. */
export interface PromptReading {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Texts in quotes, backticks or code fences, white space collapsed. */
  readonly quotes: readonly string[];
}

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:wo)n't\b/gi, 'will not'],
  [/\bcan(?:'t|not)\b/gi, 'can not'],
  [/\bain't\b/gi, 'is not'],
  [/n't\b/gi, ' not'],
  [/\b(ca|wo|do|does|did|is|are|was|were|has|have|had|should|would|could)nt\b/gi, '$1 not'],
  [/\bi'm\b/gi, 'I am'],
  [/\b(what|who|where|how|when|that|there|it|he|she|here|let)'?s\b(?=\s)/gi, '$1 is'],
  [/'(re|ve|ll|d|m)\b/gi, ' '],
  [/'s\b/gi, ''],
];

const QUOTED =
  /```[\s\S]*?(?:```|$)|`[^`\n]+`|"[^"\n]{2,}"|“[^“”\n]{2,}”|«[^«»\n]{2,}»|(?<![\p{L}\d])'[^'\n]{2,60}'(?![\p{L}\d])/gu;

// The lookbehinds keep it linear: no run is read again from its middle. Alternatives in order: address, path, dotted or mixed identifier, number with its marks, word.
const TOKEN =
  /(?:https?:\/\/|www\.)[^\s"'<>)]+|(?:(?<![\w.+-])[\w.+-]+|[\w.+-]{1,64})@[\w-]+(?:\.[\w-]+)+|(?:~|\.{1,2})?(?:\/[\w.@-]+){2,}\/?|[A-Za-z]:\\[^\s"'<>]+|(?<![a-z0-9][-.]?)[a-z0-9]+(?:[-.][a-z0-9]+)*(?:_[a-z0-9]+)+|(?<!\d)v?\d+(?:\.\d+){2,}|[$€£¥₹]?(?<!\d)\d[\d,]*(?:\.\d+)?(?![\p{L}\d]|\.\d)%?|[$€£¥₹]?(?<![\p{L}\d])[\p{L}\d]*\d[\p{L}\d]*(?:[-.][\p{L}\d]+)*|#?[\p{L}\p{M}][\p{L}\p{M}\d]*(?:_[\p{L}\p{M}\d]+)*(?:\+\+|#)?/giu;

const NUMBER = /^[$€£¥₹]?\d[\d,]*(?:\.\d+)?(?:%|st|nd|rd|th|k|m|bn|b)?$/iu;
/** "1,2,3", against commas between thousands, or lakhs. */
const LIST = /^\d+(?:,\d+)+$/u;
const GROUPED = /^\d{1,3}(?:,\d{2,3})*,\d{3}$/u;
const AMOUNT_WITH_UNIT =
  /^(\d[\d,]*(?:\.\d+)?)(ms|s|sec|secs|min|mins|h|hr|hrs|kg|g|mg|lb|lbs|oz|km|cm|mm|m|mi|ft|gb|mb|tb|kb|ml|l|mph|kmh|usd|eur|gbp|px|x|am|pm)$/iu;
const IDENTIFIER = /[_/\\@]|^[$€£¥₹v]?\d+(?:\.\d+){2,}$|\p{Ll}\p{Lu}/u;

/** Reads a text into tokens. Linear in its length. */
export function readPrompt(text: string): PromptReading {
  const plain = plainText(text);
  const quotes: string[] = [];
  for (const match of plain.matchAll(QUOTED))
    quotes.push(
      match[0]
        .replace(/^[`"'“«]+|(?<![`"'”»])[`"'”»]+$/gu, '')
        .replace(/\s+/gu, ' ')
        .trim(),
    );
  const expanded = expandContractions(plain);
  const isShouting = expanded === expanded.toUpperCase();
  const tokens: Token[] = [];
  for (const match of expanded.matchAll(TOKEN)) {
    const before = expanded.slice(Math.max(0, match.index - 4), match.index);
    const after = expanded.slice(match.index + match[0].length, match.index + match[0].length + 2);
    const opensSentence = tokens.length === 0 || /[.!?:\n][^\S\n]*["'(]?$/u.test(before);
    const joinsNext = /^-\p{L}/u.test(after);
    const mark = /^["')]?\s?([,?])/u.exec(after)?.[1] ?? '';
    pushToken(tokens, match[0].replace(/(?<![.,-])[.,-]+$/u, ''), {
      opensSentence,
      isShouting,
      joinsNext,
      mark: mark as Token['mark'],
    });
  }
  return { text: plain, tokens, quotes };
}

/** NFKC, straight quotes, one kind of dash, 401(k) written as one word, .5 as 0.5 and 5€ as €5. */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[’‘ʼ]/gu, "'")
    .replace(/[‐‑–—]/gu, '-')
    .replace(/""/gu, '"')
    .replace(/(\d)\((\p{L}{1,2})\)/gu, '$1$2')
    .replace(/(?<![\w.])\.(?=\d)/gu, '0.')
    .replace(/(?<![\d,.])([,.]*)(\d(?:[\d,.]*\d)?)\s?([€£¥₹$])(?![\d\p{L}])/gu, '$1$3$2');
}

function expandContractions(text: string): string {
  if (!text.includes("'") && !/nt\b/iu.test(text)) return text;
  let expanded = text;
  for (const [pattern, replacement] of CONTRACTIONS) expanded = expanded.replace(pattern, replacement);
  return expanded;
}

interface TokenPlace {
  readonly opensSentence: boolean;
  readonly isShouting: boolean;
  readonly joinsNext: boolean;
  readonly mark: Token['mark'];
}

/** Most words, told at once: no number, no identifier. */
const PLAIN_WORD = /^[A-Za-z]?[a-z]*$/u;

function pushToken(tokens: Token[], raw: string, place: TokenPlace): void {
  if (raw === '') return;
  if (PLAIN_WORD.test(raw)) {
    tokens.push(makeToken('word', raw, place));
    return;
  }
  if (LIST.test(raw) && !GROUPED.test(raw)) {
    for (const piece of raw.split(',')) pushToken(tokens, piece, place);
    return;
  }
  const amount = AMOUNT_WITH_UNIT.exec(raw);
  if (amount?.[1] !== undefined && amount[2] !== undefined) {
    tokens.push(
      makeToken('number', amount[1], { ...place, mark: '' }),
      makeToken('word', amount[2], { ...place, opensSentence: false }),
    );
    return;
  }
  if (NUMBER.test(raw)) tokens.push(makeToken('number', raw, place));
  else if (isIdentifier(raw) && !/^\p{Lu}\p{L}+$/u.test(raw)) tokens.push(makeToken('identifier', raw, place));
  else tokens.push(makeToken('word', raw, place));
}

/** A path, an address, a version, camelCase, or letters among digits. */
function isIdentifier(raw: string): boolean {
  return IDENTIFIER.test(raw) || (/\d/u.test(raw) && /\p{L}/u.test(raw));
}

function makeToken(kind: Token['kind'], raw: string, place: TokenPlace): Token {
  const word = raw.toLowerCase();
  return {
    kind,
    raw,
    word,
    stem: kind === 'number' ? word : stemOf(word),
    isCapitalised: !place.isShouting && !place.opensSentence && /^\p{Lu}/u.test(raw) && raw !== 'I',
    isAcronym: !place.isShouting && kind === 'word' && /^\p{Lu}{2,}s?$/u.test(raw),
    opensSentence: place.opensSentence,
    joinsNext: place.joinsNext,
    mark: place.mark,
  };
}

const IRREGULAR = new Map(
  `went=go gone=go done=do did=do does=do made=make making=make bought=buy sold=sell paid=pay taken=take took=take got=get gotten=get given=give gave=give lost=lose
  children=child men=man women=woman people=person feet=foot teeth=tooth mice=mouse taxes=tax taxed=tax taxation=tax taxable=taxable news=news lens=lens wrote=write written=write
  sent=send spent=spend kept=keep left=leave met=meet found=find told=tell thought=think brought=bring built=build broken=break broke=break chosen=choose chose=choose
  drove=drive driven=drive ate=eat eaten=eat fell=fall fallen=fall rose=rise risen=rise grew=grow grown=grow knew=know known=know ran=run saw=see seen=see said=say
  sang=sing slept=sleep spoke=speak spoken=speak stole=steal stolen=steal taught=teach threw=throw thrown=throw won=win wore=wear worn=wear better=better best=best
  lent=lend invested=invest investing=invest investment=invest dying=die lying=lie tying=tie wives=wife husbands=husband used=use using=use uses=use data=data series=series`
    .split(/\s+/u)
    .map((entry) => entry.split('=') as [string, string]),
);

/** A light English stemmer: inflections only, so that "investor" and "invest" stay apart. */
export function stemOf(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 3 || !/^[a-z]+$/u.test(word)) return word;
  if (word.endsWith('ies') && word.length > 4) return word.slice(0, -3) + 'y';
  if (/(?:ss|us|is)$/u.test(word)) return word;
  if (/(?:[sxz]|ch|sh)es$/u.test(word)) return trimE(word.slice(0, -2));
  if (word.endsWith('s')) return trimE(word.slice(0, -1));
  if (word.endsWith('ied')) return word.slice(0, -3) + 'y';
  if (word.endsWith('ing') && word.length > 5 && /[aeiouy]/u.test(word.slice(0, -3)))
    return trimE(undouble(word.slice(0, -3)));
  if (word.endsWith('ed') && word.length > 4 && /[aeiouy]/u.test(word.slice(0, -2)))
    return trimE(undouble(word.slice(0, -2)));
  return trimE(word);
}

/** Drops a final silent e, so that "use", "using" and "used" meet. */
function trimE(word: string): string {
  return word.length > 3 && word.endsWith('e') && !word.endsWith('ee') ? word.slice(0, -1) : word;
}

function undouble(word: string): string {
  return /([bdfgklmnprt])\1$/u.test(word) && !/(?:ll|ss)$/u.test(word) ? word.slice(0, -1) : word;
}
