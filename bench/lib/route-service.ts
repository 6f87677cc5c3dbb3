import { rm } from 'node:fs/promises';
import type { Snapshot } from '../../src/bundle/snapshot.js';
import { createSnapshotManager } from '../../src/bundle/snapshot-manager.js';
import type { Embedder } from '../../src/embedding/embedder.js';
import { textRequest } from '../../src/request.js';
import { candidatesOf } from '../../src/routing/decide.js';
import { createRouter } from '../../src/routing/route-prompt.js';
import { selectModel, type Candidate, type SelectionInput } from '../../src/routing/select-model.js';
import { createTrace } from '../../src/trace.js';
import { bundleId, writeRouteBundle, type RouteBundleOptions } from './route-bundle.js';
import type { RouteData, RouteRow } from './route-rows.js';

/** A held-out prompt as the service sees it. */
export interface RoutedPrompt {
  readonly row: RouteRow;
  readonly vector: Float32Array;
  /** In the order of the data's models. */
  readonly candidates: readonly Candidate[];
  /** Index of the model chosen by the router itself at the bundle's defaults. */
  readonly defaultModel: number;
  readonly input: Omit<SelectionInput, 'qualityPreference'>;
}

/** Rows to learn from and rows to route. */
export interface RouteSplit {
  readonly data: RouteData;
  readonly heldOut: readonly RouteRow[];
}

/** What {@link routePrompts} needs. */
export interface RoutePromptsOptions extends RouteBundleOptions, RouteSplit {
  readonly embedder: Embedder;
  readonly cacheDirectory: string;
}

/** Builds a snapshot of the rows through the bundle reader and the builder, and routes other rows through the router. */
export async function routePrompts(options: RoutePromptsOptions): Promise<readonly RoutedPrompt[]> {
  const { embedder, cacheDirectory } = options;
  const bundleDirectory = await writeRouteBundle(options);
  const snapshots = await createSnapshotManager({ bundleDirectory, cacheDirectory, embedder });
  try {
    const router = createRouter({ snapshots, embedder, clock: () => 0, newId: () => 'bench', keptDecisions: 0 });
    const routed: RoutedPrompt[] = [];
    for (const row of options.heldOut) {
      const request = textRequest(row.prompt);
      const prompt = await router.classify(request, createTrace(), new AbortController().signal);
      const decision = router.choose(request, prompt, createTrace());
      const candidates = inOrder(candidatesOf(request, prompt), options.data.models);
      routed.push({
        row,
        vector: prompt.embedding.vector,
        candidates,
        defaultModel: candidates.findIndex(({ model }) => model.id === decision.model),
        input: selectionInput(prompt.snapshot, prompt.classification.taskIndex, candidates),
      });
    }
    return routed;
  } finally {
    await snapshots.close();
    await rm(bundleDirectory, { recursive: true, force: true });
  }
}

/** Index of the model that the service chooses at a preference, with no floor: the knob alone decides. */
export function chooseAt(prompt: Pick<RoutedPrompt, 'input' | 'candidates'>, qualityPreference: number): number {
  const selection = selectModel({ ...prompt.input, candidates: prompt.candidates, qualityPreference });
  return selection === undefined ? -1 : prompt.candidates.indexOf(selection.chosen);
}

function selectionInput(snapshot: Snapshot, taskIndex: number, candidates: readonly Candidate[]) {
  const { settings, tasks } = snapshot.bundle;
  return { candidates, settings, task: { id: tasks[taskIndex]?.id ?? '', qualityFloor: 0 }, isAbstained: false };
}

function inOrder(candidates: readonly Candidate[], models: readonly string[]): readonly Candidate[] {
  return models.map((name) => {
    const found = candidates.find(({ model }) => model.id === bundleId(name));
    if (found === undefined) throw new Error(`the snapshot has no model ${name}`);
    return found;
  });
}
