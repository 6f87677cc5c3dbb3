import { startRoutingCore } from '../compose.js';
import { loadConfig } from '../config/load-config.js';
import { RouterError } from '../errors.js';
import { clusterPrompts, type Proposal } from '../outcomes/cluster-prompts.js';
import { readUncertainPrompts } from '../outcomes/uncertain-prompts.js';
import { createLogger } from '../telemetry/logger.js';
import { configOptions, type ConfigFlags } from './flags.js';
import { toJson, type ExitCode, type Output } from './output.js';
import { createProgress } from './progress.js';
import { formatPercent, renderTable } from './text-table.js';

/** Flags of `pointsman proposals`. */
export interface ProposalsFlags extends ConfigFlags {
  readonly json?: boolean;
}

const SHOWN = 30;

/** Groups the prompts that the router was unsure about and prints them as suggestions for exemplars. */
export async function runProposals(
  folder: string | undefined,
  flags: ProposalsFlags,
  output: Output,
): Promise<ExitCode> {
  const config = loadConfig(configOptions(flags));
  const directory = folder ?? config.outcomes.directory;
  if (directory === undefined) {
    throw new RouterError({
      reason: 'CONFIG_INVALID',
      message: 'name the folder with the recorded prompts, or set outcomes.directory in the config',
    });
  }
  const prompts = await readUncertainPrompts(directory);
  if (prompts.length === 0) {
    output.note(`no uncertain prompts in ${directory}; the service records them with outcomes.recordPrompts: true`);
    if (flags.json === true) output.out(toJson({ prompts: 0, proposals: [] }));
    return 0;
  }
  const progress = createProgress();
  const core = await startRoutingCore({ config, logger: createLogger('error'), onProgress: progress.report });
  try {
    progress.end();
    const texts = prompts.map(({ text }) => text);
    const signal = new AbortController().signal;
    const embeddings = await core.embedder.embed(texts, { signal, priority: 'background' });
    const proposals = clusterPrompts(
      prompts,
      embeddings.map(({ vector }) => vector),
    );
    output.out(
      flags.json === true ? toJson({ prompts: prompts.length, proposals }) : render(prompts.length, proposals),
    );
    return 0;
  } finally {
    await core.close();
  }
}

function render(promptCount: number, proposals: readonly Proposal[]): string {
  const table = renderTable<Proposal>(
    [
      { title: 'prompts', align: 'right', cell: (row) => String(row.count) },
      { title: 'abstained', align: 'right', cell: (row) => formatPercent(row.abstainedShare) },
      {
        title: 'leant to',
        maxWidth: 40,
        cell: (row) => row.tasks.map(({ task, count }) => `${task} ${count}`).join(', '),
      },
      { title: 'most central prompt', maxWidth: 70, cell: (row) => row.text },
    ],
    proposals.slice(0, SHOWN),
  );
  return `${promptCount} uncertain prompts, ${proposals.length} groups of at least two\n\n${table}`;
}
