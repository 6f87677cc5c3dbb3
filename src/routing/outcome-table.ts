import { stratifiedSample } from '../learning/folds.js';
import type { OutcomeFitOptions } from './fit-outcome-capability.js';

/** Outcomes by model, repeated measurements averaged. */
export interface OutcomeTable {
  /** Prompts with outcomes, as indexes into the options' prompts, ascending. */
  readonly prompts: Int32Array;
  /** Models with outcomes, by index. */
  readonly models: readonly MeasuredModel[];
  readonly outcomeCount: number;
  readonly notes: readonly string[];
}

/** One model's outcomes. */
export interface MeasuredModel {
  readonly modelIndex: number;
  /** Positions in {@link OutcomeTable.prompts}, ascending. */
  readonly rows: Int32Array;
  /** By row. */
  readonly scores: Float64Array;
  /** Prompts measured, by task index. */
  readonly countByTask: Float32Array;
  /** Mean, by task index; NaN where no outcome tells. */
  readonly completionTokensByTask: Float32Array;
  readonly completionCountByTask: Float32Array;
}

/** More prompts are sampled down, each task in its share, so that a fit takes seconds. */
const MAX_PROMPTS = 20_000;

/** Sorts outcomes by model and prompt. */
export function outcomeTable(options: OutcomeFitOptions): OutcomeTable {
  const { outcomes, tasks } = options;
  const used = Int32Array.from(new Set(outcomes.map(({ promptIndex }) => promptIndex))).sort();
  const labels = used.map((prompt) => tasks[prompt] ?? -1);
  const prompts = stratifiedSample(labels, MAX_PROMPTS, 1).map((position) => used[position] ?? 0);
  const rowOfPrompt = new Map(Array.from(prompts, (prompt, row) => [prompt, row]));
  const byModel = new Map<number, Map<number, Tally>>();
  let outcomeCount = 0;
  for (const { promptIndex, modelIndex, score, completionTokens } of outcomes) {
    const row = rowOfPrompt.get(promptIndex);
    if (row === undefined) continue;
    outcomeCount += 1;
    const tallies = byModel.get(modelIndex) ?? new Map<number, Tally>();
    byModel.set(modelIndex, tallies);
    const tally = tallies.get(row) ?? { score: 0, count: 0, tokens: 0, tokenCount: 0 };
    tallies.set(row, tally);
    tally.score += score;
    tally.count += 1;
    if (completionTokens !== undefined) {
      tally.tokens += completionTokens;
      tally.tokenCount += 1;
    }
  }
  const models = [...byModel].sort(([a], [b]) => a - b);
  return {
    prompts,
    outcomeCount,
    models: models.map(([modelIndex, tallies]) => measuredModel(modelIndex, tallies, { ...options, used: prompts })),
    notes:
      prompts.length < used.length
        ? [`${used.length} prompts have outcomes; the fit uses a sample of ${prompts.length}.`]
        : [],
  };
}

interface Tally {
  score: number;
  count: number;
  tokens: number;
  tokenCount: number;
}

function measuredModel(
  modelIndex: number,
  tallies: ReadonlyMap<number, Tally>,
  options: Pick<OutcomeFitOptions, 'tasks' | 'taskCount'> & { readonly used: Int32Array },
): MeasuredModel {
  const sorted = [...tallies].sort(([a], [b]) => a - b);
  const countByTask = new Float32Array(options.taskCount);
  const tokens = new Float64Array(options.taskCount);
  const completionCountByTask = new Float32Array(options.taskCount);
  for (const [row, tally] of sorted) {
    const task = options.tasks[options.used[row] ?? -1] ?? -1;
    if (task < 0) continue;
    countByTask[task] = (countByTask[task] ?? 0) + 1;
    tokens[task] = (tokens[task] ?? 0) + tally.tokens;
    completionCountByTask[task] = (completionCountByTask[task] ?? 0) + tally.tokenCount;
  }
  return {
    modelIndex,
    rows: Int32Array.from(sorted, ([row]) => row),
    scores: Float64Array.from(sorted, ([, tally]) => tally.score / tally.count),
    countByTask,
    completionTokensByTask: Float32Array.from(tokens, (sum, task) => {
      const count = completionCountByTask[task] ?? 0;
      return count > 0 ? sum / count : Number.NaN;
    }),
    completionCountByTask,
  };
}
