/**
 * Runs the measurements of docs/evaluation.md and writes the page and its figures. `--only NAME,NAME` runs some and keeps
 * the rest; `--only none` writes the page anew from the stored figures.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../src/config/project-root.js';
import { MEASUREMENTS, type Measurement } from './evaluation-plan.js';
import { readArguments } from './lib/arguments.js';
import { renderPlot } from '../src/report/svg-plot.js';
import type { Interval } from './lib/statistics.js';

/** What is kept of one run. */
interface Measured {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly figures: Readonly<Record<string, unknown>>;
}

const FOLDER = join(projectRoot(), 'docs', 'evaluation');
const FIGURES = join(FOLDER, 'figures.json');

const args = readArguments('bench:evaluation', {
  only: { help: 'names of measurements to run, separated by commas; "none" runs none', default: 'all' },
});

function isWanted({ name }: Measurement): boolean {
  const only = args.text('only');
  return only === 'all' || only.split(',').includes(name);
}

async function measure(measurement: Measurement): Promise<Measured | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'evaluation-'));
  const file = join(folder, 'figures.json');
  const shown = ['npm run', measurement.script, '--', ...measurement.args].join(' ');
  try {
    const all = [
      'run',
      '--silent',
      measurement.script,
      '--',
      ...measurement.args,
      '--json',
      file,
      '--data',
      args.dataDirectory,
    ];
    console.log(`\n── ${shown}`);
    const { status } = spawnSync('npm', all, { cwd: projectRoot(), stdio: 'inherit' });
    if (status !== 0) {
      console.error(`${measurement.name}: ended with code ${status ?? 'none'}; its old figures stay`);
      return undefined;
    }
    const figures = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.versions.node}`;
    return { command: shown, date: new Date().toISOString().slice(0, 10), machine, figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readStored(): Promise<Record<string, Measured>> {
  try {
    return JSON.parse(await readFile(FIGURES, 'utf8')) as Record<string, Measured>;
  } catch {
    return {};
  }
}

/** The value at a path of keys such as `cosineOnly.recall`. */
function valueAt(figures: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = figures;
  for (const key of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}

function showNumber(value: unknown): string {
  if (typeof value !== 'number') return '–';
  return Number.isInteger(value) ? String(value) : value.toPrecision(value >= 100 ? 4 : 3);
}

/** A figure for people, with its 95% bootstrap interval where there is one. */
function show(figures: Readonly<Record<string, unknown>>, path: string): string {
  const interval = valueAt(figures, `${path}Interval`) as Interval | undefined;
  const value = showNumber(valueAt(figures, path));
  return interval === undefined ? value : `${value} [${interval.map(showNumber).join(', ')}]`;
}

function section(measurement: Measurement, measured: Measured): string {
  const rows = measurement.figures.map(
    ({ key, label, target }) => `| ${label} | ${show(measured.figures, key)} | ${target ?? ''} |`,
  );
  return [
    `## ${measurement.title}`,
    '',
    '| figure | measured | target |',
    '|---|---|---|',
    ...rows,
    '',
    `\`${measured.command}\`, ${measured.date}, ${measured.machine}.`,
    ...(measurement.script === 'bench:route' ? ['', `![curve](evaluation/${measurement.name}.svg)`] : []),
  ].join('\n');
}

/** The cost and quality curve of a routing measurement. */
function curvePlot(title: string, figures: Readonly<Record<string, unknown>>): string | undefined {
  const curve = figures['curve'];
  if (!Array.isArray(curve)) return undefined;
  const points = curve.map((point: { readonly costUsd: number; readonly score: number }): [number, number] => [
    point.costUsd,
    point.score,
  ]);
  return renderPlot({
    title,
    xLabel: 'mean cost a prompt, US dollars',
    yLabel: 'mean score',
    series: [{ name: 'router', points: points.sort((a, b) => a[0] - b[0]) }],
  });
}

const stored = await readStored();
for (const measurement of MEASUREMENTS) {
  if (!isWanted(measurement)) continue;
  const measured = await measure(measurement);
  if (measured === undefined) continue;
  stored[measurement.name] = measured;
  // At once, so that a run that is cut off loses only what it was measuring.
  await writeFile(FIGURES, `${JSON.stringify(stored, undefined, 2)}\n`);
}
const sections: string[] = [];
for (const measurement of MEASUREMENTS) {
  const measured = stored[measurement.name];
  if (measured === undefined) continue;
  sections.push(section(measurement, measured));
  const plot = curvePlot(measurement.title, measured.figures);
  if (plot !== undefined) await writeFile(join(FOLDER, `${measurement.name}.svg`), plot);
}
const head =
  '# Evaluation\n\nEach figure was measured by a bench script that goes through the parts that the service uses. ' +
  'The page is written by `npm run bench:evaluation`; [own-prompts.md](evaluation/own-prompts.md) has the confusion table of ' +
  'the held-out prompts. Intervals are 95% bootstrap intervals. Data: see each command; the rows are not part of the repository.\n';
await writeFile(join(projectRoot(), 'docs', 'evaluation.md'), `${head}\n${sections.join('\n\n')}\n`);
