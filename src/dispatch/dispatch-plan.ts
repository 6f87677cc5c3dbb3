import type { Model } from '../bundle/bundle.js';
import type { RouteRequest } from '../request.js';
import type { Rejection } from '../trace.js';

/** A model that passed the gates and may be asked. */
export interface DispatchCandidate {
  readonly model: Model;
  readonly expectedCostUsd: number;
}

/** What the dispatcher is asked to do. */
export interface DispatchPlan {
  readonly request: RouteRequest;
  /** The chosen model first, then those to fall back to, in order. Not empty. */
  readonly candidates: readonly DispatchCandidate[];
  /** Estimated tokens of the prompt, for costs of attempts whose provider counts none. */
  readonly promptTokens: number;
  /** When the caller stops waiting, on the injected clock. The signal aborts then; this saves retries that cannot end in time. */
  readonly deadlineAtMs?: number;
  /** Gates asked again before each fallback, since the catalogue may have changed. Health and cost are asked besides. Default: none. */
  readonly recheck?: (candidate: DispatchCandidate) => readonly Rejection[];
}
