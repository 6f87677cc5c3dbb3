import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, ErrorCode } from 'yaml';
import type { Place, ProblemList } from './problems.js';

/** A YAML file, parsed, that knows where each of its values is written. */
export interface YamlDocument {
  /** As shown to people. */
  readonly file: string;
  /** Plain data; null for an empty file. */
  readonly value: unknown;
  /** Place of the value at a path; of the closest parent that exists where the path does not. */
  locate(path: readonly PropertyKey[]): Place;
  /** Place of the key itself. */
  locateKey(path: readonly PropertyKey[]): Place;
}

/** What yaml's error codes mean, for people. */
const SYNTAX_MESSAGES: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'this key is written twice in the same mapping; keep one',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
  BAD_INDENT: 'wrong indentation; align this line with its neighbours',
  MISSING_CHAR: 'a closing quote, bracket or comma is missing',
  MULTIPLE_DOCS: 'expected one YAML document, got more; remove the "---" line',
  BAD_ALIAS: 'this alias has no anchor; write the value out',
  MULTILINE_IMPLICIT_KEY: 'expected "key: value" on one line; a colon is missing or a quote is open',
  BLOCK_AS_IMPLICIT_KEY: 'a ": " inside plain text; put the text in quotes',
  UNEXPECTED_TOKEN: 'text that YAML does not expect here; put the value in quotes',
  BAD_SCALAR_START: 'plain text may not start with this character; put the text in quotes',
};

const OTHER_SYNTAX_MESSAGE = 'not valid YAML here; check quotes and indentation';

// Tab, line feed and carriage return belong to text; the rest of C0, DEL and C1 does not.
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/u;

/** Finds the first character that no text of ours may hold: a control character or half of a surrogate pair. */
export function findForbiddenCharacter(text: string): { readonly index: number; readonly name: string } | undefined {
  const control = CONTROL_CHARACTER.exec(text);
  const surrogate = /\p{Surrogate}/u.exec(text);
  const first = [control, surrogate].filter((match) => match !== null).sort((a, b) => a.index - b.index)[0];
  if (first === undefined) return undefined;
  const code = first[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return { index: first.index, name: `U+${code}` };
}

/**
 * Parses YAML 1.2 (core schema: dates stay text) and adds syntax errors, duplicate keys and forbidden characters to
 * the problems.
 *
 * @returns undefined when the text is not usable; the problems then say why.
 */
export function parseYaml(file: string, text: string, problems: ProblemList): YamlDocument | undefined {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: '1.2' });
  const forbidden = findForbiddenCharacter(text);
  if (forbidden !== undefined) {
    problems.add(place(forbidden.index), '', `control character ${forbidden.name}; remove it`);
    return undefined;
  }
  for (const error of document.errors) {
    problems.add(place(error.pos[0]), '', describeSyntaxError(error));
  }
  if (document.errors.length > 0) return undefined;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    problems.add(place(0), '', 'too many aliases; write the values out');
    return undefined;
  }
  return {
    file,
    value,
    locate: (path) => place(valueOffset(document, path)),
    locateKey: (path) => place(keyOffset(document, path) ?? valueOffset(document, path)),
  };
}

function describeSyntaxError(error: { readonly code: ErrorCode; readonly message: string }): string {
  // One code stands for two mistakes: yaml tells an open bracket by the indentation of what follows.
  const isOpenBracket = error.code === 'BAD_INDENT' && error.message.startsWith('Flow');
  if (isOpenBracket) return 'the bracket or brace opened before is not closed; add "]" or "}"';
  return SYNTAX_MESSAGES[error.code] ?? OTHER_SYNTAX_MESSAGE;
}

function valueOffset(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
    if (length > 0) {
      const offset = keyOffset(document, path.slice(0, length));
      if (offset !== undefined) return offset;
    }
  }
  return 0;
}

function keyOffset(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const name = String(path.at(-1));
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === name);
  const key: unknown = pair?.key;
  return isNode(key) && key.range ? key.range[0] : undefined;
}
