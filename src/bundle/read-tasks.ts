import { basename } from 'node:path';
import type { z } from 'zod';
import type { Exemplar, SourceLocation, Task } from './bundle.js';
import { decodeText } from './bundle-files.js';
import type { BundleFile } from './bundle-files.js';
import { taskSchema } from './schema.js';
import { checkSchema } from '../config/check-schema.js';
import type { ProblemList } from '../config/problems.js';
import { parseYaml } from '../config/yaml-document.js';
import type { YamlDocument } from '../config/yaml-document.js';

/** The tasks of a bundle in the order of their ids, with their exemplars in the order of their files. */
export interface ReadTasks {
  readonly tasks: readonly Task[];
  readonly exemplars: readonly Exemplar[];
  readonly taskIndexById: ReadonlyMap<string, number>;
  /** Ids by the names of the files that have mistakes. */
  readonly brokenTaskIds: ReadonlySet<string>;
}

/** Reads `tasks/*.yaml`. */
export function readTasks(files: readonly BundleFile[], problems: ProblemList): ReadTasks {
  const tasks: Task[] = [];
  const exemplars: Exemplar[] = [];
  const taskIndexById = new Map<string, number>();
  const brokenTaskIds = new Set<string>();
  for (const file of files) {
    const fileId = basename(file.file, '.yaml');
    const read = readTask(file, tasks.length, problems);
    const earlier = read === undefined ? undefined : taskIndexById.get(read.task.id);
    if (read === undefined) {
      brokenTaskIds.add(fileId);
      continue;
    }
    if (earlier !== undefined) {
      const other = tasks[earlier]?.location.file ?? '';
      problems.add(
        read.idPlace,
        'id',
        `task "${read.task.id}" is already defined in ${other}; give each task its own id`,
      );
      continue;
    }
    if (read.task.id !== fileId) {
      const message = `expected "${fileId}", the name of the file, got "${read.task.id}"; rename one of them`;
      problems.add(read.idPlace, 'id', message);
    }
    taskIndexById.set(read.task.id, tasks.length);
    tasks.push(read.task);
    exemplars.push(...read.exemplars);
  }
  return { tasks, exemplars, taskIndexById, brokenTaskIds };
}

interface ReadTask {
  readonly task: Task;
  readonly exemplars: readonly Exemplar[];
  readonly idPlace: SourceLocation;
}

function readTask(file: BundleFile, taskIndex: number, problems: ProblemList): ReadTask | undefined {
  const text = decodeText(file, problems);
  const document = text === undefined ? undefined : parseYaml(file.file, text, problems);
  const row = document === undefined ? undefined : checkSchema(taskSchema, document, problems);
  if (document === undefined || row === undefined) return undefined;
  const { minSimilarity, minProbability, ...cache } = row.cache;
  return {
    task: {
      id: row.id,
      title: row.title,
      description: row.description,
      qualityFloor: row.qualityFloor,
      cache: {
        ...cache,
        ...(minSimilarity !== undefined && { minSimilarity }),
        ...(minProbability !== undefined && { minProbability }),
      },
      expectedCompletionTokens: row.expectedCompletionTokens,
      exemplarCount: row.exemplars.length,
      location: document.locate([]),
    },
    exemplars: toExemplars(row.exemplars, taskIndex, document),
    idPlace: document.locate(['id']),
  };
}

function toExemplars(
  rows: z.output<typeof taskSchema>['exemplars'],
  taskIndex: number,
  document: YamlDocument,
): readonly Exemplar[] {
  return rows.map((row, index) => {
    const location = document.locate(['exemplars', index]);
    if (typeof row === 'string') return { text: row, taskIndex, location };
    return {
      text: row.text,
      taskIndex,
      location,
      ...(row.system !== undefined && { system: row.system }),
      ...(row.reviewed && { isReviewed: true }),
    };
  });
}
