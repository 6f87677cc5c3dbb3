import type { Bundle, Exemplar } from '../bundle.js';
import { viewPrompt } from '../../routing/prompt-view.js';
import { textRequest } from '../../request.js';
import { finding, formatLocation } from './finding.js';
import type { LintFinding } from './finding.js';

/** Below this many exemplars a task is found by luck. */
const FEW_EXEMPLARS = 10;
/** A task with so many times the exemplars of the median task draws votes from the others; so many times fewer loses them. */
const UNBALANCED_FACTOR = 5;
/** Share of an exemplar's text that may be left out of what is embedded. */
const MAX_OMITTED_SHARE = 0.4;

/** Rules on exemplars and tasks that need no vectors. */
export function lintExemplars(bundle: Bundle): readonly LintFinding[] {
  return [...lintDuplicates(bundle), ...lintLengths(bundle), ...lintCounts(bundle), ...lintTitles(bundle)];
}

/** Text as a duplicate is told by: letter case, spacing and the final mark do not count. */
export function normalisedText({ text, system }: Exemplar): string {
  const plain = (value: string): string =>
    value
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/\s+/gu, ' ')
      .trim()
      .replace(/(?<![.?!])[.?!]+$/u, '');
  return `${plain(system ?? '')}\u0000${plain(text)}`;
}

function* lintDuplicates({ exemplars, tasks }: Bundle): Generator<LintFinding> {
  const firstByText = new Map<string, Exemplar>();
  for (const exemplar of exemplars) {
    const key = normalisedText(exemplar);
    const first = firstByText.get(key);
    if (first === undefined) {
      firstByText.set(key, exemplar);
    } else if (first.taskIndex === exemplar.taskIndex) {
      const message = `the same text is at ${formatLocation(first.location)}; remove one`;
      yield finding('duplicate-exemplar', exemplar.location, message);
    } else {
      const task = tasks[first.taskIndex]?.id ?? '';
      const message = `the same text belongs to task "${task}" at ${formatLocation(first.location)}; keep it in one task`;
      yield finding('exemplar-in-two-tasks', exemplar.location, message);
    }
  }
}

function* lintLengths({ exemplars }: Bundle): Generator<LintFinding> {
  for (const { text, system, location } of exemplars) {
    const view = viewPrompt(textRequest(text, system === undefined ? {} : { system }));
    const length = text.length + (system?.length ?? 0);
    if (view.omittedCharacters <= length * MAX_OMITTED_SHARE) continue;
    const share = Math.round((100 * view.omittedCharacters) / length);
    yield finding('exemplar-too-long', location, `${share}% of the text is not read by the embedder; shorten it`);
  }
}

function* lintCounts({ tasks }: Bundle): Generator<LintFinding> {
  const counts = tasks.map(({ exemplarCount }) => exemplarCount).sort((a, b) => a - b);
  const median = counts[Math.floor(counts.length / 2)] ?? 0;
  for (const { id, exemplarCount, location } of tasks) {
    if (exemplarCount < FEW_EXEMPLARS) {
      const message = `task "${id}" has ${exemplarCount} exemplars; write at least ${FEW_EXEMPLARS}`;
      yield finding('few-exemplars', location, message);
    } else if (exemplarCount > median * UNBALANCED_FACTOR || exemplarCount * UNBALANCED_FACTOR < median) {
      const message = `task "${id}" has ${exemplarCount} exemplars, the median task has ${median}; bring them closer`;
      yield finding('unbalanced-task', location, message);
    }
  }
}

function* lintTitles({ tasks }: Bundle): Generator<LintFinding> {
  const firstByTitle = new Map<string, string>();
  for (const { id, title, location } of tasks) {
    const key = title.toLowerCase();
    const first = firstByTitle.get(key);
    if (first === undefined) firstByTitle.set(key, id);
    else yield finding('duplicate-title', location, `task "${first}" has the title "${title}" too; tell them apart`);
  }
}
