/** Starts the real service on a free port, sends prompts through the generated client, prints what it decided, stops. */
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { createProgress } from '../src/cli/progress.js';
import { formatPercent, formatUsd, renderTable } from '../src/cli/text-table.js';
import { startService } from '../src/compose.js';
import { loadConfig } from '../src/config/load-config.js';
import { ReasoningEffort, Role } from '../src/gen/pointsman/router/v1/prompt.js';
import { RouterServiceClient, type SelectModelResponse } from '../src/gen/pointsman/router/v1/router.js';
import { AdminServiceClient } from '../src/gen/pointsman/router/v1/admin.js';
import { showChats } from './demo-chat.js';
import { DEMO_PROMPTS } from './demo-prompts.js';

interface Row {
  readonly prompt: string;
  readonly response: SelectModelResponse;
  readonly milliseconds: number;
}

function select(client: RouterServiceClient, text: string): Promise<SelectModelResponse> {
  return new Promise((resolve, reject) => {
    client.selectModel(
      {
        prompt: {
          messages: [{ role: Role.USER, text, parts: [] }],
          tools: [],
          reasoningEffort: ReasoningEffort.UNSPECIFIED,
        },
        sessionId: '',
      },
      new Metadata(),
      { deadline: Date.now() + 10_000 },
      (error: ServiceError | null, response) => (error === null ? resolve(response) : reject(error)),
    );
  });
}

function renderRows(rows: readonly Row[]): string {
  return renderTable<Row>(
    [
      { title: 'prompt', maxWidth: 48, cell: (row) => row.prompt },
      { title: 'task', cell: (row) => row.response.decision?.task?.task ?? '' },
      { title: 'prob.', align: 'right', cell: (row) => (row.response.decision?.task?.probability ?? 0).toFixed(2) },
      { title: 'model', cell: (row) => row.response.decision?.model ?? '' },
      { title: 'cost', align: 'right', cell: (row) => formatUsd(row.response.decision?.expectedCostUsd ?? 0) },
      { title: 'strongest', align: 'right', cell: (row) => formatUsd(row.response.decision?.baselineCostUsd ?? 0) },
      { title: 'ms', align: 'right', cell: (row) => row.milliseconds.toFixed(1) },
    ],
    rows,
  );
}

/** No key is needed: the echo provider answers for every vendor, and one vendor is down, to show failover. */
const DEMO_PROVIDERS = {
  providers: { novita: { kind: 'echo', isDown: true } },
  dispatch: { unconfigured: 'echo' },
} as const;

const started = performance.now();
const progress = createProgress();
const service = await startService({
  config: loadConfig({
    overrides: { listen: { port: 0 }, log: { level: 'silent' }, drain: { pauseMs: 0 }, ...DEMO_PROVIDERS },
  }),
  onProgress: progress.report,
});
progress.end();
console.log(`Ready after ${((performance.now() - started) / 1000).toFixed(2)} s on port ${service.port}.\n`);
const address = `127.0.0.1:${service.port}`;
const client = new RouterServiceClient(address, credentials.createInsecure());
const admin = new AdminServiceClient(address, credentials.createInsecure());
try {
  const rows: Row[] = [];
  for (const prompt of DEMO_PROMPTS) {
    const start = performance.now();
    const response = await select(client, prompt);
    rows.push({ prompt, response, milliseconds: performance.now() - start });
  }
  console.log(renderRows(rows));
  const cost = rows.reduce((sum, row) => sum + (row.response.decision?.expectedCostUsd ?? 0), 0);
  const strongest = rows.reduce((sum, row) => sum + (row.response.decision?.baselineCostUsd ?? 0), 0);
  console.log(
    `\nExpected cost ${formatUsd(cost)} instead of ${formatUsd(strongest)} on the strongest model: ${formatPercent(1 - cost / strongest, 1)} saved.\n`,
  );
  await showChats(client, admin);
} finally {
  client.close();
  admin.close();
  await service.stop();
}
