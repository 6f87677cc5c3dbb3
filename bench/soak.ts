/** Sends many calls, new prompts and ones seen before, and follows the service's memory: it must level off. */
import { join } from 'node:path';
import { projectRoot } from '../src/config/project-root.js';
import { readArguments } from './lib/arguments.js';
import { startProgram, type ResidentMemory } from './lib/child-program.js';
import { createLoadClient } from './lib/load-client.js';
import { createPromptSupply, methodNamed } from './lib/prompt-supply.js';
import { createRandom } from './lib/random.js';
import { printTable, round, writeFigures } from './lib/report.js';

const args = readArguments('bench:soak', {
  calls: { help: 'calls to send', default: '100000' },
  new: { help: 'share of prompts that were not sent before', default: '0.3' },
  'in-flight': { help: 'calls in flight', default: '64' },
  samples: { help: 'looks at the memory', default: '20' },
  method: { help: 'SelectModel or Chat', default: 'SelectModel' },
  prompts: { help: 'prompts to send', default: join(projectRoot(), 'test/fixtures/own-prompts.jsonl') },
});

const KEPT_MESSAGES = 5000;

const method = methodNamed(args.text('method'));
const prompts = await createPromptSupply(args.text('prompts'), args.dataDirectory);
const random = createRandom(args.seed);
const seen: Buffer[] = [];

function nextMessage(): Buffer {
  const again = seen[Math.floor(random() * seen.length)];
  if (again !== undefined && random() >= args.number('new')) return again;
  const message = method.encode(prompts.next());
  seen[seen.length < KEPT_MESSAGES ? seen.length : Math.floor(random() * KEPT_MESSAGES)] = message;
  return message;
}

interface Sample extends ResidentMemory {
  readonly calls: number;
}

const server = await startProgram('src/main.js', ['serve', '--port', '0']);
const client = createLoadClient(server.address);
const samples: Sample[] = [{ calls: 0, ...(await server.residentMib()) }];
let errors = 0;
try {
  const total = args.number('calls');
  const every = Math.ceil(total / args.number('samples'));
  let sent = 0;
  const sendUntil = async (limit: number): Promise<void> => {
    while (sent < limit) {
      sent++;
      await client.call(method.path, nextMessage()).catch(() => errors++);
    }
  };
  while (sent < total) {
    const limit = Math.min(total, sent + every);
    await Promise.all(Array.from({ length: args.number('in-flight') }, () => sendUntil(limit)));
    samples.push({ calls: sent, ...(await server.residentMib()) });
  }
} finally {
  client.close();
  await server.stop();
}

printTable(
  ['calls', 'service MiB', 'embedding process MiB', 'together MiB'],
  samples.map(({ calls, own, children }) => [calls, round(own, 1), round(children, 1), round(own + children, 1)]),
);
const last = samples.at(-1) ?? { calls: 0, own: 0, children: 0 };
const middle = samples[Math.floor(samples.length / 2)] ?? last;
const growthMibPer10000 =
  ((last.own + last.children - middle.own - middle.children) * 10_000) / (last.calls - middle.calls);
console.log(`\n${errors} errors; in the second half ${growthMibPer10000.toFixed(2)} MiB more every 10,000 calls`);
await writeFigures(args.jsonFile, {
  calls: last.calls,
  errors,
  serviceMib: last.own,
  embeddingProcessMib: last.children,
  residentMib: last.own + last.children,
  growthMibPer10000,
  samples,
  seed: args.seed,
});
