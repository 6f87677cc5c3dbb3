import { createAnswerCache, type AnswerCacheOptions } from './cache/create-answer-cache.js';
import { createHitJudge } from './cache/hit-judge.js';
import { createMemoryStore } from './cache/memory-store.js';
import { connectRedis } from './cache/redis-connection.js';
import { createRedisStore } from './cache/redis-store.js';
import { startSweeping } from './cache/sweeper.js';
import { followThresholds } from './chat/calibrated-thresholds.js';
import { createCachedAnswers } from './chat/cached-answers.js';
import { createChatPipeline, type ChatPipeline } from './chat/chat-pipeline.js';
import { createHitAudit } from './chat/hit-audit.js';
import type { CloseStack } from './close-stack.js';
import type { RoutingCore } from './compose.js';
import type { ServiceConfig } from './config/service-config.js';
import type { Dispatcher } from './dispatch/dispatcher.js';
import type { SavingsLedger } from './dispatch/ledger.js';
import type { CacheAdmin, ThresholdStatus } from './server/cache-admin.js';
import type { Logger } from './telemetry/logger.js';

/** What the chat methods are made of. */
export interface ChatParts {
  readonly pipeline: ChatPipeline;
  /** Absent: nothing is cached. */
  readonly cache?: CacheAdmin;
}

/** Time between two removals of expired answers. */
const SWEEP_PAUSE_MS = 10_000;
/** Longest life of an answer in memory before a shared store. */
const FRONT_TTL_MS = 30_000;

/** Builds the chat pipeline with its cache. What must be closed goes to the stack. */
export function startChat(
  config: ServiceConfig,
  parts: {
    readonly core: RoutingCore;
    readonly dispatcher: Dispatcher;
    readonly ledger: SavingsLedger;
    readonly logger: Logger;
  },
  stack: CloseStack,
): ChatParts {
  const { core, dispatcher, ledger } = parts;
  const { router, embedder, snapshots } = core;
  const base = { router, dispatcher, ledger, snapshots };
  if (!config.cache.enabled) return { pipeline: createChatPipeline(base) };

  const { cache: settings } = config;
  const clock = Date.now;
  const thresholds = followThresholds({
    ...settings,
    least: settings,
    snapshots,
    embedder,
    ...(embedder.verifier === undefined ? {} : { verifier: embedder.verifier }),
    logger: parts.logger,
  });
  stack.add(() => thresholds.close());
  const answers = createAnswerCache({
    thresholds: thresholds.current,
    settings: {
      ...settings,
      isPersonalDataAllowed: settings.allowPersonalData,
    },
    embedderFingerprint: embedder.fingerprint,
    judge: createHitJudge({
      verifierTimeoutMs: settings.verifierTimeoutMs,
      ...(embedder.verifier === undefined ? {} : { verifier: embedder.verifier }),
    }),
    local: createMemoryStore({ maxBytes: settings.memoryBytes, dimensions: embedder.dimensions, clock }),
    ...(settings.redis === undefined ? {} : { shared: connectShared(settings.redis, parts.logger, stack) }),
    frontTtlMs: FRONT_TTL_MS,
    clock,
  });
  stack.add(() => answers.close());
  // Apart, so that a slow store does not keep expired answers in memory.
  for (const tier of ['local', 'shared'] as const) stack.add(startSweeping(() => answers.sweep(tier), SWEEP_PAUSE_MS));
  const audit = createHitAudit({ ...base, embedder, ...settings.audit, random: Math.random });
  stack.add(() => audit.close());
  const pipeline = createChatPipeline({
    ...base,
    cache: { answers: createCachedAnswers(answers, embedder), replay: settings.replay, audit },
  });
  const inForce = (): ThresholdStatus => ({
    ...thresholds.current(),
    tasks: thresholds.tasks(),
    calibration: thresholds.calibration(),
  });
  return { pipeline, cache: { answers, audit, thresholds: inForce } };
}

/** Opens the shared store. A Redis that is away makes misses, never errors, and comes back by itself. */
function connectShared(
  settings: NonNullable<ServiceConfig['cache']['redis']>,
  logger: Logger,
  stack: CloseStack,
): NonNullable<AnswerCacheOptions['shared']> {
  const redis = connectRedis({
    url: settings.url.reveal(),
    onDown: (error) => logger.warn({ reason: error.message }, 'the shared cache store is away'),
  });
  stack.add(() => redis.disconnect());
  const store = createRedisStore({ ...settings, redis, clock: Date.now });
  return { store, leases: store.leases };
}
