import type { BreakerSettings, SessionSettings } from '../config/dispatch-settings.js';
import type { Deployment, Model } from '../bundle/bundle.js';
import type { MonotonicClock } from '../trace.js';
import { loadScores, pickByLoad } from './balancer.js';
import { createBreaker, type BreakerState, type Passage } from './breaker.js';
import { createDeploymentState, type CallRecord, type DeploymentState } from './deployment-state.js';
import type { AttemptFailure } from './error-class.js';
import { createSessionAffinity } from './session-affinity.js';

/** What a pick looks at. */
export interface PickOptions {
  /** Deployment keys that this call has tried in vain. */
  readonly excluded: ReadonlySet<string>;
  /** Empty means all. */
  readonly regions: readonly string[];
  /** Conversation that prefers the deployment it used last. */
  readonly session?: string;
  /** Streams and whole answers have different latencies, so each is compared with its own kind. */
  readonly isStream: boolean;
}

/** The right to make one call to one deployment. Ended by `release`, after at most one of the others. */
export interface Lease {
  readonly deployment: Deployment;
  /** The call got its answer, or its first piece, after so long. */
  succeed(latencyMs: number): void;
  /** The call failed; also after `succeed`, where a stream broke. */
  fail(failure: AttemptFailure): void;
  /** The call is over. Safe to repeat. */
  release(): void;
  /** Latency that a share of recent calls stayed under, where there were enough. */
  percentileMs(share: number): number | undefined;
}

/** A deployment to try, or why there is none. */
export type PickResult =
  | { readonly lease: Lease }
  | {
      readonly lease?: undefined;
      /** One for each deployment that rests; those that this call has tried say nothing. */
      readonly reasons: readonly string[];
    };

/** How a deployment does. */
export interface DeploymentStatus {
  readonly model: string;
  readonly deployment: string;
  readonly state: BreakerState;
  readonly inFlight: number;
  readonly calls: number;
  readonly failures: number;
}

/** Chooses among a model's deployments and remembers how they do. */
export interface DeploymentPool {
  pick(model: Model, options: PickOptions): PickResult;
  /** Time until one of the model's deployments may be tried, 0 for now; undefined where there is none to wait for. */
  waitMs(model: Model, options: Pick<PickOptions, 'excluded' | 'regions'>): number | undefined;
  /** Whether a call may be sent there now, as far as is known. */
  isHealthy(modelId: string, deploymentId: string): boolean;
  /** Changes whenever an answer of `isHealthy` may have changed. */
  readonly version: number;
  status(): readonly DeploymentStatus[];
}

/** What {@link createDeploymentPool} needs. */
export interface DeploymentPoolOptions {
  readonly breaker: BreakerSettings;
  readonly session: SessionSettings;
  readonly clock: MonotonicClock;
  readonly random: () => number;
  readonly isConfigured: (provider: string) => boolean;
  readonly onChange?: (deployment: string, state: BreakerState) => void;
}

/** Identifies a deployment across snapshots. */
export function deploymentKey(modelId: string, deploymentId: string): string {
  return `${modelId}/${deploymentId}`;
}

interface Option {
  readonly deployment: Deployment;
  readonly key: string;
  readonly state: DeploymentState;
}

/** Creates the pool. What it knows of a deployment outlives snapshots. */
export function createDeploymentPool(options: DeploymentPoolOptions): DeploymentPool {
  const { clock, random } = options;
  const states = new Map<string, DeploymentState>();
  const resting = new Set<string>();
  const affinity = createSessionAffinity(options.session, clock);
  let version = 0;

  function stateOf(key: string): DeploymentState {
    let state = states.get(key);
    if (state === undefined) {
      const breaker = createBreaker({
        settings: options.breaker,
        clock,
        random,
        onChange(change) {
          version++;
          if (change === 'closed') resting.delete(key);
          else resting.add(key);
          options.onChange?.(key, change);
        },
      });
      state = createDeploymentState(breaker, clock);
      states.set(key, state);
    }
    return state;
  }

  /** Deployments whose rest has ended since anybody looked. */
  function noticeRested(): void {
    for (const key of resting) {
      if (stateOf(key).breaker.waitMs() > 0) continue;
      resting.delete(key);
      version++;
    }
  }

  function open(option: Option, model: Model, { isStream, session }: PickOptions): Lease | undefined {
    const passage = option.state.breaker.enter();
    if (passage === undefined) return undefined;
    const remember = (): void => {
      if (session !== undefined) affinity.note(session, model.id, option.key);
    };
    return createLease({ option, passage, record: option.state.begin(), isStream, remember });
  }

  function choose(group: readonly Option[], model: Model, pickOptions: PickOptions): Option | undefined {
    const { session, isStream } = pickOptions;
    const probe = group.find(({ state }) => state.breaker.state() === 'halfOpen');
    if (probe !== undefined) return probe;
    const loads = group.map(({ deployment, state }) => state.load(deployment, isStream));
    const last = session === undefined ? undefined : affinity.deploymentOf(session, model.id);
    const lastIndex = group.findIndex(({ key }) => key === last);
    if (lastIndex >= 0) {
      const scores = loadScores(loads);
      const isFine = (scores[lastIndex] ?? 0) <= Math.min(...scores) * options.session.switchFactor;
      if (isFine) return group[lastIndex];
    }
    return group[pickByLoad(loads, random)];
  }

  function optionsOf(model: Model, { excluded, regions }: Pick<PickOptions, 'excluded' | 'regions'>): Option[] {
    const left: Option[] = [];
    for (const deployment of model.deployments) {
      if (regions.length > 0 && !regions.includes(deployment.region)) continue;
      const key = deploymentKey(model.id, deployment.id);
      if (!excluded.has(key)) left.push({ deployment, key, state: stateOf(key) });
    }
    return left;
  }

  return {
    pick(model, pickOptions) {
      const left = optionsOf(model, pickOptions);
      const priorities = [...new Set(left.map(({ deployment }) => deployment.priority))].sort((a, b) => a - b);
      for (const priority of priorities) {
        const group = left.filter(
          (option) => option.deployment.priority === priority && restReason(option, options.isConfigured) === undefined,
        );
        const chosen = group.length === 0 ? undefined : choose(group, model, pickOptions);
        const lease = chosen === undefined ? undefined : open(chosen, model, pickOptions);
        if (lease !== undefined) return { lease };
      }
      return { reasons: left.flatMap((option) => restReason(option, options.isConfigured) ?? []) };
    },
    waitMs(model, pickOptions) {
      const waits = optionsOf(model, pickOptions)
        .filter(({ deployment }) => options.isConfigured(deployment.provider))
        .map(({ state }) => state.breaker.waitMs());
      return waits.length === 0 ? undefined : Math.min(...waits);
    },
    isHealthy(modelId, deploymentId) {
      const state = states.get(deploymentKey(modelId, deploymentId));
      return state === undefined || state.breaker.waitMs() === 0;
    },
    get version() {
      noticeRested();
      return version;
    },
    status: () =>
      [...states].map(([key, { breaker, inFlight, calls, failures }]) => {
        const border = key.lastIndexOf('/');
        const place = { model: key.slice(0, border), deployment: key.slice(border + 1) };
        return { ...place, state: breaker.state(), inFlight, calls, failures };
      }),
  };
}

/** Why a deployment cannot be tried now. */
function restReason({ deployment, state }: Option, isConfigured: (provider: string) => boolean): string | undefined {
  const { id, provider, maxConcurrency } = deployment;
  if (!isConfigured(provider)) return `${id}: provider "${provider}" is not configured`;
  if (maxConcurrency !== undefined && state.inFlight >= maxConcurrency) {
    return `${id}: ${maxConcurrency} calls are in flight, its limit`;
  }
  if (state.breaker.canEnter()) return undefined;
  const seconds = (state.breaker.waitMs() / 1000).toFixed(1);
  switch (state.breaker.state()) {
    case 'paused':
      return `${id}: rate limited for ${seconds} s`;
    case 'open':
      return `${id}: failed too often, left alone for ${seconds} s`;
    case 'halfOpen':
    case 'closed':
      return `${id}: failed too often, being probed`;
  }
}

interface LeaseParts {
  readonly option: Option;
  readonly passage: Passage;
  readonly record: CallRecord;
  readonly isStream: boolean;
  readonly remember: () => void;
}

function createLease({ option, passage, record, isStream, remember }: LeaseParts): Lease {
  let isDecided = false;
  return {
    deployment: option.deployment,
    percentileMs: (share) => option.state.percentileMs(share, isStream),
    succeed(latencyMs) {
      isDecided = true;
      passage.succeed();
      record.succeed(latencyMs, isStream);
      remember();
    },
    fail(failure) {
      if (isDecided) option.state.breaker.noteFailure(failure);
      else if (failure.errorClass === 'cancelled') passage.cancel();
      else passage.fail(failure);
      isDecided = true;
      record.fail(failure);
    },
    release() {
      if (!isDecided) passage.cancel();
      isDecided = true;
      record.release();
    },
  };
}
