import { isIPv6 } from 'node:net';

/** Kinds of personal or secret data that are found. */
export type PersonalDataKind = 'EMAIL' | 'PHONE' | 'CARD' | 'IBAN' | 'IP' | 'SECRET';

/** A piece of personal data in a text. Offsets are UTF-16 units, end exclusive. */
export interface Finding {
  readonly kind: PersonalDataKind;
  readonly start: number;
  readonly end: number;
}

interface Detector {
  readonly kind: PersonalDataKind;
  /** Global and linear in the length of the text: no nested or overlapping quantifiers. */
  readonly pattern: RegExp;
  /** Checks what the pattern found, where a check digit or range exists. */
  readonly isValid?: (match: string) => boolean;
}

/** In order of precedence: an earlier finding keeps its place against a later one that overlaps. */
const DETECTORS: readonly Detector[] = [
  {
    kind: 'SECRET',
    pattern:
      /\beyJ[\w-]{8,2048}\.[\w-]{8,4096}\.[\w-]{8,1024}|\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abpr])[-_][\w-]{16,200}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b/gu,
  },
  { kind: 'EMAIL', pattern: /(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/giu },
  { kind: 'IBAN', pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/gu, isValid: isIban },
  { kind: 'CARD', pattern: /(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d.-]*\d)/gu, isValid: isCardNumber },
  { kind: 'IP', pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)/gu, isValid: isAddress },
  {
    kind: 'IP',
    pattern: /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?![\w:]|\.\d)/giu,
    isValid: isLongAddress,
  },
  {
    kind: 'PHONE',
    pattern: /(?<![\w+])(?:\+\d{1,3}|0\d{1,4}|\(\d{2,5}\))(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?![\w])/gu,
    isValid: isPhone,
  },
];

/**
 * Finds personal and secret data by form and check digit (Luhn for cards, ISO 7064 mod 97 for IBANs).
 * Findings do not overlap and come in order. Names and addresses of people have no form and are not found.
 */
export function findPersonalData(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const isTaken = new Uint8Array(text.length);
  for (const { kind, pattern, isValid } of DETECTORS) {
    for (const match of text.matchAll(pattern)) {
      const [value] = match;
      if (isValid !== undefined && !isValid(value)) continue;
      const finding = { kind, start: match.index, end: match.index + value.length };
      if (isTaken.subarray(finding.start, finding.end).includes(1)) continue;
      isTaken.fill(1, finding.start, finding.end);
      findings.push(finding);
    }
  }
  return findings.sort((a, b) => a.start - b.start);
}

/** Whether a text holds personal or secret data, as it stands or in JSON: there a line feed before a number is a letter. */
export function hasPersonalData(text: string): boolean {
  const readable = text.includes('\\') ? text.replace(JSON_ESCAPE, readEscape) : text;
  return DETECTORS.some(({ pattern, isValid }) => {
    for (const [value] of readable.matchAll(pattern)) if (isValid?.(value) ?? true) return true;
    return false;
  });
}

/** Also of JSON within JSON, whose back slashes are escaped themselves. */
const JSON_ESCAPE = /\\+(?:u([0-9a-fA-F]{4})|([bfnrt]))?/gu;

function readEscape(_escape: string, codeUnit: string | undefined, blank: string | undefined): string {
  if (codeUnit !== undefined) return String.fromCharCode(parseInt(codeUnit, 16));
  return blank === undefined ? '' : ' ';
}

function digitsOf(text: string): string {
  return text.replace(/\D/gu, '');
}

/** Luhn, ISO/IEC 7812-1. */
function isCardNumber(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1*$/u.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** ISO 13616: letters count as 10 to 35, the first four characters go last, the remainder by 97 is 1. */
function isIban(text: string): boolean {
  const compact = text.replace(/ /gu, '');
  if (compact.length < 15 || compact.length > 34) return false;
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** Addresses of no machine in particular: this one, none, all, and those for documentation (RFC 1122, RFC 5737). */
const NOBODYS_ADDRESS = /^(?:0\.|127\.|255\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/u;

function isAddress(text: string): boolean {
  if (NOBODYS_ADDRESS.test(text)) return false;
  return text.split('.').every((part) => Number(part) <= 255 && (part === '0' || !part.startsWith('0')));
}

/** Of no machine in particular: this one, none, link-local ones, and those for documentation (RFC 4291, RFC 3849). */
const NOBODYS_LONG_ADDRESS = /^(?:::1?$|fe80:|2001:0?db8:)/iu;

/** IPv6. What stands around "::" in code has letters only, or little of anything ("a::b"). */
function isLongAddress(text: string): boolean {
  if (!isIPv6(text) || NOBODYS_LONG_ADDRESS.test(text)) return false;
  return /\d/u.test(text) && text.replace(/:/gu, '').length >= 6;
}

/** Eight to fifteen digits (E.164), and not a date such as 01.02.2024. */
function isPhone(text: string): boolean {
  const digits = digitsOf(text);
  const isDate = /^\(?0?\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}$/u.test(text);
  return digits.length >= 8 && digits.length <= 15 && !isDate;
}
