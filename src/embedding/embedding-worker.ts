/**
 * The inference process. onnxruntime's `run()` blocks its thread, and its addon neither survives being loaded by a
 * second worker thread nor a thread that ends while it runs, so the models live in a process of their own. It serves
 * its parent alone and ends with it.
 */
import { constants, setPriority } from 'node:os';
import { env } from '@xenova/transformers/src/env.js';
import { RouterError } from '../errors.js';
import { loadInferenceModel, type InferenceModel } from './inference-model.js';
import { readModelFiles } from './model-files.js';
import type { InferenceTask, ModelFacts, WorkerReply, WorkerRequest } from './worker-messages.js';

process.title = 'pointsman-embedding';
// The calls' own process goes first when cores are short: it needs little, and health checks and cached answers wait for it.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

// Only the files that are named are read; nothing is fetched.
env.allowRemoteModels = false;
env.useFSCache = false;

const models = new Map<InferenceTask, InferenceModel>();

function reply(message: WorkerReply): void {
  process.send?.(message);
}

async function load(request: WorkerRequest & { kind: 'load' }): Promise<void> {
  const { directories, settings, batchTokens } = request;
  const loadOne = async (task: InferenceTask): Promise<ModelFacts | undefined> => {
    const directory = directories[task];
    if (directory === undefined) return undefined;
    const files = await readModelFiles(directory);
    const model = await loadInferenceModel({ files, settings, batchTokens }).catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      throw new RouterError({
        reason: 'EMBEDDER_FILES_INVALID',
        message: `model folder ${directory} cannot be loaded: ${detail}`,
        metadata: { directory },
      });
    });
    models.set(task, model);
    return { fingerprint: files.fingerprint, width: model.width, maxTokens: files.manifest.maxTokens };
  };
  try {
    const [embed, verify] = [await loadOne('embed'), await loadOne('verify')];
    // The files' bytes: some 50 MB that would otherwise wait for the next large collection.
    globalThis.gc?.();
    reply({ kind: 'ready', models: { ...(embed && { embed }), ...(verify && { verify }) } });
  } catch (error) {
    if (!(error instanceof RouterError)) throw error;
    reply({ kind: 'refused', message: error.message, metadata: error.metadata });
  }
}

async function run(request: WorkerRequest & { kind: 'run' }): Promise<void> {
  const { jobId, task, texts, seconds } = request;
  const startedAt = performance.now();
  try {
    const model = models.get(task);
    if (model === undefined) throw new Error(`no model for "${task}" is loaded`);
    await model.run(texts, seconds, (batch, isLast) => {
      reply({ kind: 'batch', jobId, ...batch, busyMs: isLast ? performance.now() - startedAt : undefined });
    });
  } catch (error) {
    reply({ kind: 'failed', jobId, message: error instanceof Error ? error.message : String(error) });
  }
}

/** One request after the other, in their order. */
let last: Promise<void> = Promise.resolve();
process.on('message', (request: WorkerRequest) => {
  last = last.then(() => (request.kind === 'load' ? load(request) : run(request)));
});

// A terminal sends its signals to the parent's whole group; only the parent decides when it is over.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => process.exit(0));
