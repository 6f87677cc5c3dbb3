import type { PairVerifier } from '../embedding/pair-verifier.js';
import { acceptanceProbability, unverifiedRefusal } from './acceptance.js';
import type { GuardCheck, GuardFeatures } from './guard/hit-guard.js';
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

/** Options of {@link HitJudge.judge}. */
export interface JudgeOptions {
  /** For candidates that the verifier scored. */
  readonly minProbability: number;
  /** For the others. */
  readonly minProbabilityUnverified: number;
  readonly signal: AbortSignal;
}

/** Decides whether a stored answer serves an asked prompt: rules first, then the verifier, then one probability. */
export interface HitJudge {
  /** @throws RouterError only where the caller's own signal aborts */
  judge(asked: string, candidates: readonly JudgedCandidate[], options: JudgeOptions): Promise<Judgement>;
}

/** Options of {@link createHitJudge}. */
export interface HitJudgeOptions {
  /** Off where absent: then a stricter rule of cosine and features decides. */
  readonly verifier?: PairVerifier;
  /** The verifier has this long. */
  readonly verifierTimeoutMs: number;
}

/** Candidates that are weighed for one look-up, the nearest that no check refuses; the verifier takes some milliseconds for each. */
const MOST_WEIGHED = 2;

interface Open {
  readonly place: number;
  readonly candidate: JudgedCandidate;
  readonly features: GuardFeatures;
  readonly suspectedBy?: GuardCheck;
}

/** A judge over an optional verifier. */
export function createHitJudge(options: HitJudgeOptions): HitJudge {
  return {
    async judge(asked, candidates, thresholds) {
      const reading = readForGuard(asked);
      const reasons = new Map<number, string>();
      const open: Open[] = [];
      for (const [place, candidate] of candidates.entries()) {
        if (open.length === MOST_WEIGHED) break;
        const verdict = compareForHit(readForGuard(candidate.text), reading);
        if (verdict.refusedBy === undefined) open.push({ place, candidate, ...verdict });
        else reasons.set(place, `guard:${verdict.refusedBy}`);
      }
      const { logits, isDown } = await scoreAll(options, asked, open, thresholds.signal);
      const weighed = open.map((item, index) => weigh(item, logits[index], thresholds));
      for (const { place, refusedBy } of weighed) if (refusedBy !== undefined) reasons.set(place, refusedBy);
      const accepted = likeliest(weighed.filter((item) => item.refusedBy === undefined));
      const best = accepted ?? likeliest(weighed);
      const nearest = reasons.get(0);
      return {
        ...(accepted === undefined ? {} : { accepted: accepted.place }),
        ...(best === undefined ? {} : { probability: best.probability }),
        ...(accepted !== undefined || nearest === undefined ? {} : { refusedBy: nearest }),
        refusals: [...reasons.values()],
        isVerifierDown: isDown,
      };
    },
  };
}

interface Weighed {
  readonly place: number;
  readonly probability: number;
  readonly refusedBy?: string;
}

function weigh(
  { place, candidate, features, suspectedBy }: Open,
  verifierLogit: number | undefined,
  thresholds: JudgeOptions,
): Weighed {
  const { similarity } = candidate;
  const evidence = { similarity, features, ...(verifierLogit === undefined ? {} : { verifierLogit }) };
  const probability = acceptanceProbability(evidence);
  const isVerified = verifierLogit !== undefined;
  const threshold = isVerified ? thresholds.minProbability : thresholds.minProbabilityUnverified;
  const refusal = unverifiedRefusal(evidence);
  // Whatever the threshold: one of 0 must not let a refusal through.
  if (refusal === undefined && probability >= threshold) return { place, probability };
  if (suspectedBy !== undefined) return { place, probability, refusedBy: `guard:${suspectedBy}` };
  return { place, probability, refusedBy: refusal ?? (isVerified ? 'verifier' : 'acceptance') };
}

function likeliest(weighed: readonly Weighed[]): Weighed | undefined {
  return weighed.reduce<Weighed | undefined>(
    (best, item) => (best === undefined || item.probability > best.probability ? item : best),
    undefined,
  );
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
  if (read.length === 0) return none;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(verifierTimeoutMs)]);
    const logits = await verifier.score(
      read.map(({ candidate }) => [candidate.text, asked] as const),
      { signal: limited },
    );
    return { logits, isDown: false };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...none, isDown: true };
  }
}
