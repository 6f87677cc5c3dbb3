import type { Bundle } from './bundle.js';
import { standardNormalQuantile } from '../routing/confidence-bounds.js';
import { fitOutcomeCapability } from '../routing/fit-outcome-capability.js';
import type { OutcomeCapabilityData } from '../routing/outcome-capability-data.js';
import { routingTextOf } from '../routing/prompt-view.js';
import type { Classification } from '../routing/classification.js';
import type { VectorTable } from '../routing/exemplar-index.js';

/** What {@link fitOutcomes} needs besides the bundle. */
export interface FitOutcomesOptions {
  /** One row a text. */
  readonly embed: (texts: readonly string[]) => Promise<VectorTable>;
  /** Tells the task of prompts whose outcomes name none. */
  readonly classify: (vector: Float32Array, routingText: string) => Classification;
}

/**
 * Fits capability from the bundle's outcomes. An outcome that names no task gets the classifier's, unless that one
 * abstains.
 *
 * @returns undefined when the bundle has no outcomes.
 */
export async function fitOutcomes(
  bundle: Bundle,
  options: FitOutcomesOptions,
): Promise<OutcomeCapabilityData | undefined> {
  if (bundle.outcomes.length === 0) return undefined;
  const indexOfPrompt = new Map<string, number>();
  for (const { prompt } of bundle.outcomes) {
    if (!indexOfPrompt.has(prompt)) indexOfPrompt.set(prompt, indexOfPrompt.size);
  }
  const prompts = [...indexOfPrompt.keys()];
  const tasks = new Int32Array(prompts.length).fill(-1);
  for (const { prompt, taskIndex } of bundle.outcomes) {
    if (taskIndex !== undefined) tasks[indexOfPrompt.get(prompt) ?? -1] = taskIndex;
  }
  const texts = prompts.map((prompt) => routingTextOf({ lastUser: prompt }));
  const vectors = await options.embed(texts);
  const { values, dimensions } = vectors;
  tasks.forEach((task, row) => {
    if (task >= 0) return;
    const vector = values.subarray(row * dimensions, (row + 1) * dimensions);
    const found = options.classify(vector, texts[row] ?? '');
    if (!found.isAbstained) tasks[row] = found.taskIndex;
  });
  const modelIndexById = new Map(bundle.models.map(({ id }, index) => [id, index]));
  return fitOutcomeCapability({
    prompts,
    vectors,
    tasks,
    taskCount: bundle.tasks.length,
    z: standardNormalQuantile(bundle.settings.confidence),
    outcomes: bundle.outcomes.flatMap(({ prompt, model, score, completionTokens }) => {
      const modelIndex = modelIndexById.get(model);
      if (modelIndex === undefined) return [];
      const promptIndex = indexOfPrompt.get(prompt) ?? 0;
      return { promptIndex, modelIndex, score, ...(completionTokens === undefined ? {} : { completionTokens }) };
    }),
  });
}
