import type { PromptReading } from './tokens.js';

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['latin', /\p{Script=Latin}/gu],
  ['cyrillic', /\p{Script=Cyrillic}/gu],
  ['greek', /\p{Script=Greek}/gu],
  ['arabic', /\p{Script=Arabic}/gu],
  ['hebrew', /\p{Script=Hebrew}/gu],
  ['devanagari', /\p{Script=Devanagari}/gu],
  ['han', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['hangul', /\p{Script=Hangul}/gu],
  ['thai', /\p{Script=Thai}/gu],
];

/** Scripts in which at least a tenth of a prompt's letters are written. */
export function scriptsOf(reading: PromptReading): ReadonlySet<string> {
  if (/^[\x20-\x7e\s]*$/u.test(reading.text)) return ASCII_ONLY;
  const counts = SCRIPTS.map(([script, pattern]) => [script, reading.text.match(pattern)?.length ?? 0] as const);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return new Set(counts.filter(([, count]) => count > 0 && count >= total / 10).map(([script]) => script));
}

const ASCII_ONLY: ReadonlySet<string> = new Set(['latin']);

/** Whether two prompts are written in the same scripts. Languages of one script are told apart by the partition. */
export function haveSameScripts(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((script) => right.has(script));
}
