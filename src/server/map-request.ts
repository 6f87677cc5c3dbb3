import type * as wire from '../gen/pointsman/router/v1/prompt.js';
import type { CachePolicy, Constraints, RouteRequest } from '../request.js';
import { mapPrompt, type PromptLimits } from './map-prompt.js';
import { createViolations, type Violations } from './violations.js';

/** The fields that every request to the pipeline has. */
export interface WireRequest {
  readonly prompt?: wire.Prompt | undefined;
  readonly constraints?: wire.Constraints | undefined;
  readonly sessionId: string;
}

const MAX_SESSION_ID_LENGTH = 200;

/**
 * Maps and checks a request of the API.
 *
 * @throws RouterError with a catalogue reason and one field violation for each thing that is wrong.
 */
export function mapRequest(request: WireRequest, tenant: string, limits: PromptLimits): RouteRequest {
  const violations = createViolations();
  const prompt = mapPrompt(request.prompt, limits, violations);
  const constraints = mapConstraints(request.constraints, violations);
  if (request.sessionId.length > MAX_SESSION_ID_LENGTH) {
    violations.add('FIELD_INVALID', 'session_id', `at most ${MAX_SESSION_ID_LENGTH} characters are accepted`);
  }
  violations.throwIfAny();
  return { prompt, constraints, tenant, ...(request.sessionId === '' ? {} : { sessionId: request.sessionId }) };
}

function mapConstraints(constraints: wire.Constraints | undefined, violations: Violations): Constraints {
  const { maxCostUsd, minQuality, qualityPreference } = constraints ?? {};
  violations.checkRange('constraints.max_cost_usd', maxCostUsd, 0, Number.MAX_VALUE);
  violations.checkRange('constraints.min_quality', minQuality, 0, 1);
  violations.checkRange('constraints.quality_preference', qualityPreference, 0, 1);
  return {
    allowedModels: constraints?.allowedModels ?? [],
    deniedModels: constraints?.deniedModels ?? [],
    regions: constraints?.regions ?? [],
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(minQuality === undefined ? {} : { minQuality }),
    ...(qualityPreference === undefined ? {} : { qualityPreference }),
    cache: mapCachePolicy(constraints?.cache, violations),
  };
}

function mapCachePolicy(policy: wire.CachePolicy | undefined, violations: Violations): CachePolicy {
  const maxAgeSeconds = policy?.maxAgeSeconds === undefined ? undefined : Number(policy.maxAgeSeconds);
  const minSimilarity = policy?.minSimilarity;
  violations.checkRange('constraints.cache.max_age_seconds', maxAgeSeconds, 0, Number.MAX_SAFE_INTEGER);
  violations.checkRange('constraints.cache.min_similarity', minSimilarity, -1, 1);
  return {
    noCache: policy?.noCache ?? false,
    noStore: policy?.noStore ?? false,
    exactOnly: policy?.exactOnly ?? false,
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(minSimilarity === undefined ? {} : { minSimilarity }),
  };
}
