import { acceptanceProbability } from '../../src/cache/acceptance.js';
import type { HitJudge } from '../../src/cache/hit-judge.js';
import type { PairVerifier } from '../../src/embedding/pair-verifier.js';

/** What other semantic caches do: the nearest prompt above the similarity threshold answers. */
export const acceptCosine: HitJudge = {
  judge: (_asked, candidates) =>
    Promise.resolve({
      ...(candidates.length > 0 ? { accepted: 0, probability: 1 } : {}),
      refusals: [],
      isVerifierDown: false,
    }),
};

const NO_DIFFERENCE = {
  coverage: 1,
  isSuspected: false,
};

/** The verifier and cosine, without any rule. */
export function acceptVerifier(verifier: PairVerifier): HitJudge {
  return {
    async judge(asked, candidates, { minProbability, signal }) {
      const [nearest] = candidates;
      if (nearest === undefined) return { refusals: [], isVerifierDown: false };
      const [verifierLogit = 0] = await verifier.score([[nearest.text, asked]], { signal });
      const probability = acceptanceProbability({
        similarity: nearest.similarity,
        features: NO_DIFFERENCE,
        verifierLogit,
      });
      return {
        ...(probability >= minProbability ? { accepted: 0 } : {}),
        probability,
        refusals: [],
        isVerifierDown: false,
      };
    },
  };
}
