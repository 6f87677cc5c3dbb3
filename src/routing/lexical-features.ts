import type { SparseRow } from '../learning/sparse-matrix.js';

/** Words that tell tasks apart, with their weights. */
export interface Vocabulary {
  /** Column by position. */
  readonly words: readonly string[];
  /** Inverse document frequency by column. */
  readonly weights: Float32Array;
  /** Weight of a word that is not in the vocabulary; it counts for the text's length only. */
  readonly unknownWeight: number;
}

/** Turns a text into the entries of a sparse vector of length 1 or less. */
export type LexicalEncoder = (text: string) => SparseRow;

/** Most words kept, the most frequent first: more did not classify better. */
const MAX_WORDS = 4096;
/** A word of one exemplar says nothing about another. */
const LEAST_EXEMPLARS = 2;
/** An instruction stands at either end of a prompt: its words count once more, as words of the head or of the tail. */
const HEAD_WORDS = 6;
const TAIL_WORDS = 8;
const TOKEN = /\p{L}+|\p{N}+|[^\p{L}\p{N}\s]/gu;
const NUMBER = /^\p{N}/u;

/** The distinct words of a text, lower-case, all numbers alike; "^" marks the head's, "$" the tail's. */
export function wordsOf(text: string): ReadonlySet<string> {
  const tokens = text.toLowerCase().match(TOKEN) ?? [];
  const words = new Set<string>();
  tokens.forEach((token, position) => {
    const word = NUMBER.test(token) ? '#' : token;
    words.add(word);
    if (position < HEAD_WORDS) words.add(`^${word}`);
    if (position >= tokens.length - TAIL_WORDS) words.add(`$${word}`);
  });
  return words;
}

/** The vocabulary of exemplars, given the words of each. */
export function buildVocabulary(exemplars: readonly ReadonlySet<string>[]): Vocabulary {
  const counts = new Map<string, number>();
  for (const words of exemplars) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const kept = [...counts]
    .filter(([, count]) => count >= LEAST_EXEMPLARS)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, MAX_WORDS);
  const weightOf = (count: number): number => Math.log((1 + exemplars.length) / (1 + count)) + 1;
  return {
    words: kept.map(([word]) => word),
    weights: Float32Array.from(kept, ([, count]) => weightOf(count)),
    unknownWeight: weightOf(0),
  };
}

/**
 * TF-IDF over the distinct words, scaled to length 1 with the unknown words counted in. What the embedding blurs, the
 * very word often tells: "translate", "fix", "summarise".
 */
export function createLexicalEncoder(vocabulary: Vocabulary): LexicalEncoder {
  const columnOf = new Map(vocabulary.words.map((word, column) => [word, column]));
  return (text) => {
    const columns: number[] = [];
    const values: number[] = [];
    let squares = 0;
    for (const word of wordsOf(text)) {
      const column = columnOf.get(word);
      const weight = column === undefined ? vocabulary.unknownWeight : (vocabulary.weights[column] ?? 0);
      squares += weight * weight;
      if (column === undefined) continue;
      columns.push(column);
      values.push(weight);
    }
    const length = Math.sqrt(squares);
    return { columns, values: values.map((value) => value / length) };
  };
}
