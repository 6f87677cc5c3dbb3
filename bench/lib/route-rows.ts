import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { textRequest } from '../../src/request.js';
import { viewPrompt } from '../../src/routing/prompt-view.js';
import { readRows, textField, type DataRow } from './json-lines.js';

/** A prompt with every model's score and cost. */
export interface RouteRow {
  readonly prompt: string;
  /** "prompts" where rows name none. */
  readonly task: string;
  /** By model, in the order of {@link RouteData.models}; 0 to 1. */
  readonly scores: readonly number[];
  readonly costsUsd: readonly number[];
  /** As the service estimates them. */
  readonly promptTokens: number;
}

/** US dollars a million tokens. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
}

/** Rows over one set of models. */
export interface RouteData {
  readonly models: readonly string[];
  readonly rows: readonly RouteRow[];
  /** Absent where rows carry their own costs. */
  readonly prices?: readonly TokenPrice[];
}

/** What {@link readRouteData} needs to know. */
export interface RouteDataOptions {
  readonly dataDirectory: string;
  readonly pricesFile: string | undefined;
  /** Of every answer, where rows carry no costs. */
  readonly completionTokens: number;
}

/** Reads rows with `scores`, and `cost_usd` or a price file. */
export async function readRouteData(file: string, options: RouteDataOptions): Promise<RouteData> {
  const raw = await readRows(file, options.dataDirectory);
  const models = Object.keys(numbersOf(raw[0] ?? {}, 'scores')).sort();
  const hasCosts = raw.every((row) => row['cost_usd'] !== undefined);
  const prices = hasCosts ? undefined : await readPrices(models, options);
  const rows = raw.map((row): RouteRow => {
    const prompt = readable(textField(row, 'prompt'));
    const promptTokens = viewPrompt(textRequest(prompt)).estimatedPromptTokens;
    const scores = numbersOf(row, 'scores');
    const costs = hasCosts ? numbersOf(row, 'cost_usd') : {};
    const task = row['task'];
    return {
      prompt,
      task: typeof task === 'string' ? task : 'prompts',
      promptTokens,
      scores: models.map((model) => numberOf(scores, model)),
      costsUsd: models.map((model, index) => {
        const price = prices?.[index];
        if (price === undefined) return numberOf(costs, model);
        return (price.input * promptTokens + price.output * options.completionTokens) / 1e6;
      }),
    };
  });
  return { models, rows, ...(prices === undefined ? {} : { prices }) };
}

async function readPrices(models: readonly string[], options: RouteDataOptions): Promise<readonly TokenPrice[]> {
  const file = options.pricesFile;
  if (file === undefined) throw new Error('the rows carry no cost_usd: name a price file with --prices');
  const path = existsSync(file) ? file : join(options.dataDirectory, file);
  const table = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, DataRow>>;
  return models.map((model) => {
    const price = table[model];
    if (price === undefined) throw new Error(`${path} has no price of ${model}`);
    return { input: numberOf(price, 'input'), output: numberOf(price, 'output') };
  });
}

function numbersOf(row: DataRow, field: string): DataRow {
  const value = row[field];
  if (typeof value !== 'object' || value === null) throw new Error(`a row has no "${field}" by model`);
  return value as DataRow;
}

function numberOf(values: DataRow, name: string): number {
  const value = values[name];
  if (typeof value !== 'number') throw new Error(`"${name}" is ${JSON.stringify(value)}, expected a number`);
  return value;
}

/** Reads rows with `weak` and `strong` as scores of two models, of which the strong one costs ten times as much. */
export async function readWeakStrongData(file: string, options: RouteDataOptions): Promise<RouteData> {
  const raw = await readRows(file, options.dataDirectory);
  const rows = raw.map((row): RouteRow => {
    const prompt = readable(textField(row, 'prompt'));
    const task = row['task'];
    return {
      prompt,
      task: typeof task === 'string' ? task : 'prompts',
      promptTokens: viewPrompt(textRequest(prompt)).estimatedPromptTokens,
      scores: [numberOf(row, 'weak'), numberOf(row, 'strong')],
      costsUsd: [0.001, 0.01],
    };
  });
  return { models: ['weak', 'strong'], rows };
}

/** A bundle refuses control characters; data sets hold some. */
function readable(prompt: string): string {
  return prompt.replaceAll(/\p{Cc}/gu, (character) => (/\s/u.test(character) ? character : ' '));
}
