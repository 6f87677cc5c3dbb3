import { parentPort, workerData } from 'node:worker_threads';
import { startScriptedUpstream, type UpstreamScript } from '../../test/support/scripted-upstream.js';
import { createRandom } from './random.js';
import type { UpstreamCommand, UpstreamCounts, UpstreamReply, UpstreamRules } from './upstream.js';

/** Runs the scripted upstream beside the bench, so that it takes none of the router's processor time. */

const random = createRandom((workerData as { seed: number }).seed);
let rules: UpstreamRules = {};
const requestsByModel: Record<string, number> = {};

function scriptOf(model: string): UpstreamScript {
  const rule = rules[model] ?? rules['*'] ?? {};
  let draw = random();
  for (const { share, fault } of rule.faults ?? []) {
    if (draw < share) return { ...rule.script, fault };
    draw -= share;
  }
  return rule.script ?? {};
}

const upstream = await startScriptedUpstream({
  keepsRequests: false,
  script: ({ model }) => {
    requestsByModel[model] = (requestsByModel[model] ?? 0) + 1;
    return scriptOf(model);
  },
});

function counts(): UpstreamCounts {
  const { requestCount, activeCount, socketCount, abortedCount, billed } = upstream;
  return { requestCount, activeCount, socketCount, abortedCount, billed, requestsByModel: { ...requestsByModel } };
}

async function run(command: UpstreamCommand): Promise<UpstreamCounts> {
  switch (command.kind) {
    case 'rules':
      rules = command.rules;
      break;
    case 'stop':
      await upstream.stop();
      break;
    case 'start':
      await upstream.start();
      break;
    case 'counts':
      break;
  }
  return counts();
}

parentPort?.on('message', ({ id, command }: { id: number; command: UpstreamCommand }) => {
  run(command).then(
    (result) => parentPort?.postMessage({ id, counts: result } satisfies UpstreamReply),
    (error: unknown) => {
      throw error;
    },
  );
});
parentPort?.postMessage({ id: -1, url: upstream.url } satisfies UpstreamReply);
