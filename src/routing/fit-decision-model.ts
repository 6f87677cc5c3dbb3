import type { Bundle } from '../bundle/bundle.js';
import { expectedCalibrationError } from '../learning/calibration.js';
import { zeroMatrix, type Matrix } from '../learning/matrix.js';
import type { ClassifierData, DecisionModelData, OutOfFoldPredictions, ScoreFeatures } from './decision-model.js';
import type { ExemplarIndex, VectorTable } from './exemplar-index.js';
import { defaultAbstention, fitAbstention, type FittedAbstention, type ScoredPrediction } from './fit-abstention.js';
import { fitScales, type Scales } from './fit-scales.js';
import { buildVocabulary, createLexicalEncoder, wordsOf } from './lexical-features.js';
import {
  fitFinalHead,
  predictOutOfFold,
  settleHead,
  type HeadSettings,
  type LabelledExemplars,
  type OutOfFoldLogits,
} from './out-of-fold.js';
import { routingTextOf } from './prompt-view.js';
import {
  abstentionScore,
  blendedProbabilities,
  createTaskClassifier,
  indexOfLargest,
  nearSimilarity,
  neighbourVotes,
  thresholdOf,
  type ScoringClassifier,
} from './task-classifier.js';

/** What {@link fitDecisionModel} works from. */
export interface FitOptions {
  readonly bundle: Pick<Bundle, 'settings' | 'tasks' | 'exemplars'>;
  /** One row an exemplar, in the bundle's order. */
  readonly vectors: VectorTable;
  /** Over the same vectors. */
  readonly index: ExemplarIndex;
  /** Prompts that belong to no task, where some are known; they help to place the abstention threshold. */
  readonly outOfScope?: PromptTable;
  /** Prompts with their tasks that are no exemplars; where given, the abstention threshold rests on them. */
  readonly tuning?: PromptTable & { readonly labels: Int32Array };
  /** Called now and then with the share done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Prompts as vectors, with the texts that these stand for. */
export interface PromptTable {
  readonly vectors: VectorTable;
  readonly routingTexts: readonly string[];
}

/** Sharpnesses of the neighbours' vote that are tried. */
const VOTE_SHARPNESSES = [8, 16, 32] as const;
const DEFAULT_SHARPNESS = 16;
/** Cosine from which two exemplars say the same. */
const NEAR_DUPLICATE_SIMILARITY = 0.95;
/** Exemplars a task on average below which no head is fitted. */
const LEAST_EXEMPLARS_A_TASK = 3;
/** Shares of the work, for the progress line. */
const SETTLED = 0.3;
const PREDICTED = 0.7;
const BLENDED = 0.8;

/**
 * Fits the task classifier: a logistic head on the vectors, its blend with the neighbours' vote, the calibration and the
 * abstention thresholds, all settled on predictions for exemplars that the predicting head had not seen. Deterministic;
 * blocks: for the builder's worker.
 */
export function fitDecisionModel(options: FitOptions): DecisionModelData {
  const { bundle, vectors } = options;
  const taskCount = bundle.tasks.length;
  const labels = Int32Array.from(bundle.exemplars, (exemplar) => exemplar.taskIndex);
  const progress = options.onProgress ?? (() => undefined);
  if (taskCount < 2 || labels.length < LEAST_EXEMPLARS_A_TASK * taskCount) {
    progress(1);
    return unfitted(options);
  }
  const texts = bundle.exemplars.map(({ text, system }) =>
    routingTextOf({ lastUser: text, ...(system === undefined ? {} : { system }) }),
  );
  const vocabulary = buildVocabulary(texts.map(wordsOf));
  const words = texts.map(createLexicalEncoder(vocabulary));
  const data: LabelledExemplars = { vectors, words, wordCount: vocabulary.words.length, labels, taskCount };
  const settings = settleHead(data, (share) => progress(share * SETTLED));
  const outOfFold = predictOutOfFold(data, settings, (share) => progress(SETTLED + share * (PREDICTED - SETTLED)));
  const neighbours = leaveOneOutNeighbours(options, labels, outOfFold.rows);
  const blend = settleBlend({ outOfFold, neighbours, labels, taskCount });
  progress(BLENDED);
  const head = fitFinalHead(data, settings, outOfFold.head);
  const classifier: ClassifierData = {
    taskCount,
    dimensions: vectors.dimensions,
    neighbours: bundle.settings.neighbours,
    voteSharpness: blend.voteSharpness,
    head: {
      weights: Float32Array.from(head.weights.values),
      vocabulary,
      wordWeights: Float32Array.from(head.sparseWeights.values, (weight) => weight * settings.wordScale),
      bias: Float32Array.from(head.bias),
    },
    headScale: blend.headScale,
    voteScale: blend.voteScale,
    abstention: defaultAbstention(taskCount, bundle.settings.defaultAbstentionThreshold),
  };
  const predictions = predictionsOf({ outOfFold, neighbours, labels, blend });
  const scoring = createTaskClassifier({ data: classifier, index: options.index, taskOfExemplar: labels });
  const { tuning, outOfScope } = options;
  const fitted = fitAbstention({
    predictions: tuning === undefined ? predictions : tunedPredictions(scoring, tuning),
    outOfScope: outOfScope === undefined ? [] : analysed(scoring, outOfScope).map(({ features }) => features),
    taskCount,
    risk: bundle.settings.risk,
    defaultThreshold: bundle.settings.defaultAbstentionThreshold,
  });
  progress(1);
  return {
    classifier: { ...classifier, abstention: fitted.abstention },
    report: reportOf(predictions, fitted, settings),
  };
}

function unfitted({ bundle, vectors, index }: FitOptions): DecisionModelData {
  const taskCount = bundle.tasks.length;
  const { defaultAbstentionThreshold } = bundle.settings;
  return {
    classifier: {
      taskCount,
      dimensions: vectors.dimensions,
      neighbours: bundle.settings.neighbours,
      voteSharpness: DEFAULT_SHARPNESS,
      headScale: 0,
      voteScale: 1,
      abstention: defaultAbstention(taskCount, defaultAbstentionThreshold),
    },
    report: {
      promptCount: 0,
      accuracy: 0,
      expectedCalibrationError: 0,
      regularisation: 0,
      wordScale: 0,
      abstainedShare: 0,
      taskBounds: [],
      outOfFold: {
        exemplarIndex: new Int32Array(0),
        predictedTask: new Int32Array(0),
        probability: new Float32Array(0),
        ownProbability: new Float32Array(0),
        score: new Float32Array(0),
        topLogit: new Float64Array(0),
        nearSimilarity: new Float64Array(0),
      },
      notes: [
        `${index.count} exemplars of ${taskCount} tasks are too few to learn from: neighbours alone decide, and the default abstention threshold ${defaultAbstentionThreshold} counts.`,
      ],
    },
  };
}

type NeighbourList = readonly { readonly taskIndex: number; readonly similarity: number }[];

/**
 * Neighbours of exemplars, themselves left out and their near duplicates too: those would vouch for each other as no
 * neighbour does for a new prompt, and the vote would count for too much.
 */
function leaveOneOutNeighbours(options: FitOptions, labels: Int32Array, rows: Int32Array): readonly NeighbourList[] {
  const { vectors, index, bundle } = options;
  return Array.from(rows, (row) => {
    const vector = vectors.values.subarray(row * vectors.dimensions, (row + 1) * vectors.dimensions);
    return index
      .search(vector, 2 * bundle.settings.neighbours)
      .filter((hit) => hit.exemplarIndex !== row && hit.similarity < NEAR_DUPLICATE_SIMILARITY)
      .slice(0, bundle.settings.neighbours)
      .map((hit) => ({ taskIndex: labels[hit.exemplarIndex] ?? 0, similarity: hit.similarity }));
  });
}

interface BlendInput {
  readonly outOfFold: OutOfFoldLogits;
  readonly neighbours: readonly NeighbourList[];
  readonly labels: Int32Array;
  readonly taskCount: number;
}

interface Blend extends Scales {
  readonly voteSharpness: number;
}

function settleBlend({ outOfFold, neighbours, labels, taskCount }: BlendInput): Blend {
  const own = outOfFold.rows.map((row) => labels[row] ?? 0);
  let best: Blend | undefined;
  for (const voteSharpness of VOTE_SHARPNESSES) {
    const logVotes: Matrix = zeroMatrix(own.length, taskCount);
    neighbours.forEach((list, row) => {
      const votes = neighbourVotes(list, { taskCount, voteSharpness });
      votes.forEach((vote, task) => (logVotes.values[row * taskCount + task] = Math.log(vote)));
    });
    const scales = fitScales({ logits: outOfFold.logits, logVotes, labels: own });
    if (best === undefined || scales.loss < best.loss) best = { ...scales, voteSharpness };
  }
  return best ?? { headScale: 1, voteScale: 0, loss: 0, voteSharpness: DEFAULT_SHARPNESS };
}

interface Prediction {
  readonly exemplarIndex: number;
  readonly predictedTask: number;
  readonly isRight: boolean;
  readonly probability: number;
  readonly ownProbability: number;
  readonly features: ScoreFeatures;
}

function predictionsOf(input: Omit<BlendInput, 'taskCount'> & { readonly blend: Blend }): readonly Prediction[] {
  const { outOfFold, neighbours, labels, blend } = input;
  const { values, columnCount } = outOfFold.logits;
  return Array.from(outOfFold.rows, (exemplarIndex, row) => {
    const logits = values.subarray(row * columnCount, (row + 1) * columnCount);
    const near = neighbours[row] ?? [];
    const votes = neighbourVotes(near, { taskCount: columnCount, voteSharpness: blend.voteSharpness });
    const probabilities = blendedProbabilities(logits, votes, blend);
    const predictedTask = indexOfLargest(probabilities);
    const probability = probabilities[predictedTask] ?? 0;
    const label = labels[exemplarIndex] ?? 0;
    return {
      exemplarIndex,
      predictedTask,
      isRight: predictedTask === label,
      probability,
      ownProbability: probabilities[label] ?? 0,
      features: {
        logProbability: Math.log(probability),
        topLogit: logits[indexOfLargest(logits)] ?? 0,
        nearSimilarity: nearSimilarity(near),
      },
    };
  });
}

function analysed(scoring: ScoringClassifier, { vectors, routingTexts }: PromptTable) {
  const { values, dimensions } = vectors;
  return routingTexts.map((text, row) =>
    scoring.analyse(values.subarray(row * dimensions, (row + 1) * dimensions), text),
  );
}

function tunedPredictions(
  scoring: ScoringClassifier,
  tuning: PromptTable & { readonly labels: Int32Array },
): readonly ScoredPrediction[] {
  return analysed(scoring, tuning).map(({ features, taskIndex }, row) => ({
    features,
    predictedTask: taskIndex,
    isRight: taskIndex === tuning.labels[row],
  }));
}

function reportOf(
  predictions: readonly Prediction[],
  fitted: FittedAbstention,
  settings: HeadSettings,
): DecisionModelData['report'] {
  const score = (prediction: Prediction): number => abstentionScore(fitted.abstention, prediction.features);
  const right = predictions.map((prediction) => (prediction.isRight ? 1 : 0));
  const probabilities = predictions.map((prediction) => prediction.probability);
  const abstained = predictions.filter(
    (prediction) => score(prediction) < thresholdOf(fitted.abstention, prediction.predictedTask),
  );
  const outOfFold: OutOfFoldPredictions = {
    exemplarIndex: Int32Array.from(predictions, (prediction) => prediction.exemplarIndex),
    predictedTask: Int32Array.from(predictions, (prediction) => prediction.predictedTask),
    probability: Float32Array.from(probabilities),
    ownProbability: Float32Array.from(predictions, (prediction) => prediction.ownProbability),
    score: Float32Array.from(predictions, score),
    topLogit: Float64Array.from(predictions, ({ features }) => features.topLogit),
    nearSimilarity: Float64Array.from(predictions, ({ features }) => features.nearSimilarity),
  };
  const count = Math.max(1, predictions.length);
  return {
    promptCount: predictions.length,
    accuracy: right.filter((value) => value === 1).length / count,
    expectedCalibrationError: expectedCalibrationError({ probabilities, outcomes: right }),
    ...settings,
    abstainedShare: abstained.length / count,
    ...(fitted.bound === undefined ? {} : { bound: fitted.bound }),
    taskBounds: fitted.taskBounds,
    outOfFold,
    notes: fitted.notes,
  };
}
