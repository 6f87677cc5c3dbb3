import type { Bundle, Model, Task } from '../bundle.js';
import { createCapabilityModel } from '../../routing/capability-model.js';
import { costUsd } from '../../routing/pricing.js';
import type { CapabilityEstimate } from '../../trace.js';
import { finding } from './finding.js';
import type { LintFinding } from './finding.js';

/** Prompt length that expected costs are compared at. */
const TYPICAL_PROMPT_TOKENS = 300;

/** A model with what it would do and cost on each task, by task index. */
interface Entry {
  readonly model: Model;
  readonly estimates: readonly CapabilityEstimate[];
  readonly completionTokens: readonly number[];
  readonly costsUsd: readonly number[];
}

/** Rules on models and on what they mean for tasks. Disabled models are left alone. */
export function lintCatalogue(bundle: Bundle): readonly LintFinding[] {
  const entries = describeModels(bundle);
  return [
    ...lintTasks(bundle, entries),
    ...entries.flatMap((entry) => [...lintModel(bundle, entry)]),
    ...lintDominated(bundle, entries),
    ...lintBaseline(bundle),
  ];
}

function describeModels(bundle: Bundle): readonly Entry[] {
  const capability = createCapabilityModel({ bundle });
  const inputs = bundle.tasks.map((_, taskIndex) => ({
    vector: new Float32Array(0),
    text: '',
    probabilities: new Float32Array(bundle.tasks.length),
    taskIndex,
    promptTokens: TYPICAL_PROMPT_TOKENS,
  }));
  return bundle.models
    .map((model, modelIndex) => {
      const completionTokens = inputs.map((input) => capability.expectedCompletionTokens(modelIndex, input));
      return {
        model,
        estimates: inputs.map((input) => capability.estimate(input)[modelIndex]).filter((found) => found !== undefined),
        completionTokens,
        costsUsd: completionTokens.map((tokens) =>
          costUsd(model.price, { promptTokens: TYPICAL_PROMPT_TOKENS, completionTokens: tokens }),
        ),
      };
    })
    .filter(({ model }) => model.isEnabled);
}

function* lintTasks({ tasks }: Bundle, entries: readonly Entry[]): Generator<LintFinding> {
  for (const [taskIndex, task] of tasks.entries()) {
    const bounds = entries.flatMap(({ estimates }) => {
      const estimate = estimates[taskIndex];
      return estimate === undefined || estimate.basis === 'none' ? [] : [estimate.lowerBound];
    });
    const best = Math.max(...bounds);
    if (bounds.length === 0) {
      const message = `no enabled model has evidence for task "${task.id}"; add evidence to models.yaml`;
      yield finding('task-without-evidence', task.location, message);
    } else if (best < task.qualityFloor) {
      const message = `no model reaches the quality floor ${task.qualityFloor} of task "${task.id}"; the best lower bound is ${best.toFixed(3)}`;
      yield finding('floor-out-of-reach', task.location, message);
    }
  }
}

function* lintModel({ tasks, settings }: Bundle, entry: Entry): Generator<LintFinding> {
  const { model, estimates } = entry;
  const reached = (task: Task, index: number): boolean => (estimates[index]?.lowerBound ?? 0) >= task.qualityFloor;
  if (model.evidence.length === 0) {
    const message = `model "${model.id}" has no evidence and is never found capable; add evidence or disable it`;
    yield finding('model-without-evidence', model.location, message);
  } else if (!tasks.some(reached) && model.id !== settings.defaultModel) {
    const message = `model "${model.id}" reaches the quality floor of no task; add evidence or disable it`;
    yield finding('model-below-every-floor', model.location, message);
  }
  if (model.deployments.length === 0) {
    const message = `model "${model.id}" has no deployment and cannot be called; add one or disable it`;
    yield finding('model-without-deployment', model.location, message);
  }
  const served = new Set(model.deployments.map(({ region }) => region));
  for (const region of model.regions) {
    if (model.deployments.length === 0 || served.has(region)) continue;
    const message = `model "${model.id}" lists region "${region}", where it has no deployment; add one or remove the region`;
    yield finding('region-without-deployment', model.location, message);
  }
  const tight = tasks.find(
    (task, index) => reached(task, index) && (entry.completionTokens[index] ?? 0) > model.maxOutputTokens,
  );
  if (tight !== undefined) {
    const message = `model "${model.id}" is expected to write more on task "${tight.id}" than its ${model.maxOutputTokens} output tokens; correct one of them`;
    yield finding('output-limit-too-small', model.location, message);
  }
}

/**
 * A model that another one of its vendor beats or equals everywhere is never chosen. Across vendors it is not said:
 * there such a model still stands in when the better one's vendor is down.
 */
function* lintDominated({ settings }: Bundle, entries: readonly Entry[]): Generator<LintFinding> {
  for (const entry of entries) {
    const { id, location, evidence } = entry.model;
    if (id === settings.defaultModel || id === settings.baselineModel || evidence.length === 0) continue;
    const better = entries.find((other) => other !== entry && dominates(other, entry));
    if (better === undefined) continue;
    const message = `model "${better.model.id}" is at least as good, able and cheap on every task, so "${id}" is never chosen; disable it or correct the evidence`;
    yield finding('dominated-model', location, message);
  }
}

function dominates(other: Entry, entry: Entry): boolean {
  return (
    other.model.vendor === entry.model.vendor && isAsAble(other.model, entry.model) && isAsGoodAndCheap(other, entry)
  );
}

function isAsAble(a: Model, b: Model): boolean {
  return (
    a.contextWindowTokens >= b.contextWindowTokens &&
    a.maxOutputTokens >= b.maxOutputTokens &&
    (a.hasTools || !b.hasTools) &&
    (a.hasStructuredOutput || !b.hasStructuredOutput) &&
    b.modalities.every((modality) => a.modalities.includes(modality)) &&
    b.regions.every((region) => a.regions.includes(region))
  );
}

function isAsGoodAndCheap(other: Entry, entry: Entry): boolean {
  let isStrictly = other.model.price.inputUsdPerMtok < entry.model.price.inputUsdPerMtok;
  if (other.model.price.inputUsdPerMtok > entry.model.price.inputUsdPerMtok) return false;
  for (const [task, own] of entry.estimates.entries()) {
    if (own.basis === 'none') continue;
    const bound = other.estimates[task]?.lowerBound ?? 0;
    const cost = other.costsUsd[task] ?? Infinity;
    const ownCost = entry.costsUsd[task] ?? 0;
    if (bound < own.lowerBound || cost > ownCost) return false;
    isStrictly ||= bound > own.lowerBound || cost < ownCost;
  }
  return isStrictly;
}

function* lintBaseline({ models, settings }: Bundle): Generator<LintFinding> {
  const baseline = models.find(({ id }) => id === settings.baselineModel);
  if (baseline === undefined || baseline.isEnabled) return;
  const message = `the baseline model "${baseline.id}" is disabled, so savings are counted against a model that nobody could use`;
  yield finding('baseline-disabled', baseline.location, message);
}
