import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBundle } from '../bundle/read-bundle.js';
import { loadConfig } from '../config/load-config.js';
import { RouterError } from '../errors.js';
import { importOutcomes, type EvidenceRow } from '../outcomes/import-outcomes.js';
import { configOptions, type ConfigFlags } from './flags.js';
import { toJson, type ExitCode, type Output } from './output.js';

/** Flags of `pointsman outcomes import`. */
export interface OutcomesImportFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/**
 * Turns the journal of outcomes into rows of the bundle. Rows with a prompt go to `outcomes/journal.jsonl`, replacing an
 * earlier import; sums of those without are printed as evidence for models.yaml. Exit 1 when something was left out.
 */
export async function runOutcomesImport(
  folder: string | undefined,
  flags: OutcomesImportFlags,
  output: Output,
): Promise<ExitCode> {
  const config = loadConfig(configOptions(flags));
  const directory = folder ?? config.outcomes.directory;
  if (directory === undefined) {
    throw new RouterError({
      reason: 'CONFIG_INVALID',
      message: 'name the folder of the journal, or set outcomes.directory in the config',
    });
  }
  const bundle = await readBundle(config.bundle);
  const imported = await importOutcomes(directory, bundle);
  const file = join(config.bundle, 'outcomes', 'journal.jsonl');
  if (imported.rows.length > 0 && flags.dryRun !== true) {
    await mkdir(join(config.bundle, 'outcomes'), { recursive: true });
    await writeFile(file, imported.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  if (flags.json === true) output.out(toJson({ file, ...imported }));
  else {
    const verb = flags.dryRun === true ? 'would write' : 'wrote';
    output.out(`${verb} ${imported.rows.length} outcomes with prompts to ${file}`);
    if (imported.evidence.length > 0)
      output.out(`evidence for models.yaml:\n${imported.evidence.map(toYaml).join('\n')}`);
    for (const problem of imported.problems) output.note(problem);
  }
  return imported.problems.length === 0 ? 0 : 1;
}

function toYaml({ model, task, score, n, variance }: EvidenceRow): string {
  const date = new Date().toISOString().slice(0, 10);
  return `  ${model}: - { task: ${task}, score: ${score.toFixed(4)}, n: ${n}, variance: ${variance.toFixed(4)}, source: own outcomes, date: ${date} }`;
}
