/** A text turned into a vector. */
export interface Embedding {
  /** L2-normalised; as long as {@link Embedder.dimensions}. Shared between callers: never write to it. */
  readonly vector: Float32Array;
  /** Tokens of the text as embedded, special tokens included. */
  readonly tokenCount: number;
  /** Whether the window cut the text. A truncated vector may route, but never reads or writes the semantic cache. */
  readonly isTruncated: boolean;
  /** Whether it came from the embedding cache. */
  readonly isCached: boolean;
}

/** How urgent an embedding is: calls go before snapshot builds. */
export type EmbeddingPriority = 'interactive' | 'background';

/** Options of {@link Embedder.embed}. */
export interface EmbedOptions {
  readonly signal: AbortSignal;
  /** Default "interactive". */
  readonly priority?: EmbeddingPriority;
}

/** Turns texts into unit vectors whose dot product is their cosine similarity. */
export interface Embedder {
  /**
   * Embeds texts, in their order.
   *
   * @throws RouterError EMBEDDING_QUEUE_FULL, EMBEDDER_FAILED, DEADLINE_EXCEEDED or CALL_CANCELLED. A cancelled
   * text that waits in the queue is never computed.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Embedding[]>;
  /** Hash of what makes two vectors comparable: model files, quantisation, pooling, dimensions, truncation. */
  readonly fingerprint: string;
  readonly dimensions: number;
  /** Longest text in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Texts waiting. */
  readonly queueLength: number;
  close(): Promise<void>;
}
