import type { CapabilityEstimate } from '../trace.js';

/** What a capability estimate may look at. */
export interface CapabilityInput {
  /** All of the last user turn. */
  readonly text: string;
  readonly vector: Float32Array;
  /** Task probabilities by task index. */
  readonly probabilities: Float32Array;
  readonly taskIndex: number;
  readonly promptTokens: number;
}

/** Estimates how well each model of the catalogue would do on a prompt. Synchronous, no I/O. */
export interface CapabilityModel {
  /** One estimate a model, in the catalogue's order. */
  estimate(input: CapabilityInput): readonly CapabilityEstimate[];
  /** Expected completion tokens of a model, thinking included. */
  expectedCompletionTokens(modelIndex: number, input: CapabilityInput): number;
}
