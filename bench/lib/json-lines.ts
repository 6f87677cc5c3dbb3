import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A row of a data file; fields differ by file, so they are read with {@link textField} and {@link numberField}. */
export type DataRow = Readonly<Record<string, unknown>>;

/**
 * Reads `FILE` or `FILE#SPLIT` (the rows whose `split` is SPLIT), JSON Lines.
 *
 * FILE is taken as it is when it exists, otherwise from `dataDirectory`.
 *
 * @throws Error when the file is missing, a line is not JSON, or no row is left
 */
export async function readRows(specification: string, dataDirectory: string): Promise<readonly DataRow[]> {
  const hash = specification.indexOf('#');
  const file = hash === -1 ? specification : specification.slice(0, hash);
  const split = hash === -1 ? undefined : specification.slice(hash + 1);
  const path = existsSync(file) ? resolve(file) : join(dataDirectory, file);
  const lines = (await readFile(path, 'utf8')).split('\n');
  const rows: DataRow[] = [];
  const splits = new Set<string>();
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const row = parseRow(line, `${path}:${index + 1}`);
    if (typeof row['split'] === 'string') splits.add(row['split']);
    if (split === undefined || row['split'] === split) rows.push(row);
  });
  if (rows.length === 0) {
    throw new Error(`${path} has no row with split "${split ?? ''}"; known: ${[...splits].join(', ')}`);
  }
  return rows;
}

function parseRow(line: string, place: string): DataRow {
  try {
    return JSON.parse(line) as DataRow;
  } catch (error) {
    throw new Error(`${place} is not JSON`, { cause: error });
  }
}

/** The first of the named fields that is a text. @throws Error when none is */
export function textField(row: DataRow, ...names: readonly string[]): string {
  for (const name of names) {
    const value = row[name];
    if (typeof value === 'string') return value;
  }
  throw new Error(`a row has none of the text fields ${names.join(', ')}; it has ${Object.keys(row).join(', ')}`);
}

/** @throws Error when the field is not a number */
export function numberField(row: DataRow, name: string): number {
  const value = row[name];
  if (typeof value !== 'number')
    throw new Error(`a row's field "${name}" is ${JSON.stringify(value)}, expected a number`);
  return value;
}
