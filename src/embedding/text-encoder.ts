import * as tokenizers from '@xenova/transformers/src/tokenizers.js';

/** A text, or a pair of texts, as the model's token ids. */
export interface EncodedText {
  readonly ids: readonly number[];
  /** Tokens that belong to the first text; the rest belong to the second. */
  readonly firstLength: number;
  readonly isTruncated: boolean;
}

/** Turns texts into token ids. */
export interface TextEncoder {
  encode(text: string): EncodedText;
  encodePair(first: string, second: string): EncodedText;
}

/** Options of {@link createTextEncoder}. */
export interface TextEncoderOptions {
  /** tokenizer.json as published with the model. */
  readonly tokenizerJson: string;
  /** tokenizer_config.json as published with the model. */
  readonly tokenizerConfigJson: string;
  /** Longest result, special tokens included. */
  readonly maxTokens: number;
}

type Tokenizer = tokenizers.PreTrainedTokenizer;

/** Splits a text into pieces that tokenize on their own, without context. */
type Splitter = (text: string) => readonly string[];

const CACHED_PIECES = 30_000;
const LONGEST_CACHED_PIECE = 48;

/**
 * The tokenizer of transformers.js, with its result for each word kept.
 *
 * BERT's basic tokenization treats each word by itself, so the ids of a text are those of its words in a row; words
 * repeat, and a look-up is some ten times faster than the library. Other tokenizers see the whole text.
 */
export function createTextEncoder(options: TextEncoderOptions): TextEncoder {
  const definition = JSON.parse(options.tokenizerJson) as TokenizerDefinition;
  const tokenizer = createTokenizer(definition, JSON.parse(options.tokenizerConfigJson) as TokenizerConfig);
  const split = splitterOf(definition);
  const pieceIds = new Map<string, readonly number[]>();
  const [start = 0, ...end] = tokenizer.encode('');

  const idsOf = (piece: string): readonly number[] => {
    const known = pieceIds.get(piece);
    if (known !== undefined) return known;
    const ids = tokenizer.encode(piece, null, { add_special_tokens: false });
    if (piece.length <= LONGEST_CACHED_PIECE) {
      // Emptying it now and then is cheaper than keeping the order of use.
      if (pieceIds.size >= CACHED_PIECES) pieceIds.clear();
      pieceIds.set(piece, ids);
    }
    return ids;
  };

  /** Stops as soon as there is more than `limit`. */
  const bodyOf = (text: string, limit: number): number[] => {
    const body: number[] = [];
    for (const piece of split(text)) {
      for (const id of idsOf(piece)) body.push(id);
      if (body.length > limit) break;
    }
    return body;
  };

  return {
    encode(text) {
      const room = options.maxTokens - 1 - end.length;
      const body = bodyOf(text, room);
      const isTruncated = body.length > room;
      const ids = [start, ...(isTruncated ? body.slice(0, room) : body), ...end];
      return { ids, firstLength: ids.length, isTruncated };
    },
    encodePair(first, second) {
      const room = options.maxTokens - 1 - 2 * end.length;
      const a = bodyOf(first, room);
      const b = bodyOf(second, room);
      const isTruncated = a.length + b.length > room;
      if (isTruncated) shortenLongest(a, b, room);
      const head = [start, ...a, ...end];
      return { ids: [...head, ...b, ...end], firstLength: head.length, isTruncated };
    },
  };
}

interface TokenizerDefinition {
  readonly model: { readonly type: string };
  readonly normalizer: { readonly type: string } | null;
  readonly pre_tokenizer: { readonly type: string } | null;
  readonly added_tokens: readonly { readonly content: string; readonly lstrip: boolean; readonly rstrip: boolean }[];
}

interface TokenizerConfig {
  readonly tokenizer_class?: string;
}

function createTokenizer(definition: TokenizerDefinition, config: TokenizerConfig): Tokenizer {
  const classes = tokenizers as unknown as Record<string, typeof tokenizers.PreTrainedTokenizer | undefined>;
  const name = (config.tokenizer_class ?? '').replace(/Fast$/, '');
  return new (classes[name] ?? tokenizers.PreTrainedTokenizer)(definition, config);
}

/** Cuts the longer of the two, token by token, until both fit: Hugging Face's "longest_first". */
function shortenLongest(a: number[], b: number[], room: number): void {
  while (a.length + b.length > room) (a.length > b.length ? a : b).pop();
}

const PLAIN_ASCII = /^[\t\n\r\x20-\x7e]*$/;
const ASCII_WORDS = /[a-z0-9]+|[^a-z0-9\s]/g;
const WHITESPACE = /[\t\n\r ]+/;

function splitterOf(definition: TokenizerDefinition): Splitter {
  const isBert =
    definition.model.type === 'WordPiece' &&
    definition.normalizer?.type === 'BertNormalizer' &&
    definition.pre_tokenizer?.type === 'BertPreTokenizer' &&
    definition.added_tokens.every((token) => !token.lstrip && !token.rstrip && !/\s/.test(token.content));
  if (!isBert) return (text) => [text];
  const isLowercased = (definition.normalizer as { readonly lowercase?: boolean }).lowercase === true;
  const special = definition.added_tokens.map((token) => token.content);
  return (text) => {
    // Outside ASCII, punctuation can change its neighbours (a Greek sigma before a full stop), so only blanks split.
    if (!isLowercased || !PLAIN_ASCII.test(text) || special.some((token) => text.includes(token))) {
      return text.split(WHITESPACE).filter((piece) => piece !== '');
    }
    return text.toLowerCase().match(ASCII_WORDS) ?? [];
  };
}
