import type { Bundle } from '../bundle.js';
import { finding } from './finding.js';
import type { LintFinding } from './finding.js';

/** Scores of one model on one prompt that lie farther apart than this contradict each other. */
const CONFLICTING_SCORES = 0.5;

/** Rules on outcomes and cache pairs. */
export function lintRows(bundle: Bundle): readonly LintFinding[] {
  return [...lintOutcomes(bundle), ...lintCachePairs(bundle)];
}

function* lintOutcomes({ outcomes }: Bundle): Generator<LintFinding> {
  const ranges = new Map<string, { lowest: number; highest: number }>();
  for (const { model, prompt, score } of outcomes) {
    const key = `${model}\u0000${prompt}`;
    const range = ranges.get(key) ?? { lowest: score, highest: score };
    ranges.set(key, { lowest: Math.min(range.lowest, score), highest: Math.max(range.highest, score) });
  }
  const conflictsByModel = new Map<string, number>();
  for (const [key, { lowest, highest }] of ranges) {
    const model = key.slice(0, key.indexOf('\u0000'));
    if (highest - lowest > CONFLICTING_SCORES) conflictsByModel.set(model, (conflictsByModel.get(model) ?? 0) + 1);
  }
  for (const [model, count] of conflictsByModel) {
    const message = `model "${model}" has scores more than ${CONFLICTING_SCORES} apart for the same prompt, ${count} times; check how they were measured`;
    yield finding('conflicting-outcomes', { file: 'outcomes', line: 1, column: 1 }, message);
  }
}

function* lintCachePairs({ cachePairs }: Bundle): Generator<LintFinding> {
  const labels = new Map<string, boolean>();
  for (const { q1, q2, isSame } of cachePairs) {
    const key = [q1, q2].sort().join('\u0000');
    const earlier = labels.get(key);
    labels.set(key, isSame);
    if (earlier === undefined || earlier === isSame) continue;
    const message = 'a pair of prompts is marked both "same" and "different"; decide for one';
    yield finding('conflicting-cache-pairs', { file: 'cache-pairs.jsonl', line: 1, column: 1 }, message);
  }
}
