import { stratifiedFolds, stratifiedSample } from '../learning/folds.js';
import { fitLogisticRegression, logitsOf, type Features, type LinearHead } from '../learning/logistic-regression.js';
import { matrixOfRows, zeroMatrix, type Matrix } from '../learning/matrix.js';
import { sparseMatrixOf, type SparseRow } from '../learning/sparse-matrix.js';
import type { VectorTable } from './exemplar-index.js';
import { fitScales } from './fit-scales.js';

/** Exemplars as rows with their tasks. */
export interface LabelledExemplars {
  readonly vectors: VectorTable;
  /** Entries over the vocabulary, unscaled. */
  readonly words: readonly SparseRow[];
  readonly wordCount: number;
  readonly labels: Int32Array;
  readonly taskCount: number;
}

/** How a head is fitted. */
export interface HeadSettings {
  /** Strength of the L2 penalty. */
  readonly regularisation: number;
  /** What the words' entries are multiplied by: how much they count beside the vector, which has length 1. */
  readonly wordScale: number;
}

/** Logits for exemplars from heads that had not seen them. */
export interface OutOfFoldLogits {
  /** Exemplar index of each row. */
  readonly rows: Int32Array;
  /** One row an exemplar, one column a task. */
  readonly logits: Matrix;
  /** The head of the last fold: a start for the final one. */
  readonly head: LinearHead;
}

/** Called with the share done, 0 to 1. */
export type OnShare = (share: number) => void;

/** Tried together. Within a scale the stronger penalty goes first, since the next fit starts from it. */
const WORD_SCALES = [0.5, 1.5] as const;
const PENALTIES = [0.1, 0.03] as const;
const FOLDS = 5;
const SEED = 1729;
/** Rows above which a set counts as large: then one fold predicts, and a sample settles the settings. */
const LARGE_SET_ROWS = 5000;
const SETTLING_ROWS = 2500;
/** Iterations by purpose. Accuracy is within .002 of the optimum after 10, and calibration follows after the fit. */
const SETTLING_ITERATIONS = 12;
const FOLD_ITERATIONS = 16;
const FINAL_ITERATIONS = 20;

/** The settings with the least loss on one held-out fold, after scaling. */
export function settleHead(data: LabelledExemplars, onShare: OnShare): HeadSettings {
  const isLarge = data.labels.length > LARGE_SET_ROWS;
  const sample = stratifiedSample(data.labels, isLarge ? SETTLING_ROWS : Infinity, SEED);
  const labels = sample.map((row) => data.labels[row] ?? 0);
  const folds = stratifiedFolds(labels, FOLDS, SEED);
  const inside = sample.filter((_, position) => folds[position] === 0);
  const outside = sample.filter((_, position) => folds[position] !== 0);
  let best: (HeadSettings & { readonly loss: number }) | undefined;
  WORD_SCALES.forEach((wordScale, scaleIndex) => {
    const training = examplesOf(data, outside, wordScale);
    const heldOut = examplesOf(data, inside, wordScale);
    let start: LinearHead | undefined;
    PENALTIES.forEach((regularisation, index) => {
      start = fitLogisticRegression({
        ...training,
        regularisation,
        maxIterations: SETTLING_ITERATIONS,
        ...(start === undefined ? {} : { start }),
      });
      const { loss } = fitScales({ logits: logitsOf(start, heldOut.features), labels: heldOut.labels });
      if (best === undefined || loss < best.loss) best = { regularisation, wordScale, loss };
      onShare((scaleIndex * PENALTIES.length + index + 1) / (WORD_SCALES.length * PENALTIES.length));
    });
  });
  return best ?? { regularisation: PENALTIES[0], wordScale: WORD_SCALES[0] };
}

/** Predicts exemplars by heads fitted on the other folds: all exemplars, or a part of them where there are many. */
export function predictOutOfFold(data: LabelledExemplars, settings: HeadSettings, onShare: OnShare): OutOfFoldLogits {
  const folds = stratifiedFolds(data.labels, FOLDS, SEED);
  const usedFolds = data.labels.length > LARGE_SET_ROWS ? 1 : FOLDS;
  const all = Int32Array.from(data.labels, (_, row) => row);
  const rows: number[] = [];
  const parts: Matrix[] = [];
  let head: LinearHead | undefined;
  for (let fold = 0; fold < usedFolds; fold += 1) {
    const inside = all.filter((row) => folds[row] === fold);
    const training = examplesOf(
      data,
      all.filter((row) => folds[row] !== fold),
      settings.wordScale,
    );
    const { regularisation } = settings;
    head = fitLogisticRegression({ ...training, regularisation, maxIterations: FOLD_ITERATIONS });
    parts.push(logitsOf(head, examplesOf(data, inside, settings.wordScale).features));
    rows.push(...inside);
    onShare((fold + 1) / usedFolds);
  }
  if (head === undefined) throw new RangeError('there is no fold to predict');
  const logits = zeroMatrix(rows.length, data.taskCount);
  let cell = 0;
  for (const part of parts) {
    logits.values.set(part.values, cell);
    cell += part.values.length;
  }
  return { rows: Int32Array.from(rows), logits, head };
}

/** The head on all exemplars. */
export function fitFinalHead(data: LabelledExemplars, settings: HeadSettings, start: LinearHead): LinearHead {
  const all = Int32Array.from(data.labels, (_, row) => row);
  const examples = examplesOf(data, all, settings.wordScale);
  const { regularisation } = settings;
  return fitLogisticRegression({ ...examples, regularisation, maxIterations: FINAL_ITERATIONS, start });
}

function examplesOf(
  data: LabelledExemplars,
  rows: Int32Array,
  wordScale: number,
): { readonly features: Features; readonly labels: Int32Array; readonly classCount: number } {
  const words = Array.from(rows, (row): SparseRow => {
    const entries = data.words[row] ?? { columns: [], values: [] };
    return { columns: entries.columns, values: entries.values.map((value) => value * wordScale) };
  });
  return {
    features: {
      dense: matrixOfRows(data.vectors.values, data.vectors.dimensions, rows),
      sparse: sparseMatrixOf(words, data.wordCount),
    },
    labels: rows.map((row) => data.labels[row] ?? 0),
    classCount: data.taskCount,
  };
}
