import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../bundle/bundle.js';
import { listSegments } from './outcome-journal.js';
import { parseOutcomeLine, type OutcomeRecord } from './outcome-record.js';

/** A line of `outcomes/*.jsonl` in a bundle. */
export interface OutcomeRow {
  readonly prompt: string;
  readonly model: string;
  readonly score: number;
  readonly task?: string;
  readonly completionTokens?: number;
}

/** Outcomes without a prompt, summed for a model and task: a line for `evidence` in models.yaml. */
export interface EvidenceRow {
  readonly model: string;
  readonly task: string;
  readonly score: number;
  readonly n: number;
  readonly variance: number;
}

/** A journal, read against a bundle. */
export interface ImportedOutcomes {
  /** Outcomes with their prompt. */
  readonly rows: readonly OutcomeRow[];
  /** Sums of those without. */
  readonly evidence: readonly EvidenceRow[];
  /** What was left out and why, `file:line: reason`. */
  readonly problems: readonly string[];
}

/**
 * Reads a journal's outcomes for a bundle. A key counts once. Outcomes of models or tasks that the bundle does not know
 * are left out with a reason; an abstained decision's task is not trusted, so its row carries none.
 */
export async function importOutcomes(directory: string, bundle: Bundle): Promise<ImportedOutcomes> {
  const problems: string[] = [];
  const records = new Map<string, OutcomeRecord>();
  for (const name of await listSegments(directory)) {
    const lines = (await readFile(join(directory, name), 'utf8')).split('\n');
    lines.forEach((line, index) => {
      if (line === '') return;
      const parsed = parseOutcomeLine(line);
      const problem = 'problem' in parsed ? parsed.problem : unknownName(parsed.record, bundle);
      if (problem !== undefined) problems.push(`${name}:${index + 1}: ${problem}`);
      else if ('record' in parsed && !records.has(parsed.record.key)) records.set(parsed.record.key, parsed.record);
    });
  }
  const all = [...records.values()];
  return {
    rows: all.flatMap(toRow),
    evidence: sum(all.filter((record) => record.prompt === undefined && !record.isAbstained)),
    problems,
  };
}

function unknownName({ model, task }: OutcomeRecord, bundle: Bundle): string | undefined {
  if (!bundle.models.some(({ id }) => id === model)) return `model "${model}" is not in the bundle's catalogue`;
  if (!bundle.tasks.some(({ id }) => id === task)) return `task "${task}" is not in the bundle`;
  return undefined;
}

function toRow({ prompt, model, score, task, completionTokens, isAbstained }: OutcomeRecord): OutcomeRow[] {
  if (prompt === undefined) return [];
  const tokens = completionTokens === undefined ? {} : { completionTokens };
  return [{ prompt, model, score, ...(isAbstained ? {} : { task }), ...tokens }];
}

function sum(records: readonly OutcomeRecord[]): EvidenceRow[] {
  const groups = new Map<string, OutcomeRecord[]>();
  for (const record of records) {
    const key = `${record.model}\n${record.task}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].map((group) => {
    const n = group.length;
    const score = group.reduce((total, record) => total + record.score, 0) / n;
    const variance = group.reduce((total, record) => total + (record.score - score) ** 2, 0) / Math.max(1, n - 1);
    return { model: group[0]?.model ?? '', task: group[0]?.task ?? '', score, n, variance };
  });
}
