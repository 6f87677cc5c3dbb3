import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { formatPercent, formatUsd, renderTable } from '../src/cli/text-table.js';
import type { AdminServiceClient, GetSavingsResponse } from '../src/gen/pointsman/router/v1/admin.js';
import { CacheVerdict_Outcome } from '../src/gen/pointsman/router/v1/decision.js';
import { ReasoningEffort, Role } from '../src/gen/pointsman/router/v1/prompt.js';
import type { ChatResponse, RouterServiceClient } from '../src/gen/pointsman/router/v1/router.js';

/** Prompts that show a failover, answers from the cache, and a look-alike that the guard refuses. */
const CHATS: readonly string[] = [
  'Translate into French: the train leaves at nine.',
  'Translate into French: the train leaves at nine.',
  'Translate into French: the train leaves at ten.',
  'Who wrote One Hundred Years of Solitude?',
  'who is the author of One Hundred Years of Solitude',
];

function chat(client: RouterServiceClient, text: string): Promise<ChatResponse> {
  const messages = [{ role: Role.USER, text, parts: [] }];
  return new Promise((resolve, reject) => {
    client.chat(
      {
        prompt: { messages, tools: [], reasoningEffort: ReasoningEffort.UNSPECIFIED },
        sessionId: '',
        includeTrace: false,
      },
      new Metadata(),
      { deadline: Date.now() + 10_000 },
      (error: ServiceError | null, response) => (error === null ? resolve(response) : reject(error)),
    );
  });
}

function savings(client: AdminServiceClient): Promise<GetSavingsResponse> {
  return new Promise((resolve, reject) => {
    client.getSavings({ tenant: '' }, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function describeCache({ cache }: ChatResponse): string {
  const similarity = cache?.similarity === undefined ? '' : ` at ${cache.similarity.toFixed(2)}`;
  if (cache?.outcome === CacheVerdict_Outcome.EXACT_HIT) return 'exact hit';
  if (cache?.outcome === CacheVerdict_Outcome.SEMANTIC_HIT) return `semantic hit${similarity}`;
  return cache?.refusedBy ? `miss${similarity}: ${cache.refusedBy}` : 'miss';
}

function describeAttempts({ accounting }: ChatResponse): string {
  return (accounting?.attempts ?? []).map(({ deployment, result }) => `${deployment} ${result}`).join(' → ');
}

/** Sends a few chats and prints who answered, what the cache said, and what the ledger sums up to. */
export async function showChats(client: RouterServiceClient, admin: AdminServiceClient): Promise<void> {
  const rows: { readonly prompt: string; readonly response: ChatResponse }[] = [];
  for (const prompt of CHATS) rows.push({ prompt, response: await chat(client, prompt) });
  console.log(
    renderTable<(typeof rows)[number]>(
      [
        { title: 'chat', maxWidth: 52, cell: (row) => row.prompt },
        { title: 'answered by', cell: (row) => row.response.accounting?.model ?? '' },
        { title: 'cache', maxWidth: 44, cell: (row) => describeCache(row.response) },
        { title: 'cost', align: 'right', cell: (row) => formatUsd(row.response.accounting?.costUsd ?? 0) },
        { title: 'attempts', maxWidth: 70, cell: (row) => describeAttempts(row.response) },
      ],
      rows,
    ),
  );
  const { total, baselineModel } = await savings(admin);
  if (total === undefined || total.baselineCostUsd === 0) return;
  console.log(
    `\nLedger: ${total.calls} calls, ${total.cacheHits} from the cache, ${formatUsd(total.costUsd)} spent instead of ` +
      `${formatUsd(total.baselineCostUsd)} on ${baselineModel}; ${formatPercent(total.savedUsd / total.baselineCostUsd, 1)} saved, ` +
      "the router's own cost included. The echo provider answered, so the token counts are its own.",
  );
}
