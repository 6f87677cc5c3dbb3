import { RouterError, throwIfAborted } from '../errors.js';
import { estimateTokens, type InferenceEngine, type InferenceWork } from './inference-engine.js';
import { prepareText } from './prepare-text.js';

/** Reads two prompts together and says how alike their answers would be: the second look at a cache candidate. */
export interface PairVerifier {
  /**
   * Scores pairs, in their order, as logits: above 0 means "the same", and the logistic function makes a probability of it.
   *
   * @throws RouterError as {@link Embedder.embed}
   */
  score(
    pairs: readonly (readonly [string, string])[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[]>;
  /** Hash of what makes two scores comparable. */
  readonly fingerprint: string;
  /** Longest pair in tokens, special tokens included. Longer pairs are cut. */
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
      if (pairs.length === 0) return [];
      return scorePairs(options, pairs, signal);
    },
  };
}

function scorePairs(
  { engine, maxTokens }: PairVerifierOptions,
  pairs: readonly (readonly [string, string])[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const scores = new Array<number>(pairs.length);
    let open = pairs.length;
    const works = pairs.map(([first, second], index): InferenceWork => {
      const a = prepareText(first, maxTokens).text;
      const b = prepareText(second, maxTokens).text;
      return {
        task: 'verify',
        text: a,
        second: b,
        estimatedTokens: estimateTokens(a.length + b.length, maxTokens),
        onResult({ values }) {
          scores[index] = values[0] ?? 0;
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
