import { suggestion } from '../config/nearest.js';
import type { Place, ProblemList } from '../config/problems.js';

/** What the readers of a bundle share: where mistakes go, and which tasks and models exist. */
export interface ReadContext {
  readonly problems: ProblemList;
  /** Task index by id, in the order of the task files. */
  readonly taskIndexById: ReadonlyMap<string, number>;
  /** Task ids that stand in files with mistakes: known, though without an index of their own. */
  readonly brokenTaskIds: ReadonlySet<string>;
}

/** Index of a task that something names; a problem when there is none. */
export function resolveTask(
  context: ReadContext,
  id: string,
  mention: { readonly place: Place; readonly path: readonly PropertyKey[] },
): number | undefined {
  const index = context.taskIndexById.get(id);
  if (index === undefined && !context.brokenTaskIds.has(id)) {
    const known = [...context.taskIndexById.keys()];
    context.problems.add(mention.place, mention.path, `unknown task "${id}"${suggestion(id, known)}`);
  }
  return index;
}
