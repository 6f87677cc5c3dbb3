import type { Classification } from './classification.js';
import type { CapabilityEstimate } from '../trace.js';

/** The rule that made a choice. */
export type SelectionReason =
  'cheapestCapable' | 'bestEffort' | 'abstainedDefault' | 'onlyCandidate' | 'sessionAffinity';

/** What the router decided about a prompt. */
export interface Decision {
  readonly decisionId: string;
  readonly snapshotId: string;
  readonly classification: Classification;
  /** Task id of the classification. */
  readonly task: string;
  /** Chosen model's id. */
  readonly model: string;
  readonly capability: CapabilityEstimate;
  readonly expectedCostUsd: number;
  readonly expectedCompletionTokens: number;
  readonly baselineCostUsd: number;
  readonly reason: SelectionReason;
  /** One sentence, for people. */
  readonly explanation: string;
  /** Capable models to try next, cheapest first; where nobody is capable, by lower bound. */
  readonly fallbackModels: readonly string[];
  readonly qualityFloor: number;
  readonly isFloorMet: boolean;
}
