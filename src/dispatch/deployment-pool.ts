import type { Deployment, Model } from '../bundle/bundle.js';
import type { AttemptFailure } from './error-class.js';

/** What a pick looks at. */
export interface PickOptions {
  /** Deployment keys that this call has tried in vain. */
  readonly excluded: ReadonlySet<string>;
  /** Empty means all. */
  readonly regions: readonly string[];
  readonly sessionId?: string;
  /** Streams and whole answers have different latencies, so each is compared with its own kind. */
  readonly isStream: boolean;
}

/** The right to make one call to one deployment. Exactly one of `succeed`, `fail` and `abandon` ends it. */
export interface Lease {
  readonly deployment: Deployment;
  /** The call got its answer, or its first piece, after so long. The connection stays counted until `release`. */
  succeed(latencyMs: number): void;
  fail(failure: AttemptFailure): void;
  /** Says that the call is over. Safe to repeat. */
  release(): void;
}

/** A deployment to try, or why there is none. */
export type Pick = { readonly lease: Lease } | { readonly lease?: undefined; readonly reason: string };

/** Chooses among a model's deployments and remembers how they do. */
export interface DeploymentPool {
  pick(model: Model, options: PickOptions): Pick;
  isHealthy(modelId: string, deploymentId: string): boolean;
}

/** Identifies a deployment across snapshots. */
export function deploymentKey(modelId: string, deploymentId: string): string {
  return `${modelId}/${deploymentId}`;
}

/** A pool that takes deployments in order of priority. */
export function createDeploymentPool(): DeploymentPool {
  return {
    pick(model, { excluded, regions }) {
      const deployment = [...model.deployments]
        .sort((a, b) => a.priority - b.priority)
        .find(
          ({ id, region }) =>
            !excluded.has(deploymentKey(model.id, id)) && (regions.length === 0 || regions.includes(region)),
        );
      if (deployment === undefined) return { reason: 'no deployment is left' };
      return {
        lease: { deployment, succeed: () => undefined, fail: () => undefined, release: () => undefined },
      };
    },
    isHealthy: () => true,
  };
}
