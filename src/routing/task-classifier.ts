import type { Classification, Neighbour, TaskClassifier } from './classification.js';
import type { ClassifierData } from './decision-model.js';
import type { ExemplarIndex } from './exemplar-index.js';

/** A linear head on the vector: logits = weights · vector + bias. */
export interface TaskHead {
  /** Row-major, one row a task. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** What {@link createTaskClassifier} needs. */
export interface TaskClassifierOptions {
  readonly data: ClassifierData;
  readonly index: ExemplarIndex;
  /** Task index by exemplar index. */
  readonly taskOfExemplar: Int32Array;
}

/** Votes that every task has from the start, so that no probability is ever 0 or 1. */
const PRIOR_VOTES = 0.5;

/** The classifier that the request path uses: neighbours found by index, their vote weighted by similarity. */
export function createTaskClassifier(options: TaskClassifierOptions): TaskClassifier {
  const { data, index, taskOfExemplar } = options;
  return {
    classify(vector) {
      const neighbours: Neighbour[] = index.search(vector, data.neighbours).map((hit) => ({
        exemplarIndex: hit.exemplarIndex,
        taskIndex: taskOfExemplar[hit.exemplarIndex] ?? 0,
        similarity: hit.similarity,
      }));
      const probabilities = voteOf(neighbours, data);
      const taskIndex = indexOfLargest(probabilities);
      const probability = probabilities[taskIndex] ?? 0;
      const score = abstentionScore(probability, neighbours[0]?.similarity ?? 0);
      const own = data.abstention.thresholdByTask[taskIndex] ?? Number.NaN;
      const threshold = Number.isNaN(own) ? data.abstention.threshold : own;
      return {
        taskIndex,
        probability,
        probabilities,
        neighbours,
        score,
        threshold,
        isAbstained: score < threshold,
      } satisfies Classification;
    },
  };
}

/**
 * Probability of each task by its neighbours' weights. A weight is relative to the nearest neighbour's, and the prior
 * votes count more the farther that one is: far neighbours say little.
 */
export function voteOf(neighbours: readonly Neighbour[], data: ClassifierData): Float32Array {
  const probabilities = new Float32Array(data.taskCount);
  const nearest = neighbours[0]?.similarity ?? 0;
  let total = 0;
  for (const { taskIndex, similarity } of neighbours) {
    const weight = Math.exp(data.voteSharpness * (similarity - nearest));
    probabilities[taskIndex] = (probabilities[taskIndex] ?? 0) + weight;
    total += weight;
  }
  const prior = PRIOR_VOTES + (1 - Math.max(0, nearest));
  for (let task = 0; task < data.taskCount; task += 1) {
    probabilities[task] = ((probabilities[task] ?? 0) + prior / data.taskCount) / (total + prior);
  }
  return probabilities;
}

/** How sure the classifier is: the geometric mean of the probability and of the nearest similarity. */
export function abstentionScore(probability: number, nearestSimilarity: number): number {
  return Math.sqrt(probability * Math.max(0, nearestSimilarity));
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  }
  return best;
}
