import { softmaxInPlace } from '../learning/logistic-regression.js';
import type { Classification, Neighbour, TaskClassifier } from './classification.js';
import type { AbstentionData, ClassifierData, ScoreFeatures, TaskHead } from './decision-model.js';
import type { ExemplarIndex } from './exemplar-index.js';
import { createLexicalEncoder } from './lexical-features.js';

/** What {@link createTaskClassifier} needs. */
export interface TaskClassifierOptions {
  readonly data: ClassifierData;
  readonly index: ExemplarIndex;
  /** Task index by exemplar index. */
  readonly taskOfExemplar: Int32Array;
}

/** Votes that all tasks share from the start, so that no probability is ever 0 or 1. */
const PRIOR_VOTES = 0.5;
/** Neighbours whose similarity tells how familiar a prompt is. */
const NEAR_NEIGHBOURS = 5;

/** The classifier that the request path uses: the learned head and the neighbours' vote, blended and calibrated. */
export function createTaskClassifier(options: TaskClassifierOptions): ScoringClassifier {
  const { data, index, taskOfExemplar } = options;
  const logitsOf = data.head === undefined ? undefined : createHead(data.head);

  function analyse(vector: Float32Array, routingText: string): Analysis {
    const neighbours: Neighbour[] = index.search(vector, data.neighbours).map((hit) => ({
      exemplarIndex: hit.exemplarIndex,
      taskIndex: taskOfExemplar[hit.exemplarIndex] ?? 0,
      similarity: hit.similarity,
    }));
    const logits = logitsOf?.(vector, routingText);
    const probabilities = blendedProbabilities(logits, neighbourVotes(neighbours, data), data);
    const taskIndex = indexOfLargest(probabilities);
    const probability = probabilities[taskIndex] ?? 0;
    const features: ScoreFeatures = {
      logProbability: Math.log(probability),
      topLogit: logits === undefined ? 0 : (logits[indexOfLargest(logits)] ?? 0),
      nearSimilarity: nearSimilarity(neighbours),
    };
    return { neighbours, probabilities, taskIndex, probability, features };
  }

  return {
    classify(vector, routingText) {
      const { features, ...found } = analyse(vector, routingText);
      const score = abstentionScore(data.abstention, features);
      const threshold = thresholdOf(data.abstention, found.taskIndex);
      return { ...found, score, threshold, isAbstained: score < threshold };
    },
    analyse,
  };
}

/** What is known of a prompt before the abstention score. */
export interface Analysis extends Pick<Classification, 'taskIndex' | 'probability' | 'probabilities' | 'neighbours'> {
  readonly features: ScoreFeatures;
}

/** A classifier that also shows what its abstention score is made of, for fitting. */
export interface ScoringClassifier extends TaskClassifier {
  analyse(vector: Float32Array, routingText: string): Analysis;
}

/** The score below which a prompt of this task is abstained from. */
export function thresholdOf(abstention: AbstentionData, taskIndex: number): number {
  const own = abstention.thresholdByTask[taskIndex] ?? Number.NaN;
  return Number.isNaN(own) ? abstention.threshold : own;
}

/** How sure the classifier is, 0 to 1. */
export function abstentionScore(
  { intercept, weights }: Pick<AbstentionData, 'intercept' | 'weights'>,
  features: ScoreFeatures,
): number {
  const sum =
    intercept +
    weights.logProbability * features.logProbability +
    weights.topLogit * features.topLogit +
    weights.nearSimilarity * features.nearSimilarity;
  return 1 / (1 + Math.exp(-sum));
}

/**
 * Each task's share of the neighbours' weights. A weight is relative to the nearest neighbour's, and the prior votes
 * count more the farther that one is: far neighbours say little.
 */
export function neighbourVotes(
  neighbours: readonly Pick<Neighbour, 'taskIndex' | 'similarity'>[],
  options: { readonly taskCount: number; readonly voteSharpness: number },
): Float32Array {
  const votes = new Float32Array(options.taskCount);
  const nearest = neighbours[0]?.similarity ?? 0;
  let total = 0;
  for (const { taskIndex, similarity } of neighbours) {
    const weight = Math.exp(options.voteSharpness * (similarity - nearest));
    votes[taskIndex] = (votes[taskIndex] ?? 0) + weight;
    total += weight;
  }
  const prior = PRIOR_VOTES + (1 - Math.max(0, nearest));
  for (let task = 0; task < votes.length; task += 1) {
    votes[task] = ((votes[task] ?? 0) + prior / votes.length) / (total + prior);
  }
  return votes;
}

/** Mean similarity of the nearest few neighbours; 0 without any. */
export function nearSimilarity(neighbours: readonly Pick<Neighbour, 'similarity'>[]): number {
  const count = Math.min(NEAR_NEIGHBOURS, neighbours.length);
  if (count === 0) return 0;
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) sum += neighbours[rank]?.similarity ?? 0;
  return sum / count;
}

/** softmax(headScale * logits + voteScale * log votes). */
export function blendedProbabilities(
  logits: ArrayLike<number> | undefined,
  votes: ArrayLike<number>,
  scales: { readonly headScale: number; readonly voteScale: number },
): Float32Array {
  const blended = new Float32Array(votes.length);
  for (let task = 0; task < votes.length; task += 1) {
    const head = logits === undefined ? 0 : scales.headScale * (logits[task] ?? 0);
    blended[task] = head + scales.voteScale * Math.log(votes[task] ?? 1);
  }
  softmaxInPlace(blended);
  return blended;
}

/** Index of the largest entry, the first of equals. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  }
  return best;
}

function createHead(head: TaskHead): (vector: Float32Array, routingText: string) => Float32Array {
  const encode = createLexicalEncoder(head.vocabulary);
  const { wordWeights, bias } = head;
  const taskCount = bias.length;
  return (vector, routingText) => {
    const logits = vectorLogits(head, vector);
    const { columns, values } = encode(routingText);
    for (let entry = 0; entry < columns.length; entry += 1) {
      const value = values[entry] ?? 0;
      const start = (columns[entry] ?? 0) * taskCount;
      for (let task = 0; task < taskCount; task += 1) {
        logits[task] = (logits[task] ?? 0) + value * (wordWeights[start + task] ?? 0);
      }
    }
    return logits;
  };
}

function vectorLogits(head: TaskHead, vector: Float32Array): Float32Array {
  const { weights, bias } = head;
  const logits = Float32Array.from(bias);
  const width = vector.length;
  for (let task = 0; task < logits.length; task += 1) {
    const start = task * width;
    // Two sums, so that the processor need not wait for one addition to begin the next.
    let even = 0;
    let odd = 0;
    for (let k = 0; k + 1 < width; k += 2) {
      even += (weights[start + k] ?? 0) * (vector[k] ?? 0);
      odd += (weights[start + k + 1] ?? 0) * (vector[k + 1] ?? 0);
    }
    if (width % 2 === 1) even += (weights[start + width - 1] ?? 0) * (vector[width - 1] ?? 0);
    logits[task] = (logits[task] ?? 0) + even + odd;
  }
  return logits;
}
