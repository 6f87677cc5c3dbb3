import { RouterError } from '../errors.js';
import { readModelFiles, type ModelFiles, type ModelManifest } from './model-files.js';
import type { InferenceTask } from './worker-messages.js';

/** What is known of a model besides its bytes. */
export interface ModelFacts {
  readonly manifest: ModelManifest;
  readonly fingerprint: string;
}

/** Reads the models for each start of the worker. */
export interface ModelSource {
  /** @throws RouterError EMBEDDER_FILES_INVALID, also when the files are no longer those of the first start */
  load(): Promise<Readonly<Partial<Record<InferenceTask, ModelFiles>>>>;
  /** After the first load. The embedding model is always there. */
  factsOf(task: 'embed'): ModelFacts;
  factsOf(task: InferenceTask): ModelFacts | undefined;
}

/** Makes a source over the folders of the models; the verifier's may be missing. */
export function createModelSource(directories: {
  readonly embed: string;
  readonly verify: string | undefined;
}): ModelSource {
  const facts = new Map<InferenceTask, ModelFacts>();

  const read = async (task: InferenceTask, directory: string): Promise<ModelFiles> => {
    const files = await readModelFiles(directory);
    const { manifest, fingerprint } = files;
    const known = facts.get(task)?.fingerprint ?? fingerprint;
    if (known !== fingerprint) {
      throw new RouterError({
        reason: 'EMBEDDER_FILES_INVALID',
        message: `model folder ${directory} was replaced while in use: expected fingerprint ${known}, got ${fingerprint}; restart the service`,
        metadata: { directory, expected: known, actual: fingerprint },
      });
    }
    facts.set(task, { manifest, fingerprint });
    return files;
  };

  function factsOf(task: 'embed'): ModelFacts;
  function factsOf(task: InferenceTask): ModelFacts | undefined;
  function factsOf(task: InferenceTask): ModelFacts | undefined {
    return facts.get(task);
  }

  return {
    async load() {
      const { verify } = directories;
      const [embed, verifier] = await Promise.all([
        read('embed', directories.embed),
        verify === undefined ? undefined : read('verify', verify),
      ]);
      return verifier === undefined ? { embed } : { embed, verify: verifier };
    },
    factsOf,
  };
}
