import type { Bundle, BundleSettings, Model, Task } from '../../../src/bundle/bundle.js';
import type { CapabilityEstimate } from '../../../src/trace.js';
import type { Candidate } from '../../../src/routing/select-model.js';

/** A model with everything allowed; tests say what matters to them. */
export function model(id: string, changes: Partial<Model> = {}): Model {
  return {
    id,
    vendor: 'vendor',
    name: id,
    isEnabled: true,
    hasOpenWeights: false,
    price: {
      inputUsdPerMtok: 1,
      outputUsdPerMtok: 2,
      above: [],
      source: 'list',
      date: '2026-11-01',
      isDeclared: false,
    },
    contextWindowTokens: 100_000,
    maxOutputTokens: 8_000,
    modalities: ['text'],
    hasTools: true,
    hasStructuredOutput: true,
    isReasoning: false,
    regions: ['eu'],
    completionTokensByTask: {},
    evidence: [],
    deployments: [],
    location: { file: 'models.yaml', line: 1, column: 1 },
    ...changes,
  };
}

export function task(id: string, changes: Partial<Task> = {}): Task {
  return {
    id,
    title: id,
    description: '',
    qualityFloor: 0.7,
    cache: { policy: 'allow', ttlSeconds: 60 },
    expectedCompletionTokens: 100,
    exemplarCount: 1,
    location: { file: `tasks/${id}.yaml`, line: 1, column: 1 },
    ...changes,
  };
}

export const SETTINGS: BundleSettings = {
  name: 'test',
  embedder: 'none',
  defaultModel: 'strong',
  baselineModel: 'strong',
  risk: 0.1,
  defaultAbstentionThreshold: 0.3,
  confidence: 0.9,
  tolerance: 0.05,
  qualityPreference: 0,
  declaredEquivalentCount: 10,
  neighbours: 5,
};

export function bundle(changes: Partial<Bundle>): Bundle {
  return {
    root: '/bundle',
    settings: SETTINGS,
    tasks: [],
    exemplars: [],
    models: [],
    outcomes: [],
    cachePairs: [],
    contentHash: '0',
    ...changes,
  };
}

export function estimate(lowerBound: number, changes: Partial<CapabilityEstimate> = {}): CapabilityEstimate {
  return { mean: lowerBound, lowerBound, evidenceCount: 100, basis: 'measured', source: 'test', ...changes };
}

export function candidate(
  id: string,
  lowerBound: number,
  costUsd: number,
  changes: Partial<Candidate> = {},
): Candidate {
  return {
    model: model(id),
    capability: estimate(lowerBound),
    expectedCostUsd: costUsd,
    expectedCompletionTokens: 100,
    gateRejections: [],
    ...changes,
  };
}

/** A small deterministic generator of numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Rows of random unit vectors around `centres`, row r around centre r modulo their number. */
export function clusteredVectors(options: {
  readonly count: number;
  readonly dimensions: number;
  readonly clusters: number;
  readonly spread: number;
  readonly seed: number;
}): Float32Array {
  const { count, dimensions, clusters, spread } = options;
  const random = seededRandom(options.seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: clusters }, () => unit(Array.from({ length: dimensions }, normal)));
  const values = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row += 1) {
    const centre = centres[row % clusters]!;
    const noisy = centre.map((value) => value + (spread * normal()) / Math.sqrt(dimensions));
    values.set(unit(noisy), row * dimensions);
  }
  return values;
}

function unit(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
