/**
 * The inference thread. onnxruntime's `run()` blocks its thread, so the models live here and nowhere else. It loads
 * only the bytes it is sent; it reads no file and reaches no network.
 */
import { parentPort } from 'node:worker_threads';
import { env } from '@xenova/transformers/src/env.js';
import { loadInferenceModel, type InferenceModel } from './inference-model.js';
import type { InferenceTask, WorkerReply, WorkerRequest } from './worker-messages.js';

env.allowRemoteModels = false;
env.useFSCache = false;

const port = parentPort;
if (port === null) throw new Error('embedding-worker.js runs as a worker thread only');

const models = new Map<InferenceTask, InferenceModel>();

function reply(message: WorkerReply): void {
  port?.postMessage(message, message.kind === 'batch' ? [message.values.buffer] : []);
}

async function load(request: WorkerRequest & { kind: 'load' }): Promise<void> {
  const { settings, batchTokens } = request;
  const widths: Partial<Record<InferenceTask, number>> = {};
  for (const [task, files] of Object.entries(request.models)) {
    const model = await loadInferenceModel({ files, settings, batchTokens });
    models.set(task as InferenceTask, model);
    widths[task as InferenceTask] = model.width;
  }
  reply({ kind: 'ready', widths });
}

async function run(request: WorkerRequest & { kind: 'run' }): Promise<void> {
  const { jobId, task, texts, seconds } = request;
  const startedAt = performance.now();
  try {
    const model = models.get(task);
    if (model === undefined) throw new Error(`no model for "${task}" is loaded`);
    await model.run(texts, seconds, (batch) => {
      reply({ kind: 'batch', jobId, ...batch });
    });
    reply({ kind: 'done', jobId, busyMs: performance.now() - startedAt });
  } catch (error) {
    reply({ kind: 'failed', jobId, message: error instanceof Error ? error.message : String(error) });
  }
}

/** One request after the other, in their order. */
let last: Promise<void> = Promise.resolve();
port.on('message', (request: WorkerRequest) => {
  last = last.then(() => (request.kind === 'load' ? load(request) : run(request)));
});
