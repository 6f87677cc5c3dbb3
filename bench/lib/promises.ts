import { KNOBS, type MeasuredPrompt } from './cost-routing.js';

/** Whether chosen models kept what their bounds promised, over (fold, task) groups of held-out prompts. */
export interface PromiseFigures {
  /** Share of (group, preference) pairs whose mean score reaches the mean bound of the chosen models. */
  readonly promiseHeld: number;
  readonly promiseGroups: number;
  /** The same by preference. */
  readonly promiseHeldByKnob: readonly { readonly knob: number; readonly held: number }[];
  /** At the defaults: share of groups whose mean score reaches the floor, or the bound where the floor was not met. */
  readonly floorHeld: number;
  readonly floorGroups: number;
}

const MIN_GROUP = 30;
/** Every so many of the curve's knobs is checked. */
const KNOB_STEP = 6;

/** Checks promises at preferences along the whole curve, and at the bundle's defaults. */
export function promisesOf(prompts: readonly MeasuredPrompt[], qualityFloor: number): PromiseFigures {
  const groups = groupsOf(prompts);
  const byKnob = KNOBS.flatMap((knob, index) => {
    if (index % KNOB_STEP !== 0) return [];
    const held = groups.filter((group) => isHeld(group, (prompt) => prompt.choices[index] ?? -1));
    return { knob, held: held.length / Math.max(1, groups.length) };
  });
  const kept = groups.filter((group) =>
    isHeld(
      group,
      (prompt) => prompt.defaultModel,
      (bound) => Math.min(bound, qualityFloor),
    ),
  );
  return {
    promiseHeld: byKnob.reduce((sum, { held }) => sum + held, 0) / Math.max(1, byKnob.length),
    promiseGroups: groups.length * byKnob.length,
    promiseHeldByKnob: byKnob,
    floorHeld: kept.length / Math.max(1, groups.length),
    floorGroups: groups.length,
  };
}

function isHeld(
  group: readonly MeasuredPrompt[],
  chosenOf: (prompt: MeasuredPrompt) => number,
  promised: (bound: number) => number = (bound) => bound,
): boolean {
  let margin = 0;
  for (const prompt of group) {
    const model = chosenOf(prompt);
    const bound = prompt.candidates[model]?.capability.lowerBound ?? 0;
    margin += (prompt.row.scores[model] ?? 0) - promised(bound);
  }
  return margin >= 0;
}

function groupsOf(prompts: readonly MeasuredPrompt[]): readonly (readonly MeasuredPrompt[])[] {
  const groups = new Map<string, MeasuredPrompt[]>();
  for (const prompt of prompts) {
    const key = `${prompt.fold} ${prompt.row.task}`;
    groups.set(key, [...(groups.get(key) ?? []), prompt]);
  }
  return [...groups.values()].filter((group) => group.length >= MIN_GROUP);
}
