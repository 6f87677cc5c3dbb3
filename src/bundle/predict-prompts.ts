import type { BundleAnalysis } from './analyse-bundle.js';
import type { BuildProgress } from './build-snapshot.js';
import { exemplarText } from './build-snapshot.js';
import type { Embedder } from '../embedding/embedder.js';
import type { ScoredPrediction } from '../routing/fit-abstention.js';
import { createTaskClassifier } from '../routing/task-classifier.js';

/** A prompt whose task somebody knows. */
export interface LabelledPrompt {
  readonly text: string;
  /** System prompt that goes with it. */
  readonly system?: string;
  /** Index into the bundle's tasks. */
  readonly taskIndex: number;
}

/** Options of {@link predictPrompts}. */
export interface PredictPromptsOptions {
  readonly embedder: Embedder;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

/** Prompts embedded by one call. */
const CHUNK = 64;

/**
 * Predicts the tasks of prompts as a service with this bundle would. Prompts that are exemplars of the bundle say
 * nothing, since they are known to it.
 *
 * @returns one prediction a prompt, in their order.
 * @throws RouterError of the embedder.
 */
export async function predictPrompts(
  { bundle, index, model }: BundleAnalysis,
  prompts: readonly LabelledPrompt[],
  { embedder, signal, onProgress }: PredictPromptsOptions,
): Promise<readonly ScoredPrediction[]> {
  const taskOfExemplar = Int32Array.from(bundle.exemplars, ({ taskIndex }) => taskIndex);
  const classifier = createTaskClassifier({ data: model.classifier, index, taskOfExemplar });
  const predictions: ScoredPrediction[] = [];
  for (let from = 0; from < prompts.length; from += CHUNK) {
    const chunk = prompts.slice(from, from + CHUNK);
    const texts = chunk.map(exemplarText);
    const embeddings = await embedder.embed(texts, { signal, priority: 'background' });
    chunk.forEach((prompt, row) => {
      const { taskIndex, features } = classifier.analyse(
        embeddings[row]?.vector ?? new Float32Array(0),
        texts[row] ?? '',
      );
      predictions.push({ features, predictedTask: taskIndex, isRight: taskIndex === prompt.taskIndex });
    });
    onProgress?.({ phase: 'embedding', done: predictions.length, total: prompts.length });
  }
  return predictions;
}
