import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../src/config/project-root.js';
import { RouterError, type Reason } from '../../../src/errors.js';

/** The model that the project ships. */
export const modelDirectory = join(projectRoot(), 'router-models/embedders/all-minilm-l6-v2');

/** A signal that nobody aborts. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

interface Teardown {
  teardown(act: () => Promise<void>): void;
}

/** A copy of the model that a test may spoil. */
export async function copyModel(t: Teardown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pointsman-model-'));
  t.teardown(() => rm(directory, { recursive: true }));
  await cp(modelDirectory, directory, { recursive: true });
  return directory;
}

/** The reason of the RouterError that a promise is rejected with. */
export async function reasonOf(promise: Promise<unknown>): Promise<Reason | 'resolved'> {
  return promise.then(
    () => 'resolved' as const,
    (error: unknown) => {
      if (error instanceof RouterError) return error.reason;
      throw error;
    },
  );
}

export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
