import type { BundleEvaluation } from './evaluate-bundle.js';
import { renderPlot } from './svg-plot.js';

/** A point of the cost and quality curve. */
export interface PreferencePoint {
  readonly preference: number;
  /** Mean over the prompts, US dollars. */
  readonly costUsd: number;
  /** Mean lower bound of the chosen models. */
  readonly lowerBound: number;
}

/** What a report shows. */
export interface EvaluationReport {
  readonly bundle: string;
  readonly evaluation: BundleEvaluation;
  readonly curve: readonly PreferencePoint[];
}

const CONFUSIONS_SHOWN = 15;

/** The report as Markdown, without plots. */
export function renderMarkdown({ bundle, evaluation, curve }: EvaluationReport): string {
  const { tasks, confusions, notes } = evaluation;
  return [
    `# Evaluation of ${bundle}`,
    '',
    ...summaryOf(evaluation).map((line) => `- ${line}`),
    ...notes.map((note) => `- ${note}`),
    '',
    '## Tasks',
    '',
    ...table(
      ['task', 'exemplars', 'precision', 'recall'],
      tasks.map(({ task, exemplars, precision, recall }) => [task, String(exemplars), share(precision), share(recall)]),
    ),
    '',
    '## Most frequent confusions',
    '',
    ...table(
      ['task', 'taken for', 'exemplars'],
      confusions.slice(0, CONFUSIONS_SHOWN).map(({ task, predicted, count }) => [task, predicted, String(count)]),
    ),
    '',
    '## Cost and quality by preference',
    '',
    ...table(
      ['preference', 'mean expected cost, $', 'mean lower bound'],
      curve.map((point) => [point.preference.toFixed(2), point.costUsd.toPrecision(3), point.lowerBound.toFixed(3)]),
    ),
    '',
  ].join('\n');
}

/** The report as one HTML page: no script, no style sheet, no picture from elsewhere. */
export function renderHtml(report: EvaluationReport): string {
  const { evaluation, curve } = report;
  const plots = [
    renderPlot({
      title: 'Calibration',
      xLabel: 'probability',
      yLabel: 'accuracy',
      series: [
        { name: 'exemplars', points: evaluation.calibration.map((bin) => [bin.probability, bin.accuracy]) },
        {
          name: 'perfect',
          points: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
    }),
    renderPlot({
      title: 'Accuracy against abstention',
      xLabel: 'share abstained from',
      yLabel: 'accuracy of the rest',
      series: [
        { name: 'surest first', points: evaluation.abstention.map((point) => [point.abstainedShare, point.accuracy]) },
      ],
    }),
    renderPlot({
      title: 'Quality against cost',
      xLabel: 'mean expected cost, US dollars',
      yLabel: 'mean lower bound',
      series: [{ name: 'preference 0 to 1', points: curve.map((point) => [point.costUsd, point.lowerBound]) }],
    }),
  ];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><title>Bundle evaluation</title>',
    '<style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}svg{max-width:40em;display:block;margin:1em 0}</style>',
    '</head><body>',
    toHtml(renderMarkdown(report)),
    ...plots,
    '</body></html>',
    '',
  ].join('\n');
}

/** The figures in a few lines. */
export function summaryOf(evaluation: BundleEvaluation): string[] {
  const { bound } = evaluation;
  const held =
    bound === undefined
      ? 'the data do not show that the risk holds; the threshold of the lowest risk that they show counts, or the default one'
      : `of ${bound.routedCount} exemplars routed at threshold ${bound.threshold.toFixed(3)}, ${bound.wrongCount} went wrong: at most ${share(bound.upperBound)} with 95% confidence`;
  return [
    `${evaluation.exemplars} exemplars, each predicted by a model that had not seen it`,
    `accuracy ${share(evaluation.accuracy)}, expected calibration error ${evaluation.expectedCalibrationError.toFixed(3)}`,
    `abstained from ${share(evaluation.abstainedShare)}; ${held}`,
  ];
}

function share(value: number): string {
  return Number.isNaN(value) ? '–' : `${(value * 100).toFixed(1)}%`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)];
}

/** The few forms of Markdown that {@link renderMarkdown} writes. */
function toHtml(markdown: string): string {
  const html: string[] = [];
  let isTable = false;
  for (const line of markdown.split('\n')) {
    const text = line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    if (text.startsWith('|') && !isTable) html.push('<table>');
    if (!text.startsWith('|') && isTable) html.push('</table>');
    isTable = text.startsWith('|');
    if (text.startsWith('## ')) html.push(`<h2>${text.slice(3)}</h2>`);
    else if (text.startsWith('# ')) html.push(`<h1>${text.slice(2)}</h1>`);
    else if (text.startsWith('- ')) html.push(`<p>${text.slice(2)}</p>`);
    else if (isTable && !text.startsWith('| ---')) {
      html.push(
        `<tr>${text
          .slice(2, -2)
          .split(' | ')
          .map((cell) => `<td>${cell}</td>`)
          .join('')}</tr>`,
      );
    }
  }
  if (isTable) html.push('</table>');
  return html.join('\n');
}
