import type { Logger } from 'pino';
import type { AnswerEvent, ChatAnswer } from '../answer.js';
import type { Model } from '../bundle/bundle.js';
import type { DispatchSettings } from '../config/dispatch-settings.js';
import { ECHO_PROVIDER, type ProviderSettings } from '../config/provider-settings.js';
import type { DeploymentHealth } from '../routing/gates.js';
import type { MonotonicClock, RoutingTrace } from '../trace.js';
import { openStream, requestAnswer, type OpenStream } from './attempt.js';
import { createAccount } from './call-account.js';
import { createDeploymentPool, type DeploymentStatus } from './deployment-pool.js';
import type { DispatchPlan } from './dispatch-plan.js';
import { createFailover, type FailoverCall } from './failover.js';
import { startHealthProber } from './health-prober.js';
import type { SavingsLedger } from './ledger.js';
import type { MappedResult } from './from-language-model.js';
import { createProvider } from './provider-factory.js';
import type { FetchFunction, Provider } from './provider.js';
import { createRetryBudget } from './retry-budget.js';
import { warmUpEstimates } from './usage.js';
import { dropStream, relayStream } from './relay-stream.js';

/** What {@link createDispatcher} needs. */
export interface DispatcherOptions {
  /** By the names that deployments use. */
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly settings: DispatchSettings;
  readonly clock: MonotonicClock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly logger: Logger;
  /** The catalogue in service: for the health of deployments whose provider is not configured, and for probes. */
  readonly models?: () => readonly Model[];
  /** Gets what health probes cost; absent: nobody counts it. */
  readonly ledger?: SavingsLedger;
  /** Replaces a provider's connections, in tests. */
  readonly fetchFor?: (provider: string) => FetchFunction | undefined;
}

/** Gets answers from models: the only part of the service that talks to providers. */
export interface Dispatcher {
  /**
   * A whole answer. Each attempt is added to the trace, also when the call fails.
   *
   * @throws RouterError ALL_DEPLOYMENTS_FAILED, UPSTREAM_*, or the signal's reason
   */
  chat(plan: DispatchPlan, trace: RoutingTrace, signal: AbortSignal): Promise<ChatAnswer>;
  /**
   * The pieces of an answer as they come, then one `end`. Pulls from the provider only as fast as it is pulled. Leaving
   * the iteration, or the signal, closes the connection to the provider at once.
   *
   * @throws RouterError as `chat` does before the first piece; STREAM_INTERRUPTED, STREAM_IDLE after it
   */
  stream(plan: DispatchPlan, trace: RoutingTrace, signal: AbortSignal): AsyncGenerator<AnswerEvent, void, undefined>;
  /** For the gate "no healthy deployment". */
  readonly health: DeploymentHealth;
  /** Deployments of a model that may be tried now. Empty `regions` means all. */
  healthyDeployments(modelId: string, regions: readonly string[]): readonly string[];
  /** Every deployment that was ever asked. */
  status(): readonly DeploymentStatus[];
  close(): Promise<void>;
}

/** Creates the dispatcher, with a connection pool for each provider. */
export async function createDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const { clock, random, settings, logger } = options;
  const providers = await createProviders(options);
  const hasEcho = settings.unconfigured === 'echo' || (settings.unconfigured === undefined && providers.size === 0);
  const echo = hasEcho ? await createProvider('echo', ECHO_PROVIDER) : undefined;
  const providerOf = (name: string): Provider | undefined => providers.get(name) ?? echo;
  const isConfigured = (name: string): boolean => providerOf(name) !== undefined;
  const pool = createDeploymentPool({
    ...settings,
    clock,
    random,
    isConfigured,
    onChange: (deployment, state) => logger.info({ deployment, state }, 'deployment changed state'),
  });
  const budget = createRetryBudget(settings.retry, clock);
  const failover = createFailover({ pool, budget, settings, clock, random, providerOf });
  const catalogue = createCatalogueView(options.models);
  const prober = settings.probe.enabled
    ? startHealthProber({ ...options, pool, settings: settings.probe, providerOf })
    : undefined;
  // The echo provider counts for itself, and the table is large.
  const isReal = Object.values(options.providers).some(({ kind }) => kind !== 'echo');
  if (isReal) setImmediate(warmUpEstimates).unref();

  type CallBase<Result> = Pick<FailoverCall<Result>, 'plan' | 'signal' | 'onFailure' | 'spentUsd'>;
  const baseOf = (
    plan: DispatchPlan,
    signal: AbortSignal,
    account: ReturnType<typeof createAccount>,
  ): CallBase<never> => ({
    plan,
    signal,
    onFailure: (failed) => account.noteFailure(failed),
    spentUsd: () => account.spentUsd(),
  });
  const isHealthy = (modelId: string, deploymentId: string): boolean => {
    const provider = catalogue.providerOf(modelId, deploymentId);
    return (provider === undefined || isConfigured(provider)) && pool.isHealthy(modelId, deploymentId);
  };

  return {
    async chat(plan, trace, signal) {
      const account = createAccount(plan, trace, clock);
      const answered = await failover.run<MappedResult>({
        ...baseOf(plan, signal, account),
        isStream: false,
        send: (target, attemptSignal) => requestAnswer(target, plan.request.prompt, attemptSignal),
        onDiscard(attempted) {
          attempted.lease.release();
          account.noteAnswer(attempted, attempted.result);
        },
      });
      answered.lease.release();
      return { parts: answered.result.parts, ...account.noteAnswer(answered, answered.result) };
    },
    async *stream(plan, trace, signal) {
      const account = createAccount(plan, trace, clock);
      const answered = await failover.run<OpenStream>({
        ...baseOf(plan, signal, account),
        isStream: true,
        send: (target, attemptSignal) => openStream(target, plan.request.prompt, attemptSignal),
        onDiscard: (attempted) => dropStream(attempted, account),
      });
      yield* relayStream(answered, account, signal);
    },
    health: {
      isHealthy,
      get version() {
        return pool.version;
      },
    },
    healthyDeployments(modelId, regions) {
      const deployments = catalogue.deploymentsOf(modelId);
      const inRegion = deployments.filter(({ region }) => regions.length === 0 || regions.includes(region));
      return inRegion.flatMap(({ id }) => (isHealthy(modelId, id) ? id : []));
    },
    status: () => pool.status(),
    async close() {
      await prober?.close();
      await closeAll(providers);
    },
  };
}

async function createProviders({ providers, fetchFor }: DispatcherOptions): Promise<Map<string, Provider>> {
  const made = new Map<string, Provider>();
  try {
    for (const [name, settings] of Object.entries(providers)) {
      made.set(name, await createProvider(name, settings, fetchFor?.(name)));
    }
  } catch (error) {
    await closeAll(made);
    throw error;
  }
  return made;
}

async function closeAll(providers: ReadonlyMap<string, Provider>): Promise<void> {
  await Promise.all([...providers.values()].map((provider) => provider.close()));
}

/** Deployments by model, read anew whenever another catalogue goes into service. */
function createCatalogueView(models: (() => readonly Model[]) | undefined) {
  let seen: readonly Model[] | undefined;
  let byModel = new Map<string, Model['deployments']>();
  const deploymentsOf = (modelId: string): Model['deployments'] => {
    const current = models?.();
    if (current !== seen) {
      seen = current;
      byModel = new Map(current?.map(({ id, deployments }) => [id, deployments]));
    }
    return byModel.get(modelId) ?? [];
  };
  return {
    deploymentsOf,
    providerOf: (modelId: string, deploymentId: string): string | undefined =>
      deploymentsOf(modelId).find(({ id }) => id === deploymentId)?.provider,
  };
}
