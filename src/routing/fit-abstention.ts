import { clopperPearsonUpper, isUpperBoundUnder } from '../learning/binomial-bounds.js';
import type { AbstentionData, RiskBound, ScoreFeatures } from './decision-model.js';
import { abstentionScore } from './task-classifier.js';

/** A prediction for a prompt that the model had not seen. */
export interface ScoredPrediction {
  readonly features: ScoreFeatures;
  readonly predictedTask: number;
  readonly isRight: boolean;
}

/** What {@link fitAbstention} works from. */
export interface AbstentionOptions {
  readonly predictions: readonly ScoredPrediction[];
  /** Features of prompts that belong to no task, where some are known. */
  readonly outOfScope: readonly ScoreFeatures[];
  readonly taskCount: number;
  /** Highest acceptable rate of wrong routes. */
  readonly risk: number;
  /** Threshold where the data support no bound. */
  readonly defaultThreshold: number;
}

/** The fitted score and thresholds, and the promises that hold. */
export interface FittedAbstention {
  readonly abstention: AbstentionData;
  readonly bound?: RiskBound;
  readonly taskBounds: readonly (RiskBound & { readonly taskIndex: number })[];
  readonly notes: readonly string[];
}

const BOUND_CONFIDENCE = 0.95;
/** Risks tried where the one asked for is out of reach: the same for all, so that less is never granted to more. */
const RISK_LADDER = Array.from({ length: 35 }, (_, step) => 0.5 / 1.2 ** (34 - step));
/** Shares of the predictions, surest first, at which a search for the threshold starts. */
const CHAIN_STARTS = [0.1, 0.25, 0.5, 0.75, 0.95] as const;
/** Thresholds that a search walks through, evenly spread over all predictions. */
const THRESHOLD_STEPS = 100;
/** A task gets its own threshold with this many times 1 / risk predictions: fewer would support only a strict one. */
const TASK_PREDICTIONS_TIMES_RISK = 40;
/** Without prompts known to be out of scope: what looks stranger than 99 in 100 exemplars counts as such. */
const STRANGE_SHARE = 0.01;
/** With them: the largest share of exemplars that may be taken for out of scope. */
const MAX_FALSE_STRANGE_SHARE = 0.035;
/**
 * How much the probability counts beside the head's strength and the nearness of exemplars. It tells wrong routes
 * best, the other two tell strangers best. On CLINC150 with all its exemplars .5 keeps nearly all of both (AUROC .98
 * against strangers, .88 against wrong routes); where tasks overlap more, a larger share routes more under a bound.
 */
const PROBABILITY_SHARES = [0.5, 1, 2] as const;
/** Exemplars that are all alike must not make every other prompt look strange. */
const LEAST_DEVIATIONS = { logProbability: 0.05, topLogit: 0.3, nearSimilarity: 0.03 } as const;
/** Score of an average exemplar, as the logistic's argument: .95. */
const AVERAGE_LOGIT = 3;

/** Score without a head or without data: half sure at probability .5 among neighbours of similarity .45. */
const DEFAULT_SCORE = { intercept: -1.3, weights: { logProbability: 2, topLogit: 0, nearSimilarity: 6 } } as const;

/** Abstention where nothing can be fitted: a fixed score and the bundle's default threshold. */
export function defaultAbstention(taskCount: number, threshold: number): AbstentionData {
  return { ...DEFAULT_SCORE, threshold, thresholdByTask: new Float32Array(taskCount).fill(Number.NaN) };
}

/**
 * Fits the abstention score and its thresholds. The score adds up how probable the task is, how strongly the head
 * speaks for it and how near the exemplars are, each in units of its spread. The threshold is the lowest at which the
 * upper 95% bound of wrong routes stays under the risk; it is raised where prompts out of scope would pass.
 */
export function fitAbstention(options: AbstentionOptions): FittedAbstention {
  const { predictions, taskCount, risk, defaultThreshold } = options;
  const scorings = scoringsOf(predictions);
  const asked = bestAt(risk, scorings);
  const { bound } = asked;
  const shown = bound === undefined ? lowestShownRisk(scorings, risk) : undefined;
  const { score, scored } = shown ?? asked;
  const strange = strangeThreshold(
    scored.map((prediction) => prediction.score),
    options.outOfScope.map((features) => abstentionScore(score, features)),
  );
  const unbounded = Math.max(defaultThreshold, shown?.bound.threshold ?? 0);
  const threshold = Math.max(strange, bound?.threshold ?? unbounded);
  const thresholdByTask = new Float32Array(taskCount).fill(Number.NaN);
  const taskBounds: (RiskBound & { taskIndex: number })[] = [];
  for (let taskIndex = 0; taskIndex < taskCount; taskIndex += 1) {
    const own = scored.filter((prediction) => prediction.predictedTask === taskIndex);
    if (own.length < TASK_PREDICTIONS_TIMES_RISK / risk) continue;
    const taskBound = lowestSafeThreshold(own, risk);
    if (taskBound === undefined) continue;
    const raised = Math.max(taskBound.threshold, strange);
    thresholdByTask[taskIndex] = raised;
    taskBounds.push({ taskIndex, ...boundAt(own, raised) });
  }
  return {
    abstention: { ...score, threshold, thresholdByTask },
    ...(bound === undefined ? {} : { bound: boundAt(scored, threshold) }),
    taskBounds,
    notes: [noteOf(options, bound, shown)],
  };
}

type Score = Pick<AbstentionData, 'intercept' | 'weights'>;

interface ScoredRoute {
  readonly score: number;
  readonly isRight: boolean;
}

/** A way to score, and every prediction under it. */
interface Scoring {
  readonly score: Score;
  /** From the highest score down. */
  readonly scored: readonly (ScoredPrediction & ScoredRoute)[];
}

/** A scoring, and the threshold that it supports for a risk. */
interface BoundedScoring extends Scoring {
  readonly bound: RiskBound | undefined;
}

/** A risk that the data support. */
interface ShownRisk extends Scoring {
  readonly risk: number;
  readonly bound: RiskBound;
}

function scoringsOf(predictions: readonly ScoredPrediction[]): readonly Scoring[] {
  return PROBABILITY_SHARES.map((share) => {
    const score = standardisedScore(predictions, share);
    const scored = predictions
      .map((prediction) => ({ ...prediction, score: abstentionScore(score, prediction.features) }))
      .sort((a, b) => b.score - a.score);
    return { score, scored };
  });
}

/** The scoring that routes most under the risk; the first of equals. */
function bestAt(risk: number, scorings: readonly Scoring[]): BoundedScoring {
  return scorings
    .map((scoring) => ({ ...scoring, bound: lowestSafeThreshold(scoring.scored, risk) }))
    .reduce((best, candidate) =>
      (candidate.bound?.routedCount ?? 0) > (best.bound?.routedCount ?? 0) ? candidate : best,
    );
}

/**
 * The lowest risk above the one asked for that some threshold holds. Its threshold counts where the one asked for is
 * out of reach, so that asking for less risk never routes more.
 */
function lowestShownRisk(scorings: readonly Scoring[], asked: number): ShownRisk | undefined {
  for (const risk of RISK_LADDER) {
    if (risk <= asked) continue;
    const { bound, ...scoring } = bestAt(risk, scorings);
    if (bound !== undefined) return { ...scoring, risk, bound };
  }
  return undefined;
}

/** Each feature less its mean, in standard deviations, times its share. */
function standardisedScore(predictions: readonly ScoredPrediction[], probabilityShare: number): Score {
  const keys = ['logProbability', 'topLogit', 'nearSimilarity'] as const;
  let intercept = AVERAGE_LOGIT;
  const weights = { logProbability: 0, topLogit: 0, nearSimilarity: 0 };
  for (const key of keys) {
    let sum = 0;
    let squares = 0;
    for (const { features } of predictions) {
      sum += features[key];
      squares += features[key] * features[key];
    }
    const mean = sum / predictions.length;
    const variance = Math.max(0, squares / predictions.length - mean * mean);
    const deviation = Math.max(LEAST_DEVIATIONS[key], Math.sqrt(variance));
    weights[key] = (key === 'logProbability' ? probabilityShare : 1) / deviation;
    intercept -= weights[key] * mean;
  }
  return { intercept, weights };
}

/**
 * `routes` from the highest score down. Several searches start at fixed shares of them, each with its part of the
 * error probability, and go down until the bound first fails. So trying many thresholds costs no confidence
 * (fixed-sequence testing with several starts, Angelopoulos et al. 2021). The scores tried share the probability too.
 */
function lowestSafeThreshold(routes: readonly ScoredRoute[], risk: number): RiskBound | undefined {
  const confidence = 1 - (1 - BOUND_CONFIDENCE) / (CHAIN_STARTS.length * PROBABILITY_SHARES.length);
  const wrongUpTo = new Int32Array(routes.length + 1);
  routes.forEach((route, index) => (wrongUpTo[index + 1] = (wrongUpTo[index] ?? 0) + (route.isRight ? 0 : 1)));
  const step = Math.max(1, Math.floor(routes.length / THRESHOLD_STEPS));
  let safe: Pick<RiskBound, 'threshold' | 'routedCount' | 'wrongCount'> | undefined;
  for (const share of CHAIN_STARTS) {
    let routedCount = Math.max(1, Math.ceil(routes.length * share));
    for (;;) {
      const wrongCount = wrongUpTo[routedCount] ?? 0;
      if (!isUpperBoundUnder(risk, { events: wrongCount, trials: routedCount, confidence })) break;
      const isAll = routedCount === routes.length;
      const threshold = isAll ? 0 : (routes[routedCount - 1]?.score ?? 0);
      if (safe === undefined || threshold < safe.threshold) safe = { threshold, routedCount, wrongCount };
      if (isAll) break;
      routedCount = Math.min(routes.length, routedCount + step);
    }
  }
  if (safe === undefined) return undefined;
  return { ...safe, upperBound: clopperPearsonUpper(safe.wrongCount, safe.routedCount, confidence) };
}

function boundAt(routes: readonly ScoredRoute[], threshold: number): RiskBound {
  return boundOf(
    routes.filter((route) => route.score >= threshold),
    threshold,
  );
}

/** What prompts that were routed at a threshold show of the rate of wrong routes. */
export function boundOf(routed: readonly Pick<ScoredRoute, 'isRight'>[], threshold: number): RiskBound {
  const wrongCount = routed.filter((route) => !route.isRight).length;
  const upperBound = clopperPearsonUpper(wrongCount, routed.length, BOUND_CONFIDENCE);
  return { threshold, routedCount: routed.length, wrongCount, upperBound };
}

/** Fewest routes whose bound can be as low as the risk: so many, and none of them wrong. */
export function fewestRoutesFor(risk: number): number {
  return Math.ceil(Math.log(1 - BOUND_CONFIDENCE) / Math.log(1 - risk));
}

/** Both lists are scores; `inScope` from the highest down. */
function strangeThreshold(inScope: readonly number[], outOfScope: readonly number[]): number {
  const atShare = (share: number): number => inScope[Math.ceil(inScope.length * (1 - share)) - 1] ?? 0;
  if (outOfScope.length === 0) return atShare(STRANGE_SHARE);
  let best = 0;
  let bestGain = -Infinity;
  for (let share = 0; share <= MAX_FALSE_STRANGE_SHARE + 1e-9; share += MAX_FALSE_STRANGE_SHARE / 20) {
    const threshold = share === 0 ? 0 : atShare(share);
    const gain = outOfScope.filter((score) => score < threshold).length / outOfScope.length - share;
    if (gain > bestGain) {
      best = threshold;
      bestGain = gain;
    }
  }
  return best;
}

function noteOf(
  { predictions, risk, defaultThreshold }: AbstentionOptions,
  bound: RiskBound | undefined,
  shown: ShownRisk | undefined,
): string {
  const promise = `wrong routes stay under ${risk} with 95% confidence`;
  if (bound !== undefined) {
    return `${promise}: ${bound.wrongCount} wrong among ${bound.routedCount} routed of ${predictions.length} exemplars predicted out of fold.`;
  }
  const missing = `The data do not show that ${promise} at any threshold (${predictions.length} exemplars predicted out of fold)`;
  if (shown === undefined) return `${missing}; the default threshold ${defaultThreshold} counts.`;
  return `${missing}; they show ${shown.risk.toFixed(3)}, whose threshold counts, or the default ${defaultThreshold} if higher.`;
}
