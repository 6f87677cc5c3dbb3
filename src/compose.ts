import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from './bundle/bundle.js';
import { createSnapshotManager, type BuildProgress, type SnapshotManager } from './bundle/snapshot-manager.js';
import { bundleState, watchBundle } from './bundle/watch-bundle.js';
import { startChat } from './compose-chat.js';
import { chatServiceDefinition, createChatService } from './server/chat-service.js';
import { createDispatcher, type Dispatcher } from './dispatch/dispatcher.js';
import { createSavingsLedger, type SavingsLedger } from './dispatch/ledger.js';
import { createCloseStack, type CloseStack } from './close-stack.js';
import { projectRoot } from './config/project-root.js';
import type { ServiceConfig } from './config/service-config.js';
import { createTransformersEmbedder, type TransformersEmbedder } from './embedding/transformers-embedder.js';
import { readBundleSettings } from './bundle/read-bundle.js';
import { openOutcomeJournal } from './outcomes/outcome-journal.js';
import type { DeploymentHealth } from './routing/gates.js';
import { rememberPrompts } from './outcomes/remember-prompts.js';
import {
  createUncertainPromptRecorder,
  type DecidedText,
  type UncertainPromptRecorder,
} from './outcomes/uncertain-prompts.js';
import { keepSessionModels } from './routing/session-choice.js';
import { createRouter, type ClassifiedPrompt, type Router } from './routing/route-prompt.js';
import { adminServiceDefinition, createAdminService } from './server/admin-service.js';
import { startGrpcServer, type GrpcServer } from './server/grpc-server.js';
import { startHttpFacade, type HttpFacade } from './server/http-facade/http-facade.js';
import { createRouterService, routerServiceDefinition } from './server/router-service.js';
import { createCallGate, type HandlerEnvironment } from './server/unary.js';
import { createLogger, type Logger } from './telemetry/logger.js';

/** The parts that decide, without a server. */
export interface RoutingCore {
  readonly embedder: TransformersEmbedder;
  readonly snapshots: SnapshotManager;
  readonly router: Router;
  /** Masked prompt of a recent decision; undefined unless the operator opted in. */
  readonly promptOf: (decisionId: string) => string | undefined;
  close(): Promise<void>;
}

/** Options of {@link startRoutingCore}. */
export interface RoutingCoreOptions {
  readonly config: ServiceConfig;
  /** Default: a logger as the config says. */
  readonly logger?: Logger;
  /** Which deployments can be tried; absent: all. */
  readonly deploymentHealth?: DeploymentHealth;
  /** Told how the first build of a snapshot goes. */
  readonly onProgress?: (progress: BuildProgress) => void;
}

/** A running service. */
export interface Service {
  readonly port: number;
  /** Port of the HTTP facade; absent where it is off. */
  readonly httpPort?: number;
  readonly core: RoutingCore;
  /** Drains the server, then closes everything. @returns whether every call ended by itself. */
  stop(): Promise<boolean>;
}

/** Version of the program, from package.json. */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0';
}

/** Starts the embedder that the bundle names. */
export async function startEmbedder(config: ServiceConfig, logger: Logger): Promise<TransformersEmbedder> {
  const settings = await readBundleSettings(config.bundle);
  return createTransformersEmbedder({
    directory: join(config.bundle, 'embedders', settings.embedder),
    queueLimit: config.embedding.queueLimit,
    cacheEntries: config.embedding.cacheEntries,
    ...(settings.verifier === undefined
      ? {}
      : { verifierDirectory: join(config.bundle, 'verifiers', settings.verifier) }),
    intraOpNumThreads: config.embedding.threads,
    logger,
  });
}

/** Builds what decides: embedder, snapshots, router. Nothing is left open when it fails. */
export async function startRoutingCore(options: RoutingCoreOptions): Promise<RoutingCore> {
  const { config } = options;
  const logger = options.logger ?? createLogger(config.log.level);
  return closeOnFailure(async (stack) => {
    const embedder = await startEmbedder(config, logger);
    stack.add(() => embedder.close());
    const snapshots = await createSnapshotManager({
      bundleDirectory: config.bundle,
      cacheDirectory: config.cacheDirectory,
      embedder,
      logger,
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    stack.add(() => snapshots.close());
    const { deploymentHealth } = options;
    const recorder = createRecorder(config, logger);
    if (recorder !== undefined) stack.add(() => recorder.close());
    const router = createRouter({
      snapshots,
      embedder,
      clock: () => performance.now(),
      ...(deploymentHealth === undefined ? {} : { deploymentHealth }),
      ...(recorder === undefined ? {} : { onClassified: (prompt) => recorder.record(decidedText(prompt)) }),
    });
    const stable = keepSessionModels(router, config.dispatch.session, () => performance.now());
    const recent = config.outcomes.recordPrompts ? rememberPrompts(stable) : undefined;
    return {
      embedder,
      snapshots,
      router: recent?.router ?? stable,
      promptOf: (decisionId) => recent?.textOf(decisionId),
      close: () => stack.close(),
    };
  });
}

/** Starts the whole service. It answers SERVING once this resolves. Nothing is left open when it fails. */
export async function startService(options: RoutingCoreOptions): Promise<Service> {
  const { config } = options;
  const logger = options.logger ?? createLogger(config.log.level);
  return closeOnFailure(async (stack) => {
    const ledger = createSavingsLedger();
    let catalogue: () => readonly Model[] = () => [];
    const dispatcher = await createDispatcher({
      providers: config.providers,
      settings: config.dispatch,
      clock: () => performance.now(),
      random: Math.random,
      logger,
      ledger,
      models: () => catalogue(),
    });
    stack.add(() => dispatcher.close());
    const since = await bundleState(config.bundle);
    const core = await startRoutingCore({ ...options, logger, deploymentHealth: dispatcher.health });
    stack.add(() => core.close());
    catalogue = () => core.snapshots.current().bundle.models;
    const { server, facade } = await startServers(config, { core, dispatcher, ledger }, { logger, stack });
    if (config.reload.pollIntervalMs > 0) {
      const watcher = watchBundle({
        directory: config.bundle,
        since,
        intervalMs: config.reload.pollIntervalMs,
        onChange: () => reloadQuietly(core.snapshots, logger),
      });
      stack.add(() => watcher.close());
    }
    server.setServing(true);
    const ports = { port: server.port, ...(facade === undefined ? {} : { httpPort: facade.port }) };
    logger.info({ ...ports, snapshot: core.snapshots.current().id }, 'serving');
    return {
      ...ports,
      core,
      async stop() {
        const [isClean] = await Promise.all([server.drain(config.drain), facade?.drain(config.drain.timeoutMs)]);
        await stack.close();
        logger.info({ isClean }, 'stopped');
        return isClean;
      },
    };
  });
}

/** Reloads the bundle; a refused one is logged and the old snapshot keeps serving. */
export async function reloadQuietly(snapshots: SnapshotManager, logger: Logger): Promise<void> {
  try {
    const { snapshotId, isChanged } = await snapshots.reload({ dryRun: false });
    if (isChanged) logger.info({ snapshotId }, 'bundle reloaded');
  } catch (error) {
    logger.error({ err: error }, 'bundle refused; the old snapshot keeps serving');
  }
}

/** Prompts that the router is unsure about are kept only where the operator opted in. */
function createRecorder({ outcomes }: ServiceConfig, logger: Logger): UncertainPromptRecorder | undefined {
  if (outcomes.directory === undefined || !outcomes.recordPrompts) return undefined;
  return createUncertainPromptRecorder({
    directory: outcomes.directory,
    onWarning: (message) => logger.warn(message),
  });
}

function decidedText({ snapshot, view, classification }: ClassifiedPrompt): DecidedText {
  const { taskIndex, probability, probabilities, isAbstained } = classification;
  const second = probabilities.reduce((best, value, index) => (index === taskIndex ? best : Math.max(best, value)), 0);
  return {
    text: view.routingText,
    task: snapshot.bundle.tasks[taskIndex]?.id ?? '',
    probability,
    margin: probability - second,
    isAbstained,
  };
}

async function startServers(
  config: ServiceConfig,
  { core, dispatcher, ledger }: { core: RoutingCore; dispatcher: Dispatcher; ledger: SavingsLedger },
  { logger, stack }: { logger: Logger; stack: CloseStack },
): Promise<{ server: GrpcServer; facade: HttpFacade | undefined }> {
  const { outcomes } = config;
  const journal =
    outcomes.directory === undefined ? undefined : await openOutcomeJournal({ directory: outcomes.directory });
  if (journal !== undefined) stack.add(() => journal.close());
  const chat = startChat(config, { core, dispatcher, ledger, logger }, stack);
  const environment: HandlerEnvironment = {
    deadlines: config.deadlines,
    gate: createCallGate(config.limits.maxCallsInFlight),
    logger,
    newId: randomUUID,
  };
  const chatDeadlines = { ...config.deadlines, defaultMs: config.deadlines.chatDefaultMs };
  const chatEnvironment = { ...environment, deadlines: chatDeadlines };
  const facade = config.httpFacade.enabled
    ? await startHttpFacade({
        ...config.httpFacade,
        pipeline: chat.pipeline,
        snapshots: core.snapshots,
        limits: config.limits,
        environment: chatEnvironment,
      })
    : undefined;
  if (facade !== undefined) stack.add(() => facade.drain(0));
  const server = await startGrpcServer({
    ...config.listen,
    maxReceiveBytes: config.limits.maxReceiveBytes,
    hasReflection: config.features.reflection,
    hasChannelz: config.features.channelz,
    descriptorSetPath: join(projectRoot(), 'src', 'gen', 'descriptor-set.binpb'),
    logger,
    services: [
      {
        name: 'pointsman.router.v1.RouterService',
        definition: { ...routerServiceDefinition, ...chatServiceDefinition },
        implementation: {
          ...createRouterService({
            selector: core.router,
            limits: config.limits,
            environment,
            promptOf: core.promptOf,
            ...(journal === undefined ? {} : { journal }),
          }),
          ...createChatService({ pipeline: chat.pipeline, limits: config.limits, environment: chatEnvironment }),
        },
      },
      {
        name: 'pointsman.router.v1.AdminService',
        definition: adminServiceDefinition,
        implementation: createAdminService({
          ...core,
          ledger,
          version: programVersion(),
          environment,
          ...(chat.cache === undefined ? {} : { cache: chat.cache }),
        }),
      },
    ],
  });
  return { server, facade };
}

async function closeOnFailure<T>(build: (stack: CloseStack) => Promise<T>): Promise<T> {
  const stack = createCloseStack();
  try {
    return await build(stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}
