import type { Modality, Model } from '../bundle/bundle.js';
import type { RouteRequest } from '../request.js';
import type { Rejection } from '../trace.js';

/** Which deployments may be tried now. */
export interface DeploymentHealth {
  isHealthy(modelId: string, deploymentId: string): boolean;
  /** Changes whenever an answer of `isHealthy` may have changed. */
  readonly version: number;
}

/** What a request asks of a model, whatever its quality. */
export interface Needs {
  readonly promptTokens: number;
  /** Limit that the caller sets on the answer; absent where none. */
  readonly maxOutputTokens?: number;
  /** Besides text. */
  readonly modalities: readonly Modality[];
  readonly hasTools: boolean;
  readonly hasStructuredOutput: boolean;
  readonly allowedModels: readonly string[];
  readonly deniedModels: readonly string[];
  readonly regions: readonly string[];
  readonly maxCostUsd?: number;
}

/** A model's expected figures on the request. */
export interface Expectation {
  /** Thinking included, and under the caller's limit. */
  readonly completionTokens: number;
  readonly costUsd: number;
}

/** Reads the needs out of a request. */
export function needsOf(request: RouteRequest, promptTokens: number): Needs {
  const { prompt, constraints } = request;
  const modalities = new Set<Modality>();
  for (const message of prompt.messages) {
    for (const part of message.parts) {
      if (part.kind === 'image' || part.kind === 'audio' || part.kind === 'file') modalities.add(part.kind);
    }
  }
  const { maxOutputTokens } = prompt.sampling;
  const { allowedModels, deniedModels, regions, maxCostUsd } = constraints;
  return {
    promptTokens,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    modalities: [...modalities],
    hasTools: prompt.tools.length > 0 && prompt.toolChoice.mode !== 'none',
    hasStructuredOutput: prompt.responseFormat.kind === 'jsonSchema',
    allowedModels,
    deniedModels,
    regions,
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
  };
}

/** Every reason why a model cannot serve a request; empty when it can. */
export function gateRejections(
  model: Model,
  needs: Needs,
  expectation: Expectation,
  health?: DeploymentHealth,
): readonly Rejection[] {
  const rejections: Rejection[] = [];
  const reject = (reason: Rejection['reason'], message: string): void => void rejections.push({ reason, message });
  if (!model.isEnabled) reject('MODEL_DISABLED', 'disabled in the catalogue');
  if (needs.allowedModels.length > 0 && !needs.allowedModels.includes(model.id)) {
    reject('NOT_ALLOWED', 'not among the allowed models of the request');
  }
  if (needs.deniedModels.includes(model.id)) reject('DENIED', 'among the denied models of the request');
  gateSize(model, needs, expectation, reject);
  gateAbilities(model, needs, reject);
  gatePlace(model, needs, health, reject);
  if (needs.maxCostUsd !== undefined && expectation.costUsd > needs.maxCostUsd) {
    reject(
      'COST_ABOVE_LIMIT',
      `expected cost $${formatUsd(expectation.costUsd)} is above the limit of $${formatUsd(needs.maxCostUsd)}`,
    );
  }
  return rejections;
}

type Reject = (reason: Rejection['reason'], message: string) => void;

function gateSize(model: Model, needs: Needs, expectation: Expectation, reject: Reject): void {
  // A caller's limit is what may come; the expectation is what probably comes.
  const outputTokens = Math.ceil(needs.maxOutputTokens ?? expectation.completionTokens);
  const total = needs.promptTokens + outputTokens;
  if (total > model.contextWindowTokens) {
    reject(
      'CONTEXT_WINDOW_TOO_SMALL',
      `${needs.promptTokens} prompt tokens and ${outputTokens} for the answer exceed the context window of ${model.contextWindowTokens}`,
    );
  }
  if (needs.maxOutputTokens !== undefined && needs.maxOutputTokens > model.maxOutputTokens) {
    reject(
      'OUTPUT_LIMIT_TOO_SMALL',
      `asked for up to ${needs.maxOutputTokens} output tokens, the model writes at most ${model.maxOutputTokens}`,
    );
  }
}

function gateAbilities(model: Model, needs: Needs, reject: Reject): void {
  const missing = needs.modalities.filter((modality) => !model.modalities.includes(modality));
  if (missing.length > 0) reject('MODALITY_UNSUPPORTED', `does not read ${missing.join(', ')}`);
  if (needs.hasTools && !model.hasTools) reject('TOOLS_UNSUPPORTED', 'does not call tools');
  if (needs.hasStructuredOutput && !model.hasStructuredOutput) {
    reject('STRUCTURED_OUTPUT_UNSUPPORTED', 'does not answer to a JSON schema');
  }
}

function gatePlace(model: Model, needs: Needs, health: DeploymentHealth | undefined, reject: Reject): void {
  const isWanted = (region: string): boolean => needs.regions.length === 0 || needs.regions.includes(region);
  const inRegion = model.deployments.filter((deployment) => isWanted(deployment.region));
  const hasRegion =
    needs.regions.length === 0 || (model.deployments.length > 0 ? inRegion.length > 0 : model.regions.some(isWanted));
  if (!hasRegion) {
    const places = model.deployments.length > 0 ? model.deployments.map(({ region }) => region) : model.regions;
    const known = [...new Set(places)].join(', ');
    reject('REGION_UNAVAILABLE', `served in ${known || 'no known region'}, asked for ${needs.regions.join(', ')}`);
  } else if (health !== undefined && !inRegion.some((deployment) => health.isHealthy(model.id, deployment.id))) {
    reject('NO_HEALTHY_DEPLOYMENT', `none of its ${inRegion.length} deployments can be tried now`);
  }
}

/** US dollars with four significant digits. */
export function formatUsd(usd: number): string {
  return usd === 0 ? '0' : Number(usd.toPrecision(4)).toFixed(Math.max(2, 3 - Math.floor(Math.log10(Math.abs(usd)))));
}
