import type { BreakerSettings, SessionSettings } from '../config/dispatch-settings.js';
import type { Deployment, Model } from '../bundle/bundle.js';
import type { MonotonicClock } from '../trace.js';
import { loadScores, pickByLoad } from './balancer.js';
import { createBreaker, type BreakerState } from './breaker.js';
import { createDeploymentState, type CallRecord, type DeploymentState } from './deployment-state.js';
import { createLease, type Lease } from './lease.js';
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

/** A deployment that a health probe would tell something about. */
export interface QuietDeployment {
  readonly model: Model;
  readonly deployment: Deployment;
}

/** Chooses among a model's deployments and remembers how they do. */
export interface DeploymentPool {
  pick(model: Model, options: PickOptions): PickResult;
  /** Time until one of the model's deployments may be tried, 0 for now; undefined where there is none to wait for. */
  waitMs(model: Model, options: Pick<PickOptions, 'excluded' | 'regions'>): number | undefined;
  /**
   * Deployments of enabled models that a health probe would tell something about: those that rest after failures, then
   * those that nobody has asked for `idleMs` (0: none of these); within each group the one that was asked longest ago first.
   */
  quiet(models: readonly Model[], idleMs: number): readonly QuietDeployment[];
  /** A lease for a health probe; undefined while a probe is under way, a pause was asked for, or the cap is reached. */
  openProbe(place: QuietDeployment): Lease | undefined;
  /** Whether it rests after failures, or waits for probes to end its rest. */
  isResting(modelId: string, deploymentId: string): boolean;
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
    return createLease({
      ...option,
      passage,
      isStream,
      onSuccess(record, latencyMs) {
        record.succeed(latencyMs, isStream);
        if (session !== undefined) affinity.note(session, model.id, option.key);
      },
    });
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
    quiet(models, idleMs) {
      const idleSinceMs = idleMs === 0 ? -Infinity : clock() - idleMs;
      return models
        .filter(({ isEnabled }) => isEnabled)
        .flatMap((model) => optionsOf(model, EVERYWHERE).map((option) => ({ ...option, model })))
        .filter(({ deployment, state }) => options.isConfigured(deployment.provider) && !isAtCap(deployment, state))
        .filter(({ state }) => state.breaker.canEnterEarly())
        .map((option) => ({ ...option, isResting: hasOpened(option.state) }))
        .filter(({ state, isResting }) => isResting || state.lastCallAtMs <= idleSinceMs)
        .sort((a, b) => Number(b.isResting) - Number(a.isResting) || a.state.lastCallAtMs - b.state.lastCallAtMs)
        .map(({ model, deployment }) => ({ model, deployment }));
    },
    openProbe({ model, deployment }) {
      const state = stateOf(deploymentKey(model.id, deployment.id));
      const passage = isAtCap(deployment, state) ? undefined : state.breaker.enterEarly();
      if (passage === undefined) return undefined;
      const onSuccess = (record: CallRecord): void => record.succeedProbe();
      return createLease({ deployment, state, passage, isStream: false, onSuccess });
    },
    isResting(modelId, deploymentId) {
      const state = states.get(deploymentKey(modelId, deploymentId));
      return state !== undefined && hasOpened(state);
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

/** Excludes nothing. */
const EVERYWHERE: Pick<PickOptions, 'excluded' | 'regions'> = { excluded: new Set(), regions: [] };

function isAtCap({ maxConcurrency = Infinity }: Deployment, { inFlight }: DeploymentState): boolean {
  return inFlight >= maxConcurrency;
}

function hasOpened({ breaker }: DeploymentState): boolean {
  const state = breaker.state();
  return state === 'open' || state === 'halfOpen';
}

/** Why a deployment cannot be tried now. */
function restReason({ deployment, state }: Option, isConfigured: (provider: string) => boolean): string | undefined {
  const { id, provider, maxConcurrency = Infinity } = deployment;
  if (!isConfigured(provider)) return `${id}: provider "${provider}" is not configured`;
  if (isAtCap(deployment, state)) {
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
