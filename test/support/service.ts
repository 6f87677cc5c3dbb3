import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { startService, type Service } from '../../src/compose.js';
import { loadConfig } from '../../src/config/load-config.js';
import { projectRoot } from '../../src/config/project-root.js';
import type { ConfigOverrides } from '../../src/config/service-config.js';
import { ReasoningEffort, Role } from '../../src/gen/pointsman/router/v1/prompt.js';
import { AdminServiceClient } from '../../src/gen/pointsman/router/v1/admin.js';
import { RouterServiceClient, type SelectModelRequest } from '../../src/gen/pointsman/router/v1/router.js';

/** The embedder that the default bundle uses. */
export const EMBEDDER_NAME = 'all-minilm-l6-v2';

/** Where the embedder's files are; a test bundle links to it. */
export const EMBEDDER_DIRECTORY = join(projectRoot(), 'router-models', 'embedders', EMBEDDER_NAME);

/** The real service on a free port, and clients connected to it. */
export interface TestService {
  readonly service: Service;
  readonly address: string;
  readonly router: RouterServiceClient;
  readonly admin: AdminServiceClient;
  /** Closes the clients, then the service. Also runs at the end of the test. */
  readonly stop: () => Promise<void>;
}

/** What a test gives to clean up after it. */
export interface Teardown {
  teardown(action: () => unknown): unknown;
}

/**
 * Starts the service with the default bundle and the real embedder, unless the overrides say otherwise. The snapshot is
 * in the default cache, so that test files build it once and share it.
 */
export async function startTestService(t: Teardown, overrides: ConfigOverrides = {}): Promise<TestService> {
  const config = loadConfig({
    overrides: {
      log: { level: 'silent' },
      drain: { pauseMs: 0 },
      reload: { pollIntervalMs: 0 },
      ...overrides,
      listen: { port: 0, ...overrides.listen },
    },
  });
  const service = await startService({ config });
  const address = `127.0.0.1:${service.port}`;
  const router = new RouterServiceClient(address, credentials.createInsecure());
  const admin = new AdminServiceClient(address, credentials.createInsecure());
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      router.close();
      admin.close();
      await service.stop();
    })();
    return stopping;
  };
  t.teardown(stop);
  return { service, address, router, admin, stop };
}

/** A request of one user message, with some fields replaced. */
export function selectRequest(text: string, changes: Partial<SelectModelRequest> = {}): SelectModelRequest {
  return {
    prompt: {
      messages: [{ role: Role.USER, text, parts: [] }],
      tools: [],
      reasoningEffort: ReasoningEffort.UNSPECIFIED,
    },
    sessionId: '',
    ...changes,
  };
}
