import type { RoutingSettings } from './cost-routing.js';
import { referenceCostUsd } from '../../src/routing/select-model.js';
import { createRandom } from './random.js';
import { printTable, withInterval } from './report.js';
import { chooseAt, routePrompts, type RoutedPrompt } from './route-service.js';
import { bootstrapInterval, mean, quantile } from './statistics.js';

/** Share of calls to the strong model, and share of the gap between weak and strong that is recovered there. */
interface GapPoint {
  readonly share: number;
  readonly recovered: number;
}

interface PairedPrompt {
  readonly weak: number;
  readonly strong: number;
  /** Whether the strong model is called, at rising preferences. */
  readonly isStrong: readonly boolean[];
  readonly length: number;
}

const CURVE_POINTS = 101;

/** Measures routing between two models by APGR and CPT (Ong et al. 2024, RouteLLM); prints a table. */
export async function measureWeakStrong(settings: RoutingSettings): Promise<Readonly<Record<string, unknown>>> {
  const routed: RoutedPrompt[] = [];
  for (const [fold, split] of settings.splits.entries()) {
    routed.push(...(await routePrompts({ ...settings, ...split, random: createRandom(settings.seed + fold) })));
  }
  const knobs = knobsOf(routed);
  const prompts = routed.map((prompt): PairedPrompt => ({
    weak: prompt.row.scores[0] ?? 0,
    strong: prompt.row.scores[1] ?? 0,
    isStrong: knobs.map((knob) => chooseAt(prompt, knob) === 1),
    length: prompt.row.prompt.length,
  }));
  const statistics: Record<string, (rows: readonly PairedPrompt[]) => number> = {
    apgr: (rows) => area(knobCurve(rows)),
    cpt50: (rows) => shareFor(knobCurve(rows), 0.5),
    cpt80: (rows) => shareFor(knobCurve(rows), 0.8),
    lengthApgr: (rows) => area(lengthCurve(rows)),
  };
  const figures: Record<string, unknown> = { randomApgr: 0.5 };
  const table: [string, string][] = [['randomApgr', '0.500']];
  for (const [name, statistic] of Object.entries(statistics)) {
    const interval = bootstrapInterval(prompts, statistic, createRandom(settings.seed), settings.rounds);
    figures[name] = statistic(prompts);
    figures[`${name}Interval`] = interval;
    table.push([name, withInterval(statistic(prompts), interval, 4)]);
  }
  printTable(['figure', 'value [95%]'], table);
  return figures;
}

/** Preferences at which the share of strong calls rises evenly. */
function knobsOf(prompts: readonly RoutedPrompt[]): readonly number[] {
  const worths = prompts.map(({ candidates: [weak, strong], input }) => {
    if (weak === undefined || strong === undefined) return 0;
    const gain = strong.capability.lowerBound - weak.capability.lowerBound;
    const price = (strong.expectedCostUsd - weak.expectedCostUsd) / referenceCostUsd(input);
    return Math.max(0, gain / price) / input.settings.tolerance;
  });
  const shares = Array.from({ length: CURVE_POINTS }, (_, step) => 1 - step / (CURVE_POINTS - 1));
  return [0, ...shares.map((share) => 1 / (1 + quantile(worths, share))), 1];
}

function knobCurve(rows: readonly PairedPrompt[]): readonly GapPoint[] {
  const count = rows[0]?.isStrong.length ?? 0;
  return Array.from({ length: count }, (_, knob) => pointAt(rows, (row) => row.isStrong[knob] === true));
}

/** The longest prompts go to the strong model first. */
function lengthCurve(rows: readonly PairedPrompt[]): readonly GapPoint[] {
  const lengths = rows.map((row) => row.length);
  return Array.from({ length: CURVE_POINTS }, (_, step) => {
    const border = quantile(lengths, 1 - step / (CURVE_POINTS - 1));
    return pointAt(rows, (row) => row.length > border);
  });
}

function pointAt(rows: readonly PairedPrompt[], isStrong: (row: PairedPrompt) => boolean): GapPoint {
  const weak = mean(rows.map((row) => row.weak));
  const strong = mean(rows.map((row) => row.strong));
  const score = mean(rows.map((row) => (isStrong(row) ? row.strong : row.weak)));
  return { share: rows.filter(isStrong).length / rows.length, recovered: (score - weak) / (strong - weak) };
}

/** From nobody to everybody at the strong model; between points in proportion. */
function completed(points: readonly GapPoint[]): readonly GapPoint[] {
  const sorted = [...points].sort((a, b) => a.share - b.share);
  return [{ share: 0, recovered: 0 }, ...sorted, { share: 1, recovered: 1 }];
}

function area(points: readonly GapPoint[]): number {
  const line = completed(points);
  let sum = 0;
  for (let index = 1; index < line.length; index += 1) {
    const from = line[index - 1];
    const to = line[index];
    if (from === undefined || to === undefined) continue;
    sum += ((from.recovered + to.recovered) / 2) * (to.share - from.share);
  }
  return sum;
}

/** Smallest share of strong calls at which so much of the gap is recovered. */
function shareFor(points: readonly GapPoint[], recovered: number): number {
  const line = completed(points);
  const right = line.findIndex((point) => point.recovered >= recovered);
  const to = line[right];
  const from = line[right - 1];
  if (to === undefined || from === undefined) return to?.share ?? 1;
  const part = (recovered - from.recovered) / (to.recovered - from.recovered);
  return from.share + part * (to.share - from.share);
}
