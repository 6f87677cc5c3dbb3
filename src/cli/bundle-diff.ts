import { resolve } from 'node:path';
import { startRoutingCore } from '../compose.js';
import { loadConfig } from '../config/load-config.js';
import { textRequest } from '../request.js';
import { createLogger } from '../telemetry/logger.js';
import { createTrace } from '../trace.js';
import { configOptions, parseShare, type ConfigFlags } from './flags.js';
import { toJson, type ExitCode, type Output } from './output.js';
import { createProgress } from './progress.js';
import { readPrompts, type PromptRow } from './prompt-file.js';
import { formatPercent, formatUsd, renderTable } from './text-table.js';

/** Flags of `pointsman bundle diff`. */
export interface BundleDiffFlags extends ConfigFlags {
  readonly prompts: string;
  readonly json?: boolean;
  readonly maxChanged?: string;
}

/** Where a prompt goes by one bundle. */
interface Route {
  readonly task: string;
  readonly model: string;
  readonly costUsd: number;
  readonly lowerBound: number;
}

interface Change {
  readonly prompt: string;
  readonly before: Route;
  readonly after: Route;
}

const SHOWN = 40;

/** Routes the same prompts by two bundles and prints what changes. Exit 1 when more changes than --max-changed allows. */
export async function runBundleDiff(
  folders: readonly [before: string, after: string],
  flags: BundleDiffFlags,
  output: Output,
): Promise<ExitCode> {
  const most = flags.maxChanged === undefined ? 1 : parseShare(flags.maxChanged, '--max-changed');
  const prompts = await readPrompts(flags.prompts);
  const before = await routeAll(folders[0], prompts, flags);
  const after = await routeAll(folders[1], prompts, flags);
  const changes: Change[] = [];
  prompts.forEach(({ text }, index) => {
    const [old, next] = [before[index], after[index]];
    if (old === undefined || next === undefined) return;
    if (old.task !== next.task || old.model !== next.model) changes.push({ prompt: text, before: old, after: next });
  });
  const sums = { before: sumOf(before), after: sumOf(after) };
  const share = changes.length / prompts.length;
  if (flags.json === true) output.out(toJson({ prompts: prompts.length, changed: changes.length, ...sums, changes }));
  else output.out(render(prompts.length, changes, sums));
  return share > most ? 1 : 0;
}

async function routeAll(folder: string, prompts: readonly PromptRow[], flags: ConfigFlags): Promise<Route[]> {
  const config = loadConfig(configOptions({ ...flags, bundle: resolve(folder) }));
  const progress = createProgress();
  const core = await startRoutingCore({
    config,
    logger: createLogger('error'),
    onProgress: progress.report,
  }).finally(() => progress.end());
  try {
    const routes: Route[] = [];
    for (const { text, system } of prompts) {
      const request = textRequest(text, system === undefined ? {} : { system });
      const decision = await core.router.select(request, createTrace(), AbortSignal.timeout(60_000));
      const { task, model, expectedCostUsd: costUsd, capability } = decision;
      routes.push({ task, model, costUsd, lowerBound: capability.lowerBound });
    }
    return routes;
  } finally {
    await core.close();
  }
}

interface Sum {
  /** Of all prompts, US dollars. */
  readonly costUsd: number;
  readonly meanLowerBound: number;
}

function sumOf(routes: readonly Route[]): Sum {
  return {
    costUsd: routes.reduce((sum, route) => sum + route.costUsd, 0),
    meanLowerBound: routes.reduce((sum, route) => sum + route.lowerBound, 0) / Math.max(1, routes.length),
  };
}

function render(count: number, changes: readonly Change[], { before, after }: { before: Sum; after: Sum }): string {
  const arrow = (a: string, b: string): string => (a === b ? a : `${a} → ${b}`);
  const table = renderTable<Change>(
    [
      { title: 'prompt', maxWidth: 50, cell: (row) => row.prompt },
      { title: 'task', cell: (row) => arrow(row.before.task, row.after.task) },
      { title: 'model', cell: (row) => arrow(row.before.model, row.after.model) },
      { title: 'cost', cell: (row) => arrow(formatUsd(row.before.costUsd), formatUsd(row.after.costUsd)) },
    ],
    changes.slice(0, SHOWN),
  );
  return [
    `${changes.length} of ${count} prompts change (${formatPercent(changes.length / count, 1)})`,
    `expected cost ${formatUsd(before.costUsd)} → ${formatUsd(after.costUsd)}, mean lower bound ${before.meanLowerBound.toFixed(3)} → ${after.meanLowerBound.toFixed(3)}`,
    ...(changes.length === 0 ? [] : ['', table]),
  ].join('\n');
}
