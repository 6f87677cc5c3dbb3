import { readFile } from 'node:fs/promises';
import { RouterError } from '../errors.js';

/** A prompt of a file. */
export interface PromptRow {
  readonly text: string;
  readonly system?: string;
}

/** A prompt of a file with the id of its task. */
export interface LabelledPromptRow extends PromptRow {
  readonly task: string;
  /** `file:line`. */
  readonly place: string;
}

/**
 * Reads prompts, one a line: plain text, or JSON with `prompt` or `text` and, where wanted, `system`.
 *
 * @throws RouterError PROMPT_EMPTY without a readable file or a prompt in it, FIELD_INVALID for a wrong line.
 */
export async function readPrompts(file: string): Promise<PromptRow[]> {
  const lines = await readLines(file);
  return lines.map(({ line, place }) =>
    line.startsWith('{') ? promptOf(parseRow(line, place), place) : { text: line },
  );
}

/**
 * Reads prompts with their tasks, one a line: JSON with `prompt` or `text`, `task` and, where wanted, `system`.
 *
 * @throws RouterError PROMPT_EMPTY without a readable file or a prompt in it, FIELD_INVALID for a wrong line.
 */
export async function readLabelledPrompts(file: string): Promise<LabelledPromptRow[]> {
  const lines = await readLines(file);
  return lines.map(({ line, place }) => {
    const row = parseRow(line, place);
    const { task } = row;
    if (typeof task !== 'string') throw wrongRow(place, 'expected the id of a task in "task"');
    return { ...promptOf(row, place), task, place };
  });
}

interface Line {
  readonly line: string;
  readonly place: string;
}

async function readLines(file: string): Promise<Line[]> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new RouterError({ reason: 'PROMPT_EMPTY', message: `cannot read the prompts ${file}: ${why}`, cause });
  });
  const lines = content
    .split('\n')
    .map((line, index) => ({ line: line.trim(), place: `${file}:${index + 1}` }))
    .filter(({ line }) => line !== '');
  if (lines.length > 0) return lines;
  throw new RouterError({ reason: 'PROMPT_EMPTY', message: `${file} holds no prompt; write one a line` });
}

type JsonRow = Readonly<Record<string, unknown>>;

function parseRow(line: string, place: string): JsonRow {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as JsonRow;
  } catch {
    // Told below: the parser's message would quote the prompt.
  }
  throw wrongRow(place, 'expected a JSON object on one line');
}

function promptOf(row: JsonRow, place: string): PromptRow {
  const text = row['prompt'] ?? row['text'];
  const system = row['system'] ?? undefined;
  if (typeof text !== 'string' || text.trim() === '') throw wrongRow(place, 'expected a text in "prompt" or "text"');
  if (system !== undefined && typeof system !== 'string') throw wrongRow(place, 'expected a text in "system"');
  return { text, ...(system === undefined ? {} : { system }) };
}

function wrongRow(place: string, problem: string): RouterError {
  return new RouterError({ reason: 'FIELD_INVALID', message: `${place}: ${problem}` });
}
