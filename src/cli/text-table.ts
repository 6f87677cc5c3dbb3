/** One column of a text table. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longest cell in characters; longer ones are cut with an ellipsis. */
  readonly maxWidth?: number;
  cell(row: Row): string;
}

/** Rows as aligned text with a header line. Control characters and line breaks in cells become spaces. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => fit(column.cell(row), column.maxWidth)));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((line) => displayLength(line[index] ?? ''))),
  );
  const line = (values: readonly string[]): string =>
    values
      .map((value, index) => pad(value, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(columns.map((column) => column.title)), rule, ...cells.map(line)].join('\n');
}

function fit(text: string, maxWidth: number | undefined): string {
  const clean = text.replace(/\p{Cc}+/gu, ' ').trim();
  if (maxWidth === undefined || displayLength(clean) <= maxWidth) return clean;
  return `${Array.from(clean)
    .slice(0, maxWidth - 1)
    .join('')}…`;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayLength(text)));
  return align === 'left' ? text + space : space + text;
}

function displayLength(text: string): number {
  return Array.from(text).length;
}

/** US dollars with enough digits to tell small amounts apart. */
export function formatUsd(amount: number): string {
  if (amount === 0) return '$0';
  const significant = 2 - Math.floor(Math.log10(Math.abs(amount)));
  return `$${amount.toFixed(Math.min(9, Math.max(2, significant)))}`;
}

/** A share of one as a percentage. */
export function formatPercent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)}%`;
}
