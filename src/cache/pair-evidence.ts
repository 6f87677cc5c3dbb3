import type { Embedder } from '../embedding/embedder.js';
import type { PairVerifier } from '../embedding/pair-verifier.js';
import type { AcceptanceEvidence } from './acceptance.js';
import { compareForHit, readForGuard } from './guard/hit-guard.js';

/** Two prompts of which it is known whether one answer serves both. */
export interface LabelledPair {
  readonly stored: string;
  readonly asked: string;
  readonly isSame: boolean;
}

/** Options of {@link gatherEvidence}. */
export interface EvidenceOptions {
  readonly embedder: Embedder;
  /** Without it no evidence has a logit. */
  readonly verifier?: PairVerifier;
  /** Cosine below which a look-up would not see the stored prompt. */
  readonly minSimilarity: number;
  readonly signal: AbortSignal;
}

/** Rough lower bound of characters by token, so that the verifier never judges a text that it does not see whole. */
const CHARACTERS_PER_TOKEN = 3;
/** Pairs that wait in the verifier's queue at once, so that calls come between them. */
const SLICE = 32;

/** Whether the verifier surely sees both texts whole. */
export function fitsVerifier(verifier: PairVerifier, stored: string, asked: string): boolean {
  return stored.length + asked.length <= verifier.maxTokens * CHARACTERS_PER_TOKEN;
}

/**
 * What a look-up would know of each pair, in the pairs' order. Undefined where it would refuse without weighing anything: the cosine
 * is too low, a text is cut by the embedder's window, or a check of the guard finds a difference.
 *
 * @throws RouterError as {@link Embedder.embed}
 */
export async function gatherEvidence(
  pairs: readonly LabelledPair[],
  { embedder, verifier, minSimilarity, signal }: EvidenceOptions,
): Promise<readonly (AcceptanceEvidence | undefined)[]> {
  const texts = [...new Set(pairs.flatMap(({ stored, asked }) => [stored, asked]))];
  const embeddings = await embedder.embed(texts, { signal, priority: 'background' });
  const byText = new Map(texts.map((text, place) => [text, embeddings[place]]));
  const found = pairs.map(({ stored, asked }): AcceptanceEvidence | undefined => {
    const left = byText.get(stored);
    const right = byText.get(asked);
    if (left === undefined || right === undefined || left.isTruncated || right.isTruncated) return undefined;
    const similarity = cosineOf(left.vector, right.vector);
    if (similarity < minSimilarity) return undefined;
    const { refusedBy, features } = compareForHit(readForGuard(stored), readForGuard(asked));
    return refusedBy === undefined ? { similarity, features } : undefined;
  });
  if (verifier === undefined) return found;
  const scored = [...found];
  const fitting = pairs.flatMap((pair, place) =>
    found[place] !== undefined && fitsVerifier(verifier, pair.stored, pair.asked) ? [{ pair, place }] : [],
  );
  for (let from = 0; from < fitting.length; from += SLICE) {
    const slice = fitting.slice(from, from + SLICE);
    const logits = await verifier.score(
      slice.map(({ pair }) => [pair.stored, pair.asked] as const),
      { signal },
    );
    slice.forEach(({ place }, index) => {
      const evidence = found[place];
      const verifierLogit = logits[index];
      if (evidence !== undefined && verifierLogit !== undefined) scored[place] = { ...evidence, verifierLogit };
    });
  }
  return scored;
}

/** Of unit vectors. */
function cosineOf(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}
