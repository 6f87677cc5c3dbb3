import { seededRandom, shuffle } from '../learning/random.js';

/** One model's left-out predictions. */
export interface LeftOutPredictions {
  /** Prompts, ascending. */
  readonly rows: Int32Array;
  readonly scores: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

/** How far standard deviations have to be stretched, and on how much data that rests. */
export interface Widening {
  /** 1 or more. */
  readonly widening: number;
  readonly groupCount: number;
  /** Share of groups whose mean score reached the mean bound. */
  readonly heldShare: number;
  readonly notes: readonly string[];
}

/** Prompts of a group, and the fewest that say anything. */
const GROUP_SIZE = 100;
const MIN_GROUP_SIZE = 30;
/** Times that the prompts are dealt into groups. */
const DEALS = 5;
const SEED = 11;
/** Fewer groups support no figure of their own. */
const MIN_GROUPS = 20;
const DEFAULT_WIDENING = 1.3;
const HELD_SHARE = 0.93;
const STEP = 0.05;
const MAX_WIDENING = 3;

/**
 * Bounds are promises about the models that get chosen, and the choice favours models that were overrated. So each
 * prompt goes to the model with the highest left-out bound, prompts of a task are dealt into groups, and deviations
 * are widened until in 93% of the groups the mean score reaches the mean bound.
 *
 * @param tasks By prompt row; -1 where unknown, which is a task of its own here.
 */
export function settleWidening(predictions: readonly LeftOutPredictions[], tasks: Int32Array, z: number): Widening {
  const groups = dealGroups(tasks);
  const shareAt = (widening: number) => heldShare(groups, chooseByBound(predictions, tasks.length, z * widening));
  let widening = 1;
  let held = shareAt(widening);
  if (held.count < MIN_GROUPS) {
    const note = `${held.count} groups of outcomes are too few to check bounds on; deviations are widened by the default ${DEFAULT_WIDENING}.`;
    return { widening: DEFAULT_WIDENING, groupCount: held.count, heldShare: held.share, notes: [note] };
  }
  while (held.share < HELD_SHARE && widening < MAX_WIDENING) {
    widening = Math.round((widening + STEP) * 100) / 100;
    held = shareAt(widening);
  }
  return { widening, groupCount: held.count, heldShare: held.share, notes: [] };
}

interface Choices {
  /** By prompt row; NaN where the prompt has no outcome. */
  readonly bounds: Float64Array;
  readonly scores: Float64Array;
}

function chooseByBound(predictions: readonly LeftOutPredictions[], rowCount: number, stretch: number): Choices {
  const bounds = new Float64Array(rowCount).fill(Number.NaN);
  const scores = new Float64Array(rowCount);
  for (const prediction of predictions) {
    prediction.rows.forEach((row, position) => {
      const spread = stretch * (prediction.deviations[position] ?? 0);
      const bound = Math.min(1, Math.max(0, (prediction.means[position] ?? 0) - spread));
      if (bound <= (bounds[row] ?? Number.NaN)) return;
      bounds[row] = bound;
      scores[row] = prediction.scores[position] ?? 0;
    });
  }
  return { bounds, scores };
}

function heldShare(groups: readonly (readonly number[])[], { bounds, scores }: Choices) {
  let count = 0;
  let heldCount = 0;
  for (const group of groups) {
    let margin = 0;
    let size = 0;
    for (const row of group) {
      const bound = bounds[row] ?? Number.NaN;
      if (Number.isNaN(bound)) continue;
      margin += (scores[row] ?? 0) - bound;
      size += 1;
    }
    if (size < MIN_GROUP_SIZE) continue;
    count += 1;
    if (margin >= 0) heldCount += 1;
  }
  return { count, share: count === 0 ? 0 : heldCount / count };
}

function dealGroups(tasks: Int32Array): readonly (readonly number[])[] {
  const byTask = new Map<number, number[]>();
  tasks.forEach((task, row) => {
    const rows = byTask.get(task);
    if (rows === undefined) byTask.set(task, [row]);
    else rows.push(row);
  });
  const random = seededRandom(SEED);
  const groups: number[][] = [];
  for (let deal = 0; deal < DEALS; deal += 1) {
    for (const rows of byTask.values()) {
      shuffle(rows, random);
      const count = Math.max(1, Math.floor(rows.length / GROUP_SIZE));
      for (let group = 0; group < count; group += 1) groups.push(rows.filter((_, index) => index % count === group));
    }
  }
  return groups;
}
