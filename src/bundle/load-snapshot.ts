import type { Bundle } from './bundle.js';
import type { Snapshot } from './snapshot.js';
import type { StoredSnapshot } from './snapshot-files.js';
import { createCapabilityModel } from '../routing/capability-model.js';
import type { CapabilityModel } from '../routing/capability.js';
import { standardNormalQuantile } from '../routing/confidence-bounds.js';
import { loadExemplarIndex } from '../routing/exemplar-index.js';
import { createOutcomeCapability } from '../routing/outcome-capability.js';
import type { OutcomeCapabilityData } from '../routing/outcome-capability-data.js';
import { createTaskClassifier } from '../routing/task-classifier.js';

/**
 * Puts the parts of a stored snapshot together for the request path.
 *
 * @throws RouterError SNAPSHOT_INVALID when its index cannot be read.
 */
export async function loadSnapshot(stored: StoredSnapshot, bundleDirectory: string): Promise<Snapshot> {
  // The cache may have been filled from another place; the content is the same.
  const bundle = { ...stored.bundle, root: bundleDirectory };
  const index = await loadExemplarIndex({
    path: stored.indexPath,
    dimensions: stored.dimensions,
    count: bundle.exemplars.length,
  });
  const taskOfExemplar = Int32Array.from(bundle.exemplars, ({ taskIndex }) => taskIndex);
  const modelIndexById = new Map(bundle.models.map(({ id }, position) => [id, position]));
  return {
    id: stored.id,
    bundle,
    fingerprint: stored.fingerprint,
    classifier: createTaskClassifier({ data: stored.model.classifier, index, taskOfExemplar }),
    capability: capabilityOf(bundle, stored.outcomeCapability),
    defaultModelIndex: modelIndexById.get(bundle.settings.defaultModel) ?? 0,
    baselineModelIndex: modelIndexById.get(bundle.settings.baselineModel) ?? 0,
    modelIndexById,
    taskIndexById: new Map(bundle.tasks.map(({ id }, position) => [id, position])),
  };
}

/** From outcomes where there are any, from the catalogue's evidence otherwise. */
function capabilityOf(bundle: Bundle, data: OutcomeCapabilityData | undefined): CapabilityModel {
  const evidence = createCapabilityModel({ bundle });
  if (data === undefined) return evidence;
  return createOutcomeCapability({ data, evidence, z: standardNormalQuantile(bundle.settings.confidence) });
}
