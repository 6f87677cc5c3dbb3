import type { Bundle } from '../bundle/bundle.js';
import type { AbstentionData, DecisionModelData, RiskBound } from '../routing/decision-model.js';
import {
  boundOf,
  fewestRoutesFor,
  fitAbstention,
  type FittedAbstention,
  type ScoredPrediction,
} from '../routing/fit-abstention.js';
import { abstentionScore, thresholdOf } from '../routing/task-classifier.js';

/**
 * Whether the rate of wrong routes keeps to a risk. `held`: its upper 95% bound does. `broken`: more went wrong than the
 * risk allows. `open`: neither; more prompts would tell.
 */
export type Verdict = 'held' | 'broken' | 'open';

/** What routing at some threshold does to a set of prompts. */
export interface RouteFigures {
  readonly bound: RiskBound;
  readonly abstainedCount: number;
  /** Of all prompts of the set. */
  readonly abstainedShare: number;
  /** Share of right tasks among what is routed; NaN where nothing is. */
  readonly accuracy: number;
  readonly verdict: Verdict;
}

/** The prompts that are predicted to be of one task. */
export interface TaskFigures extends RouteFigures {
  readonly task: string;
  /** Whether enough prompts are routed for the bound to be able to lie under the risk at all. */
  readonly isEnough: boolean;
}

/** What one risk would mean. */
export interface RiskStep extends RouteFigures {
  readonly risk: number;
  /** Whether the exemplars support a threshold for the risk; otherwise that of the lowest risk within reach counts. */
  readonly isSupported: boolean;
  /** In the bundle's order. */
  readonly tasks: readonly TaskFigures[];
}

/** A ladder of risks. */
export interface BundleCalibration {
  /** What the figures stand on: exemplars predicted out-of-fold, or prompts of their own. */
  readonly source: 'exemplars' | 'prompts';
  readonly promptCount: number;
  /** Ascending. */
  readonly steps: readonly RiskStep[];
  /** The lowest risk that is supported and held without abstaining from more than was allowed; absent where none is. */
  readonly recommendedRisk?: number;
}

/** Options of {@link calibrateBundle}. */
export interface CalibrationOptions {
  /** Looked at besides the ladder and the bundle's own risk. */
  readonly risk?: number;
  /** Prompts that are no exemplars, predicted by the bundle. The figures stand on them where they are given. */
  readonly prompts?: readonly ScoredPrediction[];
  /** Largest share of abstained prompts at the recommended risk. */
  readonly maxAbstainedShare: number;
}

const LADDER = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3] as const;

/**
 * Shows what risks would mean for a bundle. Each step's thresholds are those that a build with that risk would set; they
 * are then applied to the exemplars' out-of-fold predictions or to the prompts given. Each bound stands for itself: who
 * picks a risk for its figures should check it on prompts that were not looked at before. Pure.
 */
export function calibrateBundle(
  bundle: Pick<Bundle, 'settings' | 'tasks' | 'exemplars'>,
  model: DecisionModelData,
  { risk, prompts, maxAbstainedShare }: CalibrationOptions,
): BundleCalibration {
  const exemplars = outOfFoldPredictions(bundle, model);
  const measured = prompts ?? exemplars;
  const risks = new Set([...LADDER, bundle.settings.risk, ...(risk === undefined ? [] : [risk])]);
  const steps = [...risks]
    .sort((a, b) => a - b)
    .map((each) => stepOf({ risk: each, exemplars, measured, bundle, model }));
  const recommended = steps.find(
    ({ isSupported, verdict, abstainedShare }) =>
      isSupported && verdict === 'held' && abstainedShare <= maxAbstainedShare,
  );
  return {
    source: prompts === undefined ? 'exemplars' : 'prompts',
    promptCount: measured.length,
    steps,
    ...(recommended === undefined ? {} : { recommendedRisk: recommended.risk }),
  };
}

/** The predictions that a fit reports, in the form that thresholds are fitted on. */
function outOfFoldPredictions(
  { exemplars }: Pick<Bundle, 'exemplars'>,
  { report: { outOfFold } }: DecisionModelData,
): readonly ScoredPrediction[] {
  return Array.from(outOfFold.exemplarIndex, (exemplar, row) => {
    const predictedTask = outOfFold.predictedTask[row] ?? 0;
    return {
      features: {
        logProbability: Math.log(outOfFold.probability[row] ?? 0),
        topLogit: outOfFold.topLogit[row] ?? 0,
        nearSimilarity: outOfFold.nearSimilarity[row] ?? 0,
      },
      predictedTask,
      isRight: predictedTask === exemplars[exemplar]?.taskIndex,
    };
  });
}

interface StepInput {
  readonly risk: number;
  readonly exemplars: readonly ScoredPrediction[];
  readonly measured: readonly ScoredPrediction[];
  readonly bundle: Pick<Bundle, 'settings' | 'tasks'>;
  readonly model: DecisionModelData;
}

function stepOf({ risk, exemplars, measured, bundle, model }: StepInput): RiskStep {
  const { settings, tasks } = bundle;
  const fitted: Pick<FittedAbstention, 'abstention' | 'bound'> =
    exemplars.length === 0
      ? { abstention: model.classifier.abstention }
      : fitAbstention({
          predictions: exemplars,
          outOfScope: [],
          taskCount: tasks.length,
          risk,
          defaultThreshold: settings.defaultAbstentionThreshold,
        });
  const routes = measured.map((prediction) => routeOf(prediction, fitted.abstention));
  return {
    risk,
    isSupported: fitted.bound !== undefined,
    ...figuresOf(routes, fitted.abstention.threshold, risk),
    tasks: tasks.map(({ id }, taskIndex) => {
      const own = routes.filter(({ predictedTask }) => predictedTask === taskIndex);
      const figures = figuresOf(own, thresholdOf(fitted.abstention, taskIndex), risk);
      return { task: id, isEnough: figures.bound.routedCount >= fewestRoutesFor(risk), ...figures };
    }),
  };
}

interface Route {
  readonly predictedTask: number;
  readonly isRight: boolean;
  readonly isRouted: boolean;
}

function routeOf({ features, predictedTask, isRight }: ScoredPrediction, abstention: AbstentionData): Route {
  const isRouted = abstentionScore(abstention, features) >= thresholdOf(abstention, predictedTask);
  return { predictedTask, isRight, isRouted };
}

function figuresOf(routes: readonly Route[], threshold: number, risk: number): RouteFigures {
  const bound = boundOf(
    routes.filter(({ isRouted }) => isRouted),
    threshold,
  );
  const { routedCount, wrongCount, upperBound } = bound;
  const abstainedCount = routes.length - routedCount;
  return {
    bound,
    abstainedCount,
    abstainedShare: abstainedCount / Math.max(1, routes.length),
    accuracy: 1 - wrongCount / routedCount,
    verdict: upperBound <= risk ? 'held' : wrongCount > risk * routedCount ? 'broken' : 'open',
  };
}
