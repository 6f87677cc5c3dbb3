import { writeFile } from 'node:fs/promises';
import type { Interval } from './statistics.js';

/** A cell of a printed table. Numbers are set to the right. */
export type Cell = string | number;

/** Prints rows under their headings, each column as wide as its widest cell. */
export function printTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const texts = rows.map((row) => row.map(String));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isNumeric = headings.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  console.log(line(headings));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of texts) console.log(line(row));
}

/** Rounded for reading. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** "0.817 [0.802, 0.831]" */
export function withInterval(value: number, interval: Interval, digits = 3): string {
  return `${value.toFixed(digits)} [${interval[0].toFixed(digits)}, ${interval[1].toFixed(digits)}]`;
}

/** Writes the figures when a file is named. */
export async function writeFigures(
  file: string | undefined,
  figures: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (file === undefined) return;
  await writeFile(file, `${JSON.stringify(figures, undefined, 2)}\n`);
}
