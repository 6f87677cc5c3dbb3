import { parentPort, workerData } from 'node:worker_threads';
import { buildSnapshot } from './build-snapshot.js';
import type { BuilderFailure, BuilderReport, BuilderTask, EmbedReply } from './builder-messages.js';
import { readBundle } from './read-bundle.js';
import { snapshotIdOf } from './snapshot-id.js';
import { RouterError } from '../errors.js';

/** The builder's thread: builds one snapshot and ends. Vectors are asked for, chunk by chunk, from the main thread. */

if (parentPort === null) throw new Error('this file runs in a worker thread');
const port = parentPort;
const task = workerData as BuilderTask;

function report(message: BuilderReport): void {
  port.postMessage(message);
}

function embed(texts: readonly string[]): Promise<Float32Array> {
  return new Promise((resolve) => {
    port.once('message', (reply: EmbedReply) => resolve(reply.vectors));
    report({ kind: 'embed', texts });
  });
}

function describeFailure(error: unknown): BuilderFailure {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  if (error instanceof RouterError) {
    return { reason: error.reason, message: error.message, metadata: error.metadata, stack };
  }
  return { message: error instanceof Error ? error.message : String(error), metadata: {}, stack };
}

/** Fields of a log line as text: a thread border lets no error objects of ours through. */
function textFields(fields: object): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
}

async function run(): Promise<string> {
  if (task.mode === 'check') {
    const bundle = await readBundle(task.bundleDirectory);
    return snapshotIdOf(bundle.contentHash, task.fingerprint);
  }
  return buildSnapshot({
    ...task,
    embed,
    onProgress: (progress) => report({ kind: 'progress', progress }),
    logger: {
      info: () => undefined,
      warn: (fields, message) => report({ kind: 'warning', message, fields: textFields(fields) }),
    },
  });
}

try {
  report({ kind: 'done', snapshotId: await run() });
} catch (error) {
  report({ kind: 'failed', failure: describeFailure(error) });
}
