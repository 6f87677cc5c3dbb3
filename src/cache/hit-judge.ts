import type { PairVerifier } from '../embedding/pair-verifier.js';
import { acceptanceProbability } from './acceptance.js';
import type { GuardFeatures } from './guard/hit-guard.js';
import { compareForHit, readForGuard } from './guard/hit-guard.js';

/** A stored prompt whose answer might serve. */
export interface JudgedCandidate {
  readonly text: string;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** What came of the candidates. */
export interface Judgement {
  /** Place among the candidates of the one that was accepted. */
  readonly accepted?: number;
  /** Of the accepted candidate, else of the likeliest that no check refused. */
  readonly probability?: number;
  /** Why the nearest candidate was not accepted. */
  readonly refusedBy?: string;
  /** Every refusal, for counting. */
  readonly refusals: readonly string[];
  /** Whether the verifier was asked and failed, so that the stricter rule without it decided. */
  readonly isVerifierDown: boolean;
}

/** Decides whether a stored answer serves an asked prompt: rules first, then the verifier, then one probability. */
export interface HitJudge {
  /** @throws RouterError only where the caller's own signal aborts */
  judge(
    asked: string,
    candidates: readonly JudgedCandidate[],
    options: { readonly minProbability: number; readonly signal: AbortSignal },
  ): Promise<Judgement>;
}

/** Options of {@link createHitJudge}. */
export interface HitJudgeOptions {
  /** Off where absent: then a stricter rule of cosine and features decides. */
  readonly verifier?: PairVerifier;
  /** The verifier has this long. */
  readonly verifierTimeoutMs: number;
}

/** Candidates that the verifier reads for one look-up; each costs some milliseconds. */
const MOST_VERIFIED = 2;
/** Rough upper bound of tokens by characters, so that the verifier never judges a text that it does not see whole. */
const CHARACTERS_PER_TOKEN = 3;

interface Open {
  readonly place: number;
  readonly candidate: JudgedCandidate;
  readonly features: GuardFeatures;
}

/** A judge over an optional verifier. */
export function createHitJudge(options: HitJudgeOptions): HitJudge {
  return {
    async judge(asked, candidates, { minProbability, signal }) {
      const reading = readForGuard(asked);
      const reasons = new Map<number, string>();
      const open: Open[] = [];
      candidates.forEach((candidate, place) => {
        const { refusedBy, features } = compareForHit(readForGuard(candidate.text), reading);
        if (refusedBy === undefined) open.push({ place, candidate, features });
        else reasons.set(place, `guard:${refusedBy}`);
      });
      const read = open.slice(0, MOST_VERIFIED);
      const { logits, isDown } = await scoreAll(options, asked, read, signal);
      let best: { readonly place: number; readonly probability: number } | undefined;
      read.forEach(({ place, candidate, features }, index) => {
        const verifierLogit = logits[index];
        const probability = acceptanceProbability({
          similarity: candidate.similarity,
          features,
          ...(verifierLogit === undefined ? {} : { verifierLogit }),
        });
        if (probability < minProbability) reasons.set(place, verifierLogit === undefined ? 'acceptance' : 'verifier');
        if (best === undefined || probability > best.probability) best = { place, probability };
      });
      const isAccepted = best !== undefined && best.probability >= minProbability;
      const nearest = reasons.get(0);
      return {
        ...(isAccepted && best !== undefined ? { accepted: best.place } : {}),
        ...(best === undefined ? {} : { probability: best.probability }),
        ...(isAccepted || nearest === undefined ? {} : { refusedBy: nearest }),
        refusals: [...reasons.values()],
        isVerifierDown: isDown,
      };
    },
  };
}

interface Scores {
  /** By place in what was read; absent where there is no score. */
  readonly logits: readonly (number | undefined)[];
  readonly isDown: boolean;
}

async function scoreAll(
  options: HitJudgeOptions,
  asked: string,
  read: readonly Open[],
  signal: AbortSignal,
): Promise<Scores> {
  const { verifier, verifierTimeoutMs } = options;
  const none = { logits: read.map(() => undefined), isDown: false };
  if (verifier === undefined) return none;
  const budget = verifier.maxTokens * CHARACTERS_PER_TOKEN;
  const fitting = read.filter(({ candidate }) => candidate.text.length + asked.length <= budget);
  if (fitting.length === 0) return none;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(verifierTimeoutMs)]);
    const scores = await verifier.score(
      fitting.map(({ candidate }) => [candidate.text, asked] as const),
      { signal: limited },
    );
    return { logits: read.map((item) => scores[fitting.indexOf(item)]), isDown: false };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...none, isDown: true };
  }
}
