import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { sample, type Random } from './random.js';
import type { RouteData, RouteRow } from './route-rows.js';
import { mean, quantile } from './statistics.js';

/** What {@link writeRouteBundle} is told. */
export interface RouteBundleOptions {
  /** Rows become outcomes, and some of them exemplars of their task. */
  readonly data: RouteData;
  readonly exemplarsPerTask: number;
  readonly qualityFloor: number;
  readonly random: Random;
}

const TODAY = '2026-01-01';

/** A model's id in the bundle. */
export function bundleId(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-');
}

/** Writes a bundle as an ML team would, from measured rows, into a new folder. @returns its path; who calls removes it. */
export async function writeRouteBundle(options: RouteBundleOptions): Promise<string> {
  const { data } = options;
  const directory = await mkdtemp(join(tmpdir(), 'pointsman-bench-bundle-'));
  try {
    for (const folder of ['tasks', 'outcomes']) await mkdir(join(directory, folder));
    const means = data.models.map((_, model) => mean(data.rows.map((row) => row.costsUsd[model] ?? 0)));
    const dearest = bundleId(data.models[means.indexOf(Math.max(...means))] ?? '');
    const settings = {
      name: 'bench',
      defaultModel: dearest,
      baselineModel: dearest,
      // Nothing is abstained from: every prompt is chosen for.
      risk: 0.5,
      defaultAbstentionThreshold: 0,
    };
    const prices = data.models.map((_, model) => priceOf(data, model));
    await writeFile(join(directory, 'bundle.yaml'), stringify(settings));
    await writeFile(
      join(directory, 'models.yaml'),
      stringify({
        models: data.models.map((name, model) => modelEntry(name, prices[model] ?? 0, data.prices?.[model])),
      }),
    );
    await writeTasks(directory, options);
    await writeFile(join(directory, 'outcomes', 'measured.jsonl'), outcomeLines(data, prices));
    return directory;
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Price a million tokens, in and out alike. Rows with costs tell no price: it is what the prompt alone costs, from the
 * cheapest rows, and whatever a row costs more counts as its completion tokens.
 */
function priceOf(data: RouteData, model: number): number {
  const stated = data.prices?.[model];
  if (stated !== undefined) return stated.input;
  return quantile(
    data.rows.map((row) => ((row.costsUsd[model] ?? 0) * 1e6) / row.promptTokens),
    0.05,
  );
}

function modelEntry(name: string, price: number, stated: { readonly output: number } | undefined) {
  return {
    id: bundleId(name),
    vendor: 'bench',
    name,
    price: { inputUsdPerMtok: price, outputUsdPerMtok: stated?.output ?? price, source: 'bench', date: TODAY },
    contextWindowTokens: 1_000_000,
    maxOutputTokens: 1_000_000,
    modalities: ['text'],
    tools: false,
    structuredOutput: false,
  };
}

async function writeTasks(directory: string, options: RouteBundleOptions): Promise<void> {
  const byTask = new Map<string, RouteRow[]>();
  for (const row of options.data.rows) byTask.set(row.task, [...(byTask.get(row.task) ?? []), row]);
  for (const [task, rows] of byTask) {
    const content = {
      id: bundleId(task),
      title: task,
      description: `Prompts of ${task}.`,
      qualityFloor: options.qualityFloor,
      cache: { policy: 'never' },
      expectedCompletionTokens: 250,
      exemplars: sample(rows, options.exemplarsPerTask, options.random).map((row) => row.prompt),
    };
    await writeFile(join(directory, 'tasks', `${bundleId(task)}.yaml`), stringify(content));
  }
}

function outcomeLines(data: RouteData, prices: readonly number[]): string {
  const lines: string[] = [];
  for (const row of data.rows) {
    data.models.forEach((name, model) => {
      const costs = ((row.costsUsd[model] ?? 0) * 1e6) / (prices[model] ?? 1);
      const completionTokens = Math.max(0, Math.round(costs - row.promptTokens));
      const { prompt } = row;
      const outcome = { prompt, model: bundleId(name), score: row.scores[model] ?? 0, task: bundleId(row.task) };
      lines.push(JSON.stringify(data.prices === undefined ? { ...outcome, completionTokens } : outcome));
    });
  }
  return `${lines.join('\n')}\n`;
}
