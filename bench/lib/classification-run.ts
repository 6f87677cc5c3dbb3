import type { Snapshot } from '../../src/bundle/snapshot.js';
import type { Exemplar, Task } from '../../src/bundle/bundle.js';
import { readBundle } from '../../src/bundle/read-bundle.js';
import type { Embedder } from '../../src/embedding/embedder.js';
import { createCapabilityModel } from '../../src/routing/capability-model.js';
import type { Classification } from '../../src/routing/classification.js';
import type { DecisionModelReport } from '../../src/routing/decision-model.js';
import { buildExemplarIndex, type VectorTable } from '../../src/routing/exemplar-index.js';
import { fitDecisionModel, type PromptTable } from '../../src/routing/fit-decision-model.js';
import { routingTextOf } from '../../src/routing/prompt-view.js';
import { createTaskClassifier } from '../../src/routing/task-classifier.js';
import type { Judged } from './classification-figures.js';
import { textField, type DataRow } from './json-lines.js';

/** A prompt with the task that it belongs to. */
export interface LabelledPrompt {
  readonly text: string;
  readonly system?: string;
  readonly label: string;
  /** Embedded as it is, cut by the embedder's window alone, and classified by its vector with or without its words. */
  readonly whole?: 'vector' | 'vectorAndWords';
}

/** Vectors by routing text, each computed once. */
export interface Vectors {
  tableOf(prompts: readonly LabelledPrompt[]): Promise<PromptTable>;
}

/** What a classifier is fitted on. */
export interface FitInput {
  readonly train: readonly LabelledPrompt[];
  readonly tune?: readonly LabelledPrompt[];
  readonly tuneOutOfScope?: readonly LabelledPrompt[];
  readonly risk: number;
}

/** A classifier over the labels of its training prompts, with what its fit reported. */
export interface FittedRun {
  readonly snapshot: Snapshot;
  readonly labels: readonly string[];
  readonly report: DecisionModelReport;
  readonly fitMs: number;
  classify(prompts: readonly LabelledPrompt[]): Promise<readonly Classification[]>;
}

const CHUNK = 256;
const neverAborted = new AbortController().signal;
const nowhere = { file: 'bench', line: 1, column: 1 };

/** The text that is embedded for a prompt: that of the service, or all of it for comparison. */
export function routingTextFor({ text, system, whole }: LabelledPrompt): string {
  return whole === undefined ? routingTextOf({ lastUser: text, ...(system === undefined ? {} : { system }) }) : text;
}

/** A row as a prompt. Where instruction and input are apart, they are system prompt and user turn. */
export function promptOf(row: DataRow): LabelledPrompt {
  const label = textField(row, 'label', 'category');
  if (typeof row['definition'] === 'string' && typeof row['example_input'] === 'string') {
    return { system: row['definition'], text: row['example_input'], label };
  }
  const system = row['system'];
  return { text: textField(row, 'text', 'prompt'), label, ...(typeof system === 'string' ? { system } : {}) };
}

/** Keeps every vector, since folds share their prompts. */
export function createVectors(embedder: Embedder): Vectors {
  const known = new Map<string, Float32Array>();
  return {
    async tableOf(prompts) {
      const routingTexts = prompts.map(routingTextFor);
      const missing = [...new Set(routingTexts)].filter((text) => !known.has(text));
      for (let from = 0; from < missing.length; from += CHUNK) {
        const chunk = missing.slice(from, from + CHUNK);
        const embeddings = await embedder.embed(chunk, { signal: neverAborted, priority: 'background' });
        chunk.forEach((text, place) => known.set(text, embeddings[place]?.vector ?? new Float32Array(0)));
      }
      const values = new Float32Array(prompts.length * embedder.dimensions);
      routingTexts.forEach((text, row) => values.set(known.get(text) ?? [], row * embedder.dimensions));
      return { vectors: { values, dimensions: embedder.dimensions }, routingTexts };
    },
  };
}

/** Fits by the parts of the service: index, decision model, classifier. The models are those of the default bundle. */
export async function fitClassifier(input: FitInput, vectors: Vectors, bundleFolder: string): Promise<FittedRun> {
  const labels = [...new Set(input.train.map(({ label }) => label))].sort();
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  const table = await vectors.tableOf(input.train);
  const base = await readBundle(bundleFolder);
  const bundle = {
    ...base,
    settings: { ...base.settings, risk: input.risk },
    tasks: labels.map((label): Task => ({ ...taskTemplate, id: label, title: label })),
    exemplars: input.train.map(({ text, system, label, whole }): Exemplar => ({
      text: whole === 'vector' ? '' : text,
      ...(system === undefined ? {} : { system }),
      taskIndex: indexOf.get(label) ?? 0,
      location: nowhere,
    })),
    outcomes: [],
  };
  const startedAt = performance.now();
  const index = buildExemplarIndex(table.vectors);
  const model = fitDecisionModel({
    bundle,
    vectors: table.vectors,
    index,
    ...(input.tune === undefined ? {} : { tuning: await labelledTable(input.tune, vectors, indexOf) }),
    ...(input.tuneOutOfScope === undefined ? {} : { outOfScope: await vectors.tableOf(input.tuneOutOfScope) }),
  });
  const fitMs = performance.now() - startedAt;
  const taskOfExemplar = Int32Array.from(bundle.exemplars, ({ taskIndex }) => taskIndex);
  const classifier = createTaskClassifier({ data: model.classifier, index, taskOfExemplar });
  const snapshot: Snapshot = {
    id: 'bench',
    bundle,
    fingerprint: 'bench',
    classifier,
    capability: createCapabilityModel({ bundle }),
    defaultModelIndex: 0,
    baselineModelIndex: 0,
    modelIndexById: new Map(bundle.models.map(({ id }, place) => [id, place])),
    taskIndexById: indexOf,
  };
  return {
    snapshot,
    labels,
    report: model.report,
    fitMs,
    async classify(prompts) {
      const { vectors: rows, routingTexts } = await vectors.tableOf(prompts);
      return routingTexts.map((text, row) =>
        classifier.classify(vectorAt(rows, row), prompts[row]?.whole === 'vector' ? '' : text),
      );
    },
  };
}

/** Classifies prompts and keeps what the figures need. */
export async function judge(run: FittedRun, prompts: readonly LabelledPrompt[]): Promise<readonly Judged[]> {
  const found = await run.classify(prompts);
  return found.map((classification, row) => ({
    label: prompts[row]?.label ?? '',
    predicted: run.labels[classification.taskIndex] ?? '',
    nearest: run.labels[classification.neighbours[0]?.taskIndex ?? -1] ?? '',
    probability: classification.probability,
    score: classification.score,
    isAbstained: classification.isAbstained,
  }));
}

const taskTemplate: Omit<Task, 'id' | 'title'> = {
  description: '',
  qualityFloor: 0.5,
  cache: { policy: 'allow', ttlSeconds: 60 },
  expectedCompletionTokens: 100,
  exemplarCount: 1,
  location: nowhere,
};

async function labelledTable(
  prompts: readonly LabelledPrompt[],
  vectors: Vectors,
  indexOf: ReadonlyMap<string, number>,
): Promise<PromptTable & { readonly labels: Int32Array }> {
  const labels = Int32Array.from(prompts, ({ label }) => indexOf.get(label) ?? -1);
  return { ...(await vectors.tableOf(prompts)), labels };
}

function vectorAt({ values, dimensions }: VectorTable, row: number): Float32Array {
  return values.subarray(row * dimensions, (row + 1) * dimensions);
}
