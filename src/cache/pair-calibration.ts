import { acceptanceProbability, lowestThreshold } from './acceptance.js';
import type { AcceptanceEvidence } from './acceptance.js';
import { binomialInterval } from './interval.js';
import { gatherEvidence } from './pair-evidence.js';
import type { EvidenceOptions, LabelledPair, PairFinding } from './pair-evidence.js';
import type { AcceptanceThresholds, LeastThresholds } from './policy.js';

/** What the pairs made of one threshold. */
export interface ThresholdDecision {
  readonly threshold: number;
  readonly outcome: 'kept' | 'raised' | 'lowered' | 'tooFew';
  /** Different pairs that a look-up would look at. Pairs that are far from each other prove nothing. */
  readonly differentPairs: number;
  /** How many of them would hit at the threshold. */
  readonly wrongHits: number;
}

/** What pairs made of the threshold for prompts that the verifier read, and of the one for the others. */
export interface ThresholdDecisions {
  readonly verified: ThresholdDecision;
  readonly unverified: ThresholdDecision;
}

/** Thresholds that a team's pairs led to. */
export interface PairCalibration {
  /** From the pairs that name no task; for tasks without pairs of their own. */
  readonly general: ThresholdDecisions;
  /** By task id, from the pairs that name the task. */
  readonly tasks: ReadonlyMap<string, ThresholdDecisions>;
}

/** How thresholds may be moved. */
export interface CalibrationLimits {
  /** Where the thresholds of a task start; without a task, those of tasks about which nothing is said. */
  readonly configured: (task?: string) => AcceptanceThresholds;
  /** None is lowered below these. */
  readonly least: LeastThresholds;
  readonly mayLower: boolean;
}

/** Wrong hits allowed among different pairs. */
export const MAX_FALSE_HIT_RATE = 0.02;
/** How far below the configured threshold pairs may lead: they never cover all prompts. */
const MOST_LOWERED = 0.2;
const CONFIDENCE = 0.95;

/** How one threshold may be moved. */
export interface DecisionLimits {
  readonly configured: number;
  /** Default 0. */
  readonly least?: number | undefined;
  readonly mayLower: boolean;
}

/**
 * The threshold that keeps wrong hits among different pairs within {@link MAX_FALSE_HIT_RATE}.
 *
 * It is raised as soon as the pairs show a higher rate, and with fewer than 1 / rate pairs (50) it stays. It is lowered only as far as
 * the upper 95% bound of the rate (Clopper-Pearson) allows, which takes at least 183 pairs, and never by more than .2 or below `least`.
 *
 * @param probabilities acceptance probabilities of different pairs; 0 for what the guard refuses
 */
export function decideThreshold(
  probabilities: readonly number[],
  { configured, least = 0, mayLower }: DecisionLimits,
): ThresholdDecision {
  const differentPairs = probabilities.length;
  const decide = (threshold: number, outcome: ThresholdDecision['outcome']): ThresholdDecision => ({
    threshold,
    outcome,
    differentPairs,
    wrongHits: probabilities.filter((probability) => probability >= threshold).length,
  });
  if (differentPairs * MAX_FALSE_HIT_RATE < 1) return decide(configured, 'tooFew');
  const needed = lowestThreshold(probabilities, Math.floor(differentPairs * MAX_FALSE_HIT_RATE));
  if (needed > configured) return decide(needed, 'raised');
  const provable = mostProvableWrongHits(differentPairs);
  if (!mayLower || provable === undefined) return decide(configured, 'kept');
  const lower = Math.max(least, configured - MOST_LOWERED, lowestThreshold(probabilities, provable));
  return lower < configured ? decide(lower, 'lowered') : decide(configured, 'kept');
}

/** The most wrong hits of `trials` that keep the upper bound within the rate; undefined where not even 0 do. */
function mostProvableWrongHits(trials: number): number | undefined {
  let found: number | undefined;
  for (let wrong = 0; wrong <= trials * MAX_FALSE_HIT_RATE; wrong += 1) {
    if (binomialInterval(wrong, trials, CONFIDENCE).upper > MAX_FALSE_HIT_RATE) break;
    found = wrong;
  }
  return found;
}

/**
 * Judges pairs as look-ups would, and decides the thresholds. A pair that names a task speaks for that task alone: what keeps
 * questions about invoices apart says nothing about other prompts.
 *
 * @throws RouterError as {@link Embedder.embed}
 */
export async function calibrateOnPairs(
  pairs: readonly LabelledPair[],
  { configured, least, mayLower, ...options }: CalibrationLimits & EvidenceOptions,
): Promise<PairCalibration> {
  const different = pairs.filter(({ isSame }) => !isSame);
  const findings = await gatherEvidence(different, options);
  const byTask = new Map<string | undefined, PairFinding[]>();
  different.forEach(({ task }, place) => {
    const finding = findings[place];
    const own = byTask.get(task) ?? [];
    if (finding !== undefined) own.push(finding);
    byTask.set(task, own);
  });
  const isVerified = options.verifier !== undefined;
  const decide = (task: string | undefined): ThresholdDecisions =>
    decideBoth(byTask.get(task) ?? [], { configured: configured(task), least, mayLower, isVerified });
  const tasks = [...byTask.keys()].filter((task) => task !== undefined);
  return { general: decide(undefined), tasks: new Map(tasks.map((task) => [task, decide(task)])) };
}

function decideBoth(
  findings: readonly PairFinding[],
  limits: Omit<CalibrationLimits, 'configured'> & {
    readonly configured: AcceptanceThresholds;
    readonly isVerified: boolean;
  },
): ThresholdDecisions {
  const { configured, least, mayLower, isVerified } = limits;
  const probabilities = (weigh: (evidence: AcceptanceEvidence) => number | undefined): readonly number[] =>
    findings.flatMap((finding) => probabilityOf(finding, weigh) ?? []);
  return {
    verified: decideThreshold(
      isVerified
        ? probabilities((evidence) =>
            evidence.verifierLogit === undefined ? undefined : acceptanceProbability(evidence),
          )
        : [],
      { configured: configured.minProbability, least: least.minProbability, mayLower },
    ),
    unverified: decideThreshold(
      probabilities(({ similarity, features }) => acceptanceProbability({ similarity, features })),
      { configured: configured.minProbabilityUnverified, least: least.minProbabilityUnverified, mayLower },
    ),
  };
}

function probabilityOf(
  finding: PairFinding,
  weigh: (evidence: AcceptanceEvidence) => number | undefined,
): number | undefined {
  switch (finding.kind) {
    case 'unseen':
      return undefined;
    case 'refused':
      return 0;
    case 'weighed':
      return weigh(finding.evidence);
  }
}
