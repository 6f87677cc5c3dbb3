import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Model as CatalogueModel, Task as BundleTask } from '../bundle/bundle.js';
import type { Snapshot, SnapshotSource } from '../bundle/snapshot.js';
import type { LedgerRow, SavingsLedger } from '../dispatch/ledger.js';
import {
  AdminServiceService,
  GetCacheStatsRequest,
  GetSavingsRequest,
  GetStatusRequest,
  ListModelsRequest,
  ListTasksRequest,
  InvalidateCacheRequest,
  ReloadBundleRequest,
  type GetCacheStatsResponse,
  type GetSavingsResponse,
  type InvalidateCacheResponse,
  type GetStatusResponse,
  type ListModelsResponse,
  type ListTasksResponse,
  type Model,
  type SavingsRow,
  type ReloadBundleResponse,
  type Task,
} from '../gen/pointsman/router/v1/admin.js';
import { invalidateCache, readCacheStats, type CacheAdmin } from './cache-admin.js';
import { paginate } from './paginate.js';
import { receive } from './strict-decode.js';
import { unary, type HandlerEnvironment } from './unary.js';

/** Keeps the snapshot in service. */
export interface ReloadableSnapshots extends SnapshotSource {
  /**
   * Reads the bundle anew, builds it and, unless `dryRun`, puts it into service.
   * @throws RouterError BUNDLE_INVALID; the old snapshot then keeps serving.
   */
  reload(options: { dryRun: boolean; signal?: AbortSignal }): Promise<{ snapshotId: string; isChanged: boolean }>;
  /** When the snapshot in service was put there. */
  readonly loadedAt: Date;
  /** Message of the last refused reload, "" when the last one was good. */
  readonly lastReloadError: string;
}

/** What AdminService is made of. */
export interface AdminServiceOptions {
  readonly snapshots: ReloadableSnapshots;
  readonly ledger: SavingsLedger;
  readonly embedder: { readonly fingerprint: string; readonly queueLength: number };
  readonly version: string;
  /** Absent: nothing is cached. */
  readonly cache?: CacheAdmin;
  readonly environment: HandlerEnvironment;
}

/** Method definitions of AdminService that check text and wire format while decoding. */
export const adminServiceDefinition = {
  getStatus: {
    ...AdminServiceService.getStatus,
    requestDeserialize: receive((reader) => GetStatusRequest.decode(reader)),
  },
  listModels: {
    ...AdminServiceService.listModels,
    requestDeserialize: receive((reader) => ListModelsRequest.decode(reader)),
  },
  listTasks: {
    ...AdminServiceService.listTasks,
    requestDeserialize: receive((reader) => ListTasksRequest.decode(reader)),
  },
  reloadBundle: {
    ...AdminServiceService.reloadBundle,
    requestDeserialize: receive((reader) => ReloadBundleRequest.decode(reader)),
  },
  getSavings: {
    ...AdminServiceService.getSavings,
    requestDeserialize: receive((reader) => GetSavingsRequest.decode(reader)),
  },
  getCacheStats: {
    ...AdminServiceService.getCacheStats,
    requestDeserialize: receive((reader) => GetCacheStatsRequest.decode(reader)),
  },
  invalidateCache: {
    ...AdminServiceService.invalidateCache,
    requestDeserialize: receive((reader) => InvalidateCacheRequest.decode(reader)),
  },
};

/** Handlers of AdminService. */
export function createAdminService(options: AdminServiceOptions): UntypedServiceImplementation {
  const { snapshots, environment } = options;
  return {
    getStatus: unary<GetStatusRequest, GetStatusResponse>(environment, () => readStatus(options)),
    listModels: unary<ListModelsRequest, ListModelsResponse>(environment, (request) => {
      const snapshot = snapshots.current();
      const page = paginate(snapshot.bundle.models, request, snapshot.id);
      return {
        models: page.items.map((model) => toWireModel(model, snapshot)),
        nextPageToken: page.nextPageToken,
      };
    }),
    listTasks: unary<ListTasksRequest, ListTasksResponse>(environment, (request) => {
      const snapshot = snapshots.current();
      const page = paginate(snapshot.bundle.tasks, request, snapshot.id);
      return { tasks: page.items.map(toWireTask), nextPageToken: page.nextPageToken };
    }),
    reloadBundle: unary<ReloadBundleRequest, ReloadBundleResponse>(environment, (request, context) =>
      snapshots.reload({ dryRun: request.dryRun, signal: context.signal }),
    ),
    getSavings: unary<GetSavingsRequest, GetSavingsResponse>(environment, ({ tenant }) => {
      const { rows, total } = options.ledger.sums(tenant === '' ? undefined : tenant);
      const baselineModel = snapshots.current().bundle.settings.baselineModel;
      return { rows: rows.map(toWireSavings), total: toWireSavings(total), baselineModel };
    }),
    getCacheStats: unary<GetCacheStatsRequest, GetCacheStatsResponse>(environment, () => readCacheStats(options.cache)),
    invalidateCache: unary<InvalidateCacheRequest, InvalidateCacheResponse>(environment, (request) =>
      invalidateCache(request, options.cache),
    ),
  };
}

function readStatus({ snapshots, embedder, version }: AdminServiceOptions): GetStatusResponse {
  const snapshot = snapshots.current();
  return {
    version,
    snapshotId: snapshot.id,
    snapshotLoadedAt: snapshots.loadedAt,
    embedderFingerprint: embedder.fingerprint,
    taskCount: snapshot.bundle.tasks.length,
    exemplarCount: snapshot.bundle.exemplars.length,
    modelCount: snapshot.bundle.models.length,
    lastReloadError: snapshots.lastReloadError,
    uptimeSeconds: process.uptime(),
    embeddingQueueLength: embedder.queueLength,
    residentMemoryBytes: BigInt(process.memoryUsage.rss()),
  };
}

function toWireSavings(row: LedgerRow): SavingsRow {
  return {
    ...row,
    calls: BigInt(row.calls),
    cacheHits: BigInt(row.cacheHits),
    failures: BigInt(row.failures),
    promptTokens: BigInt(row.promptTokens),
    completionTokens: BigInt(row.completionTokens),
  };
}

function toWireModel(model: CatalogueModel, snapshot: Snapshot): Model {
  const { price } = model;
  return {
    id: model.id,
    vendor: model.vendor,
    name: model.name,
    inputPriceUsdPerMtok: price.inputUsdPerMtok,
    outputPriceUsdPerMtok: price.outputUsdPerMtok,
    priceSource: `${price.source}, ${price.date}${price.isDeclared ? ' (declared)' : ''}`,
    contextWindowTokens: BigInt(model.contextWindowTokens),
    modalities: model.modalities,
    hasTools: model.hasTools,
    hasStructuredOutput: model.hasStructuredOutput,
    regions: model.regions,
    evidence: model.evidence.map((entry) => ({
      task: snapshot.bundle.tasks[entry.taskIndex]?.id ?? '',
      score: entry.score,
      n: entry.n,
      source: entry.source,
      date: entry.date,
      isDeclared: entry.isDeclared,
    })),
    isEnabled: model.isEnabled,
  };
}

function toWireTask(task: BundleTask): Task {
  return {
    id: task.id,
    description: task.description,
    qualityFloor: task.qualityFloor,
    exemplarCount: task.exemplarCount,
    cachePolicy: task.cache.policy,
    cacheTtlSeconds: BigInt(task.cache.ttlSeconds),
  };
}
