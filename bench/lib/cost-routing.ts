import { averageImprovement, scoreAt, upperHull, type CurvePoint } from './cost-curve.js';
import { neighbourScores } from './neighbour-scores.js';
import { promisesOf, type PromiseFigures } from './promises.js';
import { createRandom } from './random.js';
import { printTable, round, withInterval } from './report.js';
import { embedPrompts } from './embed-rows.js';
import {
  chooseAt,
  routePrompts,
  type RoutedPrompt,
  type RoutePromptsOptions,
  type RouteSplit,
} from './route-service.js';
import type { RouteRow } from './route-rows.js';
import { bootstrapInterval, mean } from './statistics.js';

/** How routing is measured. */
export interface RoutingSettings extends Pick<
  RoutePromptsOptions,
  'embedder' | 'cacheDirectory' | 'exemplarsPerTask' | 'qualityFloor'
> {
  readonly splits: readonly RouteSplit[];
  /** Of the bootstrap. */
  readonly rounds: number;
  readonly seed: number;
}

/** A routed prompt and what else is compared with it. */
export interface MeasuredPrompt extends RoutedPrompt {
  readonly fold: number;
  /** Model chosen at each of {@link KNOBS}. */
  readonly choices: readonly number[];
}

interface ComparedPrompt extends MeasuredPrompt {
  /** The same with mean scores of nearest neighbours for bounds. */
  readonly neighbourChoices: readonly number[];
  /** Best choice at each of a range of prices of quality, knowing the scores. */
  readonly oracleChoices: readonly number[];
}

/** Neighbours of the k-NN router. */
const NEIGHBOURS = 40;
/** The preference, finely where curves bend. */
export const KNOBS: readonly number[] = [0, ...Array.from({ length: 71 }, (_, step) => knobAt(step / 70)), 1];
/** US dollars that a full point of score may cost, for the oracle. */
const ORACLE_WORTHS = Array.from({ length: 81 }, (_, step) => 10 ** (-6 + (8 * step) / 80));

/** Preferences whose odds rise evenly on a logarithmic scale, from 1 : 300 to 100 : 1. */
function knobAt(share: number): number {
  const odds = Math.exp(Math.log(1 / 300) + share * Math.log(30_000));
  return odds / (1 + odds);
}

/** Measures the cost and score curve and what it is compared with; prints a table. @returns the figures. */
export async function measureCostRouting(settings: RoutingSettings): Promise<Readonly<Record<string, unknown>>> {
  const prompts: ComparedPrompt[] = [];
  for (const [fold, split] of settings.splits.entries())
    prompts.push(...(await comparedPrompts(settings, split, fold)));
  const intervalOf = (statistic: (rows: readonly ComparedPrompt[]) => number) =>
    bootstrapInterval(prompts, statistic, createRandom(settings.seed), settings.rounds);
  const aiqs: Record<string, (rows: readonly ComparedPrompt[]) => number> = {
    aiq: (rows) => aiqOf(rows, (row) => row.choices),
    knnAiq: (rows) => aiqOf(rows, (row) => row.neighbourChoices),
    zeroRouterAiq: (rows) => aiqOf(rows, singleChoices),
    oracleAiq: (rows) => aiqOf(rows, (row) => row.oracleChoices),
    aiqAboveKnn: (rows) => aiqOf(rows, (row) => row.choices) - aiqOf(rows, (row) => row.neighbourChoices),
    aiqAboveZeroRouter: (rows) => aiqOf(rows, (row) => row.choices) - aiqOf(rows, singleChoices),
  };
  const figures: Record<string, unknown> = {};
  const table: [string, string][] = [];
  for (const [name, statistic] of Object.entries(aiqs)) {
    const interval = intervalOf(statistic);
    figures[name] = statistic(prompts);
    figures[`${name}Interval`] = interval;
    table.push([name, withInterval(statistic(prompts), interval, 4)]);
  }
  printTable(['figure', 'value [95%]'], table);
  const promises = promisesOf(prompts, settings.qualityFloor);
  Object.assign(figures, singleFigures(prompts), defaultFigures(prompts), { curve: knobCurve(prompts), ...promises });
  printDefaults(prompts, figures, promises);
  return figures;
}

async function comparedPrompts(settings: RoutingSettings, split: RouteSplit, fold: number) {
  const routed = await routePrompts({ ...settings, ...split, random: createRandom(settings.seed + fold) });
  const vectors = await embedPrompts(
    settings.embedder,
    split.data.rows.map((row) => row.prompt),
  );
  const known = split.data.rows.map((row, index) => ({
    vector: vectors[index] ?? new Float32Array(),
    scores: row.scores,
  }));
  return routed.map((prompt): ComparedPrompt => {
    const scores = neighbourScores(prompt.vector, known, NEIGHBOURS);
    const neighbourly = prompt.candidates.map((candidate, model) => ({
      ...candidate,
      capability: { ...candidate.capability, lowerBound: scores[model] ?? 0 },
    }));
    return {
      ...prompt,
      fold,
      choices: KNOBS.map((knob) => chooseAt(prompt, knob)),
      neighbourChoices: KNOBS.map((knob) => chooseAt({ input: prompt.input, candidates: neighbourly }, knob)),
      oracleChoices: ORACLE_WORTHS.map((worth) => bestChoice(prompt.row, worth)),
    };
  });
}

function bestChoice(row: RouteRow, worthUsd: number): number {
  let best = 0;
  const valueOf = (model: number): number => (row.scores[model] ?? 0) * worthUsd - (row.costsUsd[model] ?? 0);
  for (let model = 1; model < row.scores.length; model += 1) if (valueOf(model) > valueOf(best)) best = model;
  return best;
}

function singleChoices({ row }: ComparedPrompt): readonly number[] {
  return row.scores.map((_, model) => model);
}

function aiqOf(rows: readonly ComparedPrompt[], choicesOf: (row: ComparedPrompt) => readonly number[]): number {
  const singles = pointsOf(rows, singleChoices).map((point) => point.costUsd);
  return averageImprovement(pointsOf(rows, choicesOf), Math.min(...singles), Math.max(...singles));
}

/** Mean cost and score at every setting. */
function pointsOf<Row extends { readonly row: RouteRow }>(
  rows: readonly Row[],
  choicesOf: (row: Row) => readonly number[],
): readonly CurvePoint[] {
  const settings = rows[0] === undefined ? 0 : choicesOf(rows[0]).length;
  const costs = new Float64Array(settings);
  const scores = new Float64Array(settings);
  for (const row of rows) {
    choicesOf(row).forEach((model, setting) => {
      costs[setting] = (costs[setting] ?? 0) + (row.row.costsUsd[model] ?? 0);
      scores[setting] = (scores[setting] ?? 0) + (row.row.scores[model] ?? 0);
    });
  }
  const count = Math.max(1, rows.length);
  return Array.from(costs, (cost, setting) => ({ costUsd: cost / count, score: (scores[setting] ?? 0) / count }));
}

function knobCurve(prompts: readonly ComparedPrompt[]) {
  const points = pointsOf(prompts, (row) => row.choices);
  return points.map((point, index) => ({ knob: KNOBS[index] ?? 0, ...point }));
}

function singleFigures(prompts: readonly ComparedPrompt[]) {
  const points = pointsOf(prompts, singleChoices);
  const cheapest = points.reduce((best, point) => (point.costUsd < best.costUsd ? point : best));
  const best = points.reduce((top, point) => (point.score > top.score ? point : top));
  return {
    cheapestScore: cheapest.score,
    cheapestCostUsd: cheapest.costUsd,
    bestSingleScore: best.score,
    bestSingleCostUsd: best.costUsd,
  };
}

/** At the bundle's default preference and the stated floor, as the router itself chooses. */
function defaultFigures(prompts: readonly ComparedPrompt[]) {
  const defaultScore = mean(prompts.map(({ row, defaultModel }) => row.scores[defaultModel] ?? 0));
  const defaultCostUsd = mean(prompts.map(({ row, defaultModel }) => row.costsUsd[defaultModel] ?? 0));
  const oracle = scoreAt(upperHull(pointsOf(prompts, (row) => row.oracleChoices)), defaultCostUsd);
  const single = scoreAt(upperHull(pointsOf(prompts, singleChoices)), defaultCostUsd);
  return {
    defaultScore,
    defaultCostUsd,
    /** Score that the oracle reaches for the same money, less ours. */
    defaultRegret: oracle - defaultScore,
    /** Ours, less what a mix of single models reaches for the same money. */
    defaultGain: defaultScore - single,
  };
}

function printDefaults(
  prompts: readonly ComparedPrompt[],
  figures: Readonly<Record<string, unknown>>,
  promises: PromiseFigures,
): void {
  console.log('');
  const points = pointsOf(prompts, (row) => row.choices);
  const shown = KNOBS.map((knob, index) => ({ knob, point: points[index] })).filter((_, index) => index % 8 === 0);
  printTable(
    ['preference', 'mean score', 'mean cost, $ / 1,000'],
    shown.map(({ knob, point }) => [
      round(knob, 4),
      round(point?.score ?? 0, 4),
      round((point?.costUsd ?? 0) * 1000, 4),
    ]),
  );
  console.log('');
  const names = ['defaultScore', 'defaultCostUsd', 'defaultRegret', 'defaultGain', 'cheapestScore', 'bestSingleScore'];
  const row = (name: string): [string, number] => [name, round(Number(figures[name]), 5)];
  printTable(
    ['figure', 'value'],
    [
      ...names.map(row),
      ['promiseHeld', round(promises.promiseHeld, 4)],
      ['promiseGroups', promises.promiseGroups],
      ['floorHeld', round(promises.floorHeld, 4)],
      ['floorGroups', promises.floorGroups],
    ],
  );
}
