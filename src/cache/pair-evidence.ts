import type { Embedder } from '../embedding/embedder.js';
import type { PairVerifier } from '../embedding/pair-verifier.js';
import type { AcceptanceEvidence } from './acceptance.js';
import { compareForHit, readForGuard } from './guard/hit-guard.js';

/** Two prompts of which it is known whether one answer serves both. */
export interface LabelledPair {
  readonly stored: string;
  readonly asked: string;
  readonly isSame: boolean;
  /** Id of the task whose prompts they are, where that is known. */
  readonly task?: string;
}

/** What a look-up would know of a pair. */
export type PairFinding =
  /** The cosine is too low, or the embedder's window cut a text: the stored prompt is never looked at. */
  | { readonly kind: 'unseen' }
  /** A check of the guard finds a difference. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'weighed'; readonly evidence: AcceptanceEvidence };

/** Options of {@link gatherEvidence}. */
export interface EvidenceOptions {
  readonly embedder: Embedder;
  /** Without it no evidence has a logit. */
  readonly verifier?: PairVerifier;
  /** Cosine below which a look-up would not see the stored prompt. */
  readonly minSimilarity: number;
  readonly signal: AbortSignal;
}

/** Pairs that wait in the verifier's queue at once, so that calls come between them. */
const SLICE = 32;

/**
 * What a look-up would know of each pair, in the pairs' order.
 *
 * @throws RouterError as {@link Embedder.embed}
 */
export async function gatherEvidence(
  pairs: readonly LabelledPair[],
  { embedder, verifier, minSimilarity, signal }: EvidenceOptions,
): Promise<readonly PairFinding[]> {
  const texts = [...new Set(pairs.flatMap(({ stored, asked }) => [stored, asked]))];
  const embeddings = await embedder.embed(texts, { signal, priority: 'background' });
  const byText = new Map(texts.map((text, place) => [text, embeddings[place]]));
  const found = pairs.map(({ stored, asked }): PairFinding => {
    const left = byText.get(stored);
    const right = byText.get(asked);
    if (left === undefined || right === undefined || left.isTruncated || right.isTruncated) return { kind: 'unseen' };
    const similarity = cosineOf(left.vector, right.vector);
    if (similarity < minSimilarity) return { kind: 'unseen' };
    const verdict = compareForHit(readForGuard(stored), readForGuard(asked));
    if (verdict.refusedBy !== undefined) return { kind: 'refused' };
    return { kind: 'weighed', evidence: { similarity, features: verdict.features } };
  });
  return verifier === undefined ? found : addLogits(pairs, found, { verifier, signal });
}

async function addLogits(
  pairs: readonly LabelledPair[],
  found: readonly PairFinding[],
  { verifier, signal }: { readonly verifier: PairVerifier; readonly signal: AbortSignal },
): Promise<readonly PairFinding[]> {
  const weighed = pairs.flatMap(({ stored, asked }, place) => {
    const finding = found[place];
    if (finding?.kind !== 'weighed') return [];
    return [{ place, texts: [stored, asked] as const, evidence: finding.evidence }];
  });
  const scored = [...found];
  for (let from = 0; from < weighed.length; from += SLICE) {
    const slice = weighed.slice(from, from + SLICE);
    const logits = await verifier.score(
      slice.map(({ texts }) => texts),
      { signal },
    );
    slice.forEach(({ place, evidence }, index) => {
      const verifierLogit = logits[index];
      if (verifierLogit !== undefined) scored[place] = { kind: 'weighed', evidence: { ...evidence, verifierLogit } };
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
