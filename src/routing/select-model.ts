import type { BundleSettings, Model, Task } from '../bundle/bundle.js';
import type { CandidateTrace, CapabilityEstimate, Rejection } from '../trace.js';
import type { SelectionReason } from './decision.js';
import { formatUsd } from './gates.js';
import { costUsd } from './pricing.js';

/** A model with everything that the choice looks at. */
export interface Candidate {
  readonly model: Model;
  readonly capability: CapabilityEstimate;
  readonly expectedCostUsd: number;
  readonly expectedCompletionTokens: number;
  /** Reasons why it cannot serve the request; empty when it can. */
  readonly gateRejections: readonly Rejection[];
}

/** What {@link selectModel} decides on. */
export interface SelectionInput {
  readonly candidates: readonly Candidate[];
  readonly task: Pick<Task, 'id' | 'qualityFloor'>;
  readonly isAbstained: boolean;
  readonly settings: Pick<BundleSettings, 'defaultModel' | 'baselineModel' | 'tolerance' | 'qualityPreference'>;
  /** Caller's floor; counts where it is above the task's. */
  readonly minQuality?: number;
  /** Caller's preference, 0 (cheapest capable) to 1 (best); default the bundle's. */
  readonly qualityPreference?: number;
}

/** The choice and what became of every candidate. */
export interface Selection {
  readonly chosen: Candidate;
  readonly reason: SelectionReason;
  /** Lower bound that a candidate had to reach: the floor, or more where the preference asks for more. */
  readonly requiredQuality: number;
  readonly qualityFloor: number;
  readonly isFloorMet: boolean;
  /** Capable models to try next, cheapest first; where nobody is capable, by lower bound. */
  readonly fallbacks: readonly Candidate[];
  readonly explanation: string;
}

/**
 * A call whose price at the baseline's rates gives the preference its scale. It is the same for every prompt: then a
 * dollar buys as much quality wherever it is spent, which leaves the most quality for the money.
 */
const REFERENCE_CALL = { promptTokens: 1000, completionTokens: 500 } as const;

/**
 * Picks the cheapest candidate whose lower bound reaches the required quality. That is the task's floor, raised as long
 * as the preference p finds more quality worth its price: a model may cost as much more than another as a reference call
 * to the baseline where its bound is higher by `tolerance * (1 - p) / p`, and in proportion. At 0 the floor alone
 * counts, at 0.5 the reference call's price should buy the tolerance, at 1 only the best will do. Cost and bound never fall while p
 * rises. Where nobody reaches the floor, the highest bound is taken. Ties go to the higher bound, then to the name.
 * Pure: equal input, equal answer.
 *
 * @returns undefined when no candidate passed the gates.
 */
export function selectModel(input: SelectionInput): Selection | undefined {
  const eligible = input.candidates.filter((candidate) => candidate.gateRejections.length === 0);
  const qualityFloor = Math.max(input.task.qualityFloor, input.minQuality ?? 0);
  const required = requiredQuality(eligible, qualityFloor, input);
  const capable = eligible.filter((candidate) => isCapable(candidate, required)).sort(byCost);
  const isAnyCapable = capable.length > 0;
  const ranking = isAnyCapable ? capable : [...eligible].sort(byLowerBound);
  const first = ranking[0];
  if (first === undefined) return undefined;
  const byDefault = input.isAbstained
    ? eligible.find((candidate) => candidate.model.id === input.settings.defaultModel)
    : undefined;
  const chosen = byDefault ?? first;
  const reason = reasonOf({ isDefault: byDefault !== undefined, eligibleCount: eligible.length, isAnyCapable });
  return {
    chosen,
    reason,
    requiredQuality: required,
    qualityFloor,
    isFloorMet: isCapable(chosen, qualityFloor),
    fallbacks: ranking.filter((candidate) => candidate !== chosen),
    explanation: explain({ input, chosen, reason, required, capableCount: capable.length }),
  };
}

/** Every candidate with why it lost: the chosen one first, then by expected cost. */
export function traceCandidates(candidates: readonly Candidate[], selection?: Selection): readonly CandidateTrace[] {
  const traces = candidates.map((candidate) => ({
    model: candidate.model.id,
    capability: candidate.capability,
    expectedCostUsd: candidate.expectedCostUsd,
    expectedCompletionTokens: candidate.expectedCompletionTokens,
    isChosen: candidate === selection?.chosen,
    rejections: rejectionsOf(candidate, selection),
  }));
  return traces.sort(
    (a, b) =>
      Number(b.isChosen) - Number(a.isChosen) ||
      a.expectedCostUsd - b.expectedCostUsd ||
      compareNames(a.model, b.model),
  );
}

function requiredQuality(eligible: readonly Candidate[], floor: number, input: SelectionInput): number {
  const preference = Math.min(1, Math.max(0, input.qualityPreference ?? input.settings.qualityPreference));
  const worth = (input.settings.tolerance * (1 - preference)) / preference;
  const reference = referenceCostUsd(input);
  // On the hull each step up costs more for each point of bound than the one before: those worth it come first.
  const hull = upperHull(eligible.filter((candidate) => isCapable(candidate, floor)));
  let taken = hull[0];
  for (const step of hull.slice(1)) {
    if (taken === undefined) break;
    const gain = step.capability.lowerBound - taken.capability.lowerBound;
    if (!(gain * reference >= worth * (step.expectedCostUsd - taken.expectedCostUsd))) break;
    taken = step;
  }
  return taken === undefined || taken === hull[0] ? floor : taken.capability.lowerBound;
}

/** What a call of common size costs at the baseline's prices, or at the dearest candidate's where it is none. */
export function referenceCostUsd({ candidates, settings }: Pick<SelectionInput, 'candidates' | 'settings'>): number {
  const baseline = candidates.find((candidate) => candidate.model.id === settings.baselineModel);
  const referred = baseline === undefined ? candidates : [baseline];
  return referred.reduce((highest, { model }) => Math.max(highest, costUsd(model.price, REFERENCE_CALL)), 0);
}

/** Candidates on the upper convex hull of bound over cost, from the cheapest to the best bound. */
function upperHull(candidates: readonly Candidate[]): readonly Candidate[] {
  const hull: Candidate[] = [];
  for (const candidate of [...candidates].sort(byCost)) {
    const last = hull.at(-1);
    if (last !== undefined && candidate.capability.lowerBound <= last.capability.lowerBound) continue;
    while (hull.length >= 2 && isBelowLine(hull.at(-2), hull.at(-1), candidate)) hull.pop();
    hull.push(candidate);
  }
  return hull;
}

function isBelowLine(left: Candidate | undefined, middle: Candidate | undefined, right: Candidate): boolean {
  if (left === undefined || middle === undefined) return false;
  const slope = (from: Candidate, to: Candidate): number =>
    (to.capability.lowerBound - from.capability.lowerBound) / (to.expectedCostUsd - from.expectedCostUsd);
  return slope(left, middle) <= slope(middle, right);
}

function isCapable(candidate: Candidate, required: number): boolean {
  return candidate.capability.basis !== 'none' && candidate.capability.lowerBound >= required;
}

function byCost(a: Candidate, b: Candidate): number {
  return (
    a.expectedCostUsd - b.expectedCostUsd ||
    b.capability.lowerBound - a.capability.lowerBound ||
    compareNames(a.model.id, b.model.id)
  );
}

function byLowerBound(a: Candidate, b: Candidate): number {
  return b.capability.lowerBound - a.capability.lowerBound || byCost(a, b);
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function reasonOf(facts: { isDefault: boolean; eligibleCount: number; isAnyCapable: boolean }): SelectionReason {
  if (facts.isDefault) return 'abstainedDefault';
  if (facts.eligibleCount === 1) return 'onlyCandidate';
  return facts.isAnyCapable ? 'cheapestCapable' : 'bestEffort';
}

interface ExplainOptions {
  readonly input: SelectionInput;
  readonly chosen: Candidate;
  readonly reason: SelectionReason;
  readonly required: number;
  readonly capableCount: number;
}

function explain({ input, chosen, reason, required, capableCount }: ExplainOptions): string {
  const name = chosen.model.id;
  const bound = chosen.capability.lowerBound.toFixed(2);
  const task = input.task.id;
  switch (reason) {
    case 'cheapestCapable':
      return `${name} is the cheapest of ${capableCount} models whose lower bound on ${task} reaches ${required.toFixed(2)} (its own: ${bound}).`;
    case 'bestEffort':
      return `No model's lower bound on ${task} reaches ${required.toFixed(2)}; ${name} has the highest (${bound}).`;
    case 'abstainedDefault':
      return `No task is certain enough (nearest: ${task}), so the default model ${name} was taken.`;
    case 'onlyCandidate':
      return `${name} is the only model that meets the request's requirements; its lower bound on ${task} is ${bound}.`;
    case 'sessionAffinity':
      return `${name} was kept, since the session used it before.`;
  }
}

function rejectionsOf(candidate: Candidate, selection: Selection | undefined): readonly Rejection[] {
  if (candidate.gateRejections.length > 0 || selection === undefined) return candidate.gateRejections;
  if (candidate === selection.chosen) return [];
  const { chosen, reason, requiredQuality: required } = selection;
  const { lowerBound, basis } = candidate.capability;
  if (reason === 'abstainedDefault') {
    return [
      { reason: 'NOT_DEFAULT_MODEL', message: `the task is uncertain, and the default model is ${chosen.model.id}` },
    ];
  }
  if (basis === 'none') return [{ reason: 'NO_EVIDENCE', message: 'nothing is known of its quality on this task' }];
  const rejections: Rejection[] = [];
  if (lowerBound < required) {
    rejections.push({
      reason: 'BELOW_FLOOR',
      message: `lower bound ${lowerBound.toFixed(3)} is below the required ${required.toFixed(3)}`,
    });
  }
  if (reason === 'bestEffort') {
    rejections.push({
      reason: 'LOWER_BOUND_NOT_HIGHEST',
      message: `lower bound ${lowerBound.toFixed(3)} is not above ${chosen.model.id}'s ${chosen.capability.lowerBound.toFixed(3)}`,
    });
  } else if (lowerBound >= required) {
    rejections.push({
      reason: 'NOT_CHEAPEST',
      message: `expected cost $${formatUsd(candidate.expectedCostUsd)} is not below ${chosen.model.id}'s $${formatUsd(chosen.expectedCostUsd)}`,
    });
  }
  return rejections;
}
