import { z } from 'zod';
import { cacheSchema } from './cache-settings.js';
import { dispatchSchema } from './dispatch-settings.js';
import { providersSchema } from './provider-settings.js';
import type { Secret } from './secret.js';
import {
  deadlinesSchema,
  drainSchema,
  embeddingSchema,
  featuresSchema,
  folderSchema,
  httpFacadeSchema,
  limitsSchema,
  listenSchema,
  logSchema,
  outcomesSchema,
  reloadSchema,
} from './sections.js';

/** The service config as it is written (`pointsman.yaml`). Everything is optional. */
export const serviceConfigSchema = z.strictObject({
  listen: listenSchema.prefault({}),
  httpFacade: httpFacadeSchema.prefault({}),
  /** Folder of the bundle; the one that comes with the program without it. */
  bundle: folderSchema.optional(),
  /** Folder for snapshots and vectors; `.cache/pointsman` beside the program without it. */
  cacheDirectory: folderSchema.optional(),
  embedding: embeddingSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  deadlines: deadlinesSchema.prefault({}),
  drain: drainSchema.prefault({}),
  features: featuresSchema.prefault({}),
  log: logSchema.prefault({}),
  reload: reloadSchema.prefault({}),
  outcomes: outcomesSchema.prefault({}),
  providers: providersSchema.prefault({}),
  dispatch: dispatchSchema.prefault({}),
  cache: cacheSchema.prefault({}),
});

type Written = z.output<typeof serviceConfigSchema>;

/** The service config, checked, with absolute folders. Frozen. */
export type ServiceConfig = DeepReadonly<Omit<Written, 'bundle' | 'cacheDirectory'>> & {
  readonly bundle: string;
  readonly cacheDirectory: string;
};

/** Values that go before those of the file, for example from the command line. */
export type ConfigOverrides = DeepPartial<z.input<typeof serviceConfigSchema>>;

type DeepReadonly<T> = T extends Secret ? T : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined } : T;
