import type { Bundle } from '../bundle.js';
import type { ExemplarIndex, IndexHit, VectorTable } from '../../routing/exemplar-index.js';
import { normalisedText } from './exemplar-rules.js';
import { finding, formatLocation } from './finding.js';
import type { LintFinding } from './finding.js';

/** Two exemplars of one task this similar teach the same. */
const NEAR_DUPLICATE = 0.96;
/** Two exemplars of different tasks this similar contradict each other. */
const NEAR_DUPLICATE_ACROSS = 0.93;
/** Neighbours looked at. */
const NEIGHBOURS = 12;
/** An exemplar is shadowed when so many nearest neighbours are all of one other task, */
const SHADOWING_NEIGHBOURS = 6;
/** and this similar on average. */
const SHADOWING_SIMILARITY = 0.5;
/** An exemplar is likely mislabelled when a model that had not seen it gives another task at least this probability, */
const MISLABELLED_OTHER = 0.8;
/** its own at most this, */
const MISLABELLED_OWN = 0.0002;
/** and of so many neighbours hardly one is of its own task. Hard exemplars that are right have such neighbours. */
const MISLABELLED_NEIGHBOURS = 30;
const MISLABELLED_OWN_NEIGHBOURS = 1;

/** Predictions for exemplars by models that had not seen them. Parallel arrays. */
export interface ExemplarPredictions {
  readonly exemplarIndex: Int32Array;
  readonly predictedTask: Int32Array;
  /** Of the predicted task. */
  readonly probability: Float32Array;
  /** Of the task that the exemplar belongs to. */
  readonly ownProbability: Float32Array;
}

/** Rules on how exemplars lie to each other, by the index over them. */
export function lintVectors(bundle: Bundle, vectors: VectorTable, index: ExemplarIndex): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  for (const own of bundle.exemplars.keys()) {
    const neighbours = index
      .search(rowOf(vectors, own), NEIGHBOURS + 1)
      .filter(({ exemplarIndex }) => exemplarIndex !== own);
    findings.push(...lintNearDuplicates(bundle, own, neighbours), ...lintShadowed(bundle, own, neighbours));
  }
  return findings;
}

function* lintNearDuplicates(
  { exemplars, tasks }: Bundle,
  index: number,
  neighbours: readonly IndexHit[],
): Generator<LintFinding> {
  const own = exemplars[index];
  for (const { exemplarIndex: other, similarity } of neighbours) {
    const exemplar = exemplars[other];
    // Each pair once, at its later exemplar; equal texts have a rule of their own.
    if (own === undefined || exemplar === undefined || other > index) continue;
    if (normalisedText(own) === normalisedText(exemplar)) continue;
    const place = formatLocation(exemplar.location);
    if (exemplar.taskIndex === own.taskIndex && similarity >= NEAR_DUPLICATE) {
      const message = `almost the same as ${place} (similarity ${similarity.toFixed(2)}); replace one by something else`;
      yield finding('near-duplicate-exemplar', own.location, message);
    } else if (exemplar.taskIndex !== own.taskIndex && similarity >= NEAR_DUPLICATE_ACROSS) {
      const task = tasks[exemplar.taskIndex]?.id ?? '';
      const message = `almost the same as ${place} of task "${task}" (similarity ${similarity.toFixed(2)}); tell them apart or keep one`;
      yield finding('near-duplicate-across-tasks', own.location, message);
    }
  }
}

function* lintShadowed(
  { exemplars, tasks }: Bundle,
  index: number,
  neighbours: readonly IndexHit[],
): Generator<LintFinding> {
  const own = exemplars[index];
  const nearest = neighbours.slice(0, SHADOWING_NEIGHBOURS);
  const first = exemplars[nearest[0]?.exemplarIndex ?? -1]?.taskIndex;
  if (
    own === undefined ||
    own.isReviewed === true ||
    first === undefined ||
    nearest.length < SHADOWING_NEIGHBOURS ||
    first === own.taskIndex
  )
    return;
  const isOneTask = nearest.every(({ exemplarIndex: other }) => exemplars[other]?.taskIndex === first);
  const similarity = nearest.reduce((sum, neighbour) => sum + neighbour.similarity, 0) / nearest.length;
  if (!isOneTask || similarity < SHADOWING_SIMILARITY) return;
  const message = `its ${SHADOWING_NEIGHBOURS} nearest neighbours are of task "${tasks[first]?.id ?? ''}", so it wins no prompt for its own; make it clearer`;
  yield finding('shadowed-exemplar', own.location, message);
}

/** Rule on exemplars that both a model fitted on the others and their neighbours hold to be of another task. */
export function lintPredictions(
  bundle: Bundle,
  predictions: ExemplarPredictions,
  space: { readonly vectors: VectorTable; readonly index: ExemplarIndex },
): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  for (const [row, index] of predictions.exemplarIndex.entries()) {
    const exemplar = bundle.exemplars[index];
    const predicted = predictions.predictedTask[row] ?? -1;
    const probability = predictions.probability[row] ?? 0;
    const isSure = probability >= MISLABELLED_OTHER && (predictions.ownProbability[row] ?? 1) <= MISLABELLED_OWN;
    if (exemplar === undefined || exemplar.isReviewed === true || predicted === exemplar.taskIndex || !isSure) continue;
    if (ownNeighbours(bundle, index, space) > MISLABELLED_OWN_NEIGHBOURS) continue;
    const percent = Math.floor(probability * 100);
    const message = `the other exemplars make this task "${bundle.tasks[predicted]?.id ?? ''}" with ${percent}%; move it there or make it clearer`;
    findings.push(finding('mislabelled-exemplar', exemplar.location, message));
  }
  return findings;
}

/** Neighbours of an exemplar that are of its own task. */
function ownNeighbours(
  { exemplars }: Bundle,
  own: number,
  { vectors, index }: { readonly vectors: VectorTable; readonly index: ExemplarIndex },
): number {
  const hits = index.search(rowOf(vectors, own), MISLABELLED_NEIGHBOURS + 1);
  return hits.filter(
    ({ exemplarIndex }) => exemplarIndex !== own && exemplars[exemplarIndex]?.taskIndex === exemplars[own]?.taskIndex,
  ).length;
}

function rowOf({ values, dimensions }: VectorTable, row: number): Float32Array {
  return values.subarray(row * dimensions, (row + 1) * dimensions);
}
