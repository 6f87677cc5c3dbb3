import type { FinishReason, Usage } from '../answer.js';
import type { Part } from '../request.js';

/** One piece of a stored answer as it was streamed. */
export type ReplayChunk =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'reasoning'; readonly text: string };

/** An answer as the cache keeps it. */
export interface CachedAnswer {
  readonly parts: readonly Part[];
  readonly finishReason: FinishReason;
  /** Of the call that produced it. */
  readonly usage: Usage;
  /** US dollars that the call cost, so that a hit's saving is known. */
  readonly costUsd: number;
  readonly model: string;
  /** Pieces of the stream that produced it; empty for an answer that came whole. */
  readonly chunks: readonly ReplayChunk[];
}

const FORMAT = 1;

/** Writes an answer for storing. Text with chunks is kept once, as lengths over the parts. */
export function encodeAnswer(answer: CachedAnswer): Buffer {
  const texts = chunkTexts(answer);
  const isAligned = texts !== undefined;
  const stored = {
    format: FORMAT,
    ...answer,
    parts: answer.parts.map(encodePart),
    chunks: isAligned ? texts.map((chunk) => [chunk.kind === 'text' ? 't' : 'r', chunk.text.length]) : [],
  };
  return Buffer.from(JSON.stringify(stored), 'utf8');
}

/** Reads a stored answer; undefined where it is damaged or of another format. */
export function decodeAnswer(bytes: Uint8Array): CachedAnswer | undefined {
  try {
    const stored = JSON.parse(Buffer.from(bytes).toString('utf8')) as StoredAnswer;
    if (stored.format !== FORMAT || !Array.isArray(stored.parts)) return undefined;
    const parts = stored.parts.map(decodePart);
    const { finishReason, usage, costUsd, model } = stored;
    return { parts, finishReason, usage, costUsd, model, chunks: cutChunks(parts, stored.chunks) };
  } catch {
    return undefined;
  }
}

/**
 * The pieces in which an answer is streamed again: the original ones, or each part whole.
 * Pieces and parts always hold the same text.
 */
export function replayChunks(answer: CachedAnswer, mode: 'original' | 'whole'): readonly ReplayChunk[] {
  if (mode === 'original' && answer.chunks.length > 0) return answer.chunks;
  return answer.parts.flatMap((part) =>
    part.kind === 'text' || part.kind === 'reasoning' ? [{ kind: part.kind, text: part.text }] : [],
  );
}

type StoredPart =
  | Exclude<Part, { source: unknown }>
  | { readonly kind: string; readonly source: { readonly base64?: string; readonly url?: string } };

interface StoredAnswer extends Omit<CachedAnswer, 'parts' | 'chunks'> {
  readonly format: number;
  readonly parts: readonly StoredPart[];
  readonly chunks: readonly (readonly ['t' | 'r', number])[];
}

function encodePart(part: Part): StoredPart {
  if (!('source' in part)) return part;
  const source = 'url' in part.source ? part.source : { base64: Buffer.from(part.source.data).toString('base64') };
  return { ...part, source };
}

function decodePart(part: StoredPart): Part {
  if (!('source' in part)) return part;
  const { base64 } = part.source;
  const source = base64 === undefined ? part.source : { data: new Uint8Array(Buffer.from(base64, 'base64')) };
  return { ...part, source } as Part;
}

/** The chunks, if their texts are those of the parts in the same order; otherwise they can't be kept as lengths. */
function chunkTexts(answer: CachedAnswer): readonly ReplayChunk[] | undefined {
  const join = (kind: string, pieces: readonly { readonly kind: string; readonly text?: string }[]): string =>
    pieces
      .filter((piece) => piece.kind === kind)
      .map((piece) => piece.text ?? '')
      .join('');
  const parts = answer.parts.map((part) => ('text' in part ? part : { kind: part.kind }));
  const isSame = ['text', 'reasoning'].every((kind) => join(kind, parts) === join(kind, answer.chunks));
  return isSame ? answer.chunks : undefined;
}

function cutChunks(parts: readonly Part[], lengths: StoredAnswer['chunks']): readonly ReplayChunk[] {
  const rest = { text: '', reasoning: '' };
  for (const part of parts) if (part.kind === 'text' || part.kind === 'reasoning') rest[part.kind] += part.text;
  return lengths.map(([letter, length]) => {
    const kind = letter === 't' ? 'text' : 'reasoning';
    const text = rest[kind].slice(0, length);
    rest[kind] = rest[kind].slice(length);
    return { kind, text };
  });
}
