import { RouterError, throwIfAborted } from '../errors.js';
import { estimateTokens, type InferenceEngine, type InferenceWork } from './inference-engine.js';

/** Reads two prompts together and says how alike their answers would be: the second look at a cache candidate. */
export interface PairVerifier {
  /**
   * Scores pairs, in their order, as logits: above 0 means "the same", and the logistic function makes a probability of it. A pair
   * that the window cuts has no score: what decides may stand behind the cut.
   *
   * @throws RouterError as {@link Embedder.embed}
   */
  score(
    pairs: readonly (readonly [string, string])[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly (number | undefined)[]>;
  /** Hash of what makes two scores comparable. */
  readonly fingerprint: string;
  /** Longest pair in tokens, special tokens included. */
  readonly maxTokens: number;
}

/** Options of {@link createPairVerifier}. */
export interface PairVerifierOptions {
  readonly engine: InferenceEngine;
  readonly fingerprint: string;
  readonly maxTokens: number;
}

/** A verifier on the embedder's worker and queue. It closes with the embedder. */
export function createPairVerifier(options: PairVerifierOptions): PairVerifier {
  const { fingerprint, maxTokens } = options;
  return {
    fingerprint,
    maxTokens,
    async score(pairs, { signal }) {
      throwIfAborted(signal);
      const scores = new Array<number | undefined>(pairs.length).fill(undefined);
      const places = [...pairs.keys()].filter((place) => mayFit(pairs[place] ?? ['', ''], maxTokens));
      if (places.length === 0) return scores;
      const found = await scorePairs(
        options,
        places.map((place) => pairs[place] ?? ['', '']),
        signal,
      );
      places.forEach((place, index) => (scores[place] = found[index]));
      return scores;
    },
  };
}

/** More characters a token than prose or code that fills the window has: a longer pair is not worth reading. */
const MOST_CHARACTERS_PER_TOKEN = 8;

function mayFit([first, second]: readonly [string, string], maxTokens: number): boolean {
  return first.length + second.length <= maxTokens * MOST_CHARACTERS_PER_TOKEN;
}

function scorePairs(
  { engine, maxTokens }: PairVerifierOptions,
  pairs: readonly (readonly [string, string])[],
  signal: AbortSignal,
): Promise<readonly (number | undefined)[]> {
  return new Promise((resolve, reject) => {
    const scores = new Array<number | undefined>(pairs.length);
    let open = pairs.length;
    const works = pairs.map(([first, second], index): InferenceWork => {
      return {
        task: 'verify',
        // Unpaired surrogates become U+FFFD, which the tokenizer drops.
        text: first.toWellFormed(),
        second: second.toWellFormed(),
        estimatedTokens: estimateTokens(first.length + second.length, maxTokens),
        onResult({ values, isTruncated }) {
          scores[index] = isTruncated ? undefined : values[0];
          open--;
          if (open === 0) settle(() => resolve(scores));
        },
        onError: (error) => settle(() => reject(error)),
      };
    });
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => {
      for (const work of works) engine.cancel(work);
      settle(() => reject(RouterError.from(signal.reason)));
    };
    engine.submit(works, 'interactive');
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
