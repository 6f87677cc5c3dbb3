/** Edits the bundle again and again while calls come in: no call may fail, nothing may leak. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { projectRoot } from '../src/config/project-root.js';
import { AdminServiceClient, type ReloadBundleResponse } from '../src/gen/pointsman/router/v1/admin.js';
import { readArguments } from './lib/arguments.js';
import { startProgram, type ResidentMemory } from './lib/child-program.js';
import { countErrors, createLoadClient, openLoop } from './lib/load-client.js';
import { createPromptSupply, methodNamed } from './lib/prompt-supply.js';
import { printTable, round, writeFigures } from './lib/report.js';
import { summarizeLatencies } from './lib/statistics.js';
import { syntheticBundle } from './lib/synthetic-bundle.js';

const args = readArguments('bench:edits', {
  edits: { help: 'edits of the bundle', default: '1000' },
  rate: { help: 'calls a second meanwhile', default: '20' },
  exemplars: { help: 'exemplars of the bundle', default: '100' },
  tasks: { help: 'tasks of the bundle', default: '5' },
  prompts: { help: 'prompts to send', default: join(projectRoot(), 'test/fixtures/own-prompts.jsonl') },
});

const prompts = await createPromptSupply(args.text('prompts'), args.dataDirectory);
const method = methodNamed('SelectModel');
const folder = await mkdtemp(join(tmpdir(), 'bench-edits-'));
const files = syntheticBundle({ exemplars: args.number('exemplars'), tasks: args.number('tasks'), models: 10 });
const FIRST_TASK = 'tasks/task-0.yaml';

async function writeBundle(): Promise<string> {
  const bundle = join(folder, 'bundle');
  await mkdir(join(bundle, 'tasks'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(bundle, name), content);
  await symlink(join(projectRoot(), 'router-models', 'embedders'), join(bundle, 'embedders'));
  const config = join(folder, 'pointsman.yaml');
  await writeFile(
    config,
    'bundle: bundle\ncacheDirectory: cache\nreload: { pollIntervalMs: 0 }\nlog: { level: error }\n',
  );
  return config;
}

function reload(admin: AdminServiceClient): Promise<ReloadBundleResponse> {
  return new Promise((resolve, reject) => {
    admin.reloadBundle({ dryRun: false }, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

interface Sample extends ResidentMemory {
  readonly edits: number;
}

const server = await startProgram('src/main.js', ['serve', '--port', '0', '--config', await writeBundle()]);
const admin = new AdminServiceClient(server.address, credentials.createInsecure());
const client = createLoadClient(server.address);
const ending = new AbortController();
const load = openLoop(() => client.call(method.path, method.encode(prompts.next())), {
  perSecond: args.number('rate'),
  seconds: 24 * 3600,
  signal: ending.signal,
});
const samples: Sample[] = [];
const reloadMs: number[] = [];
let changed = 0;
try {
  for (let edit = 0; edit < args.number('edits'); edit++) {
    await writeFile(join(folder, 'bundle', FIRST_TASK), `${files[FIRST_TASK] ?? ''}  - edit number ${edit}\n`);
    const startedAt = performance.now();
    if ((await reload(admin)).isChanged) changed++;
    reloadMs.push(performance.now() - startedAt);
    if (edit % Math.ceil(args.number('edits') / 10) === 0)
      samples.push({ edits: edit, ...(await server.residentMib()) });
  }
  samples.push({ edits: args.number('edits'), ...(await server.residentMib()) });
} finally {
  ending.abort();
}
const calls = await load;
admin.close();
client.close();
await server.stop();
await rm(folder, { recursive: true });

const reloads = summarizeLatencies(reloadMs);
const latency = summarizeLatencies(calls.latenciesMs);
printTable(
  ['edits', 'service MiB', 'embedding process MiB'],
  samples.map(({ edits, own, children }) => [edits, round(own, 1), round(children, 1)]),
);
console.log(
  `\n${changed} snapshots swapped in, ${reloads.p50.toFixed(0)} ms each at p50; ` +
    `${latency.count} calls, p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms, ${countErrors([calls])} failed`,
);
await writeFigures(args.jsonFile, {
  edits: args.number('edits'),
  changed,
  reloadP50Ms: reloads.p50,
  calls: latency.count,
  p50Ms: latency.p50,
  p99Ms: latency.p99,
  errors: countErrors([calls]),
  samples,
  seed: args.seed,
});
