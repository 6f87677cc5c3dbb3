import type { Deployment, Model } from '../../src/bundle/bundle.js';

/** A deployment that tests complete. */
export function testDeployment(values: Partial<Deployment> & Pick<Deployment, 'id' | 'provider'>): Deployment {
  return { model: 'upstream-model', region: 'eu', priority: 0, weight: 1, ...values };
}

/** A catalogue entry that tests complete: able to do everything, at $1 a million tokens in and $2 out. */
export function testModel(id: string, values: Partial<Model> = {}): Model {
  return {
    id,
    vendor: 'test',
    name: id,
    isEnabled: true,
    hasOpenWeights: false,
    price: { inputUsdPerMtok: 1, outputUsdPerMtok: 2, above: [], source: 'test', date: '2026-01-01', isDeclared: true },
    contextWindowTokens: 100_000,
    maxOutputTokens: 10_000,
    modalities: ['text', 'image', 'audio', 'file'],
    hasTools: true,
    hasStructuredOutput: true,
    isReasoning: true,
    regions: ['eu'],
    completionTokensByTask: {},
    evidence: [],
    deployments: [testDeployment({ id: `${id}-1`, provider: 'echo', model: id })],
    location: { file: 'models.yaml', line: 1, column: 1 },
    ...values,
  };
}
