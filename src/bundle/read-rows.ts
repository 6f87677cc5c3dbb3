import type { z } from 'zod';
import type { CachePair, Model, Outcome } from './bundle.js';
import { decodeText } from './bundle-files.js';
import type { BundleFile } from './bundle-files.js';
import { resolveTask } from './read-context.js';
import type { ReadContext } from './read-context.js';
import { cachePairSchema, outcomeSchema } from './schema.js';
import { checkSchema } from '../config/check-schema.js';
import type { LocatedValue } from '../config/check-schema.js';
import { suggestion } from '../config/nearest.js';
import { parseYaml } from '../config/yaml-document.js';
import { ProblemList } from '../config/problems.js';
import type { Place } from '../config/problems.js';

/** Rows whose mistakes are told one by one; the rest of a file with this many is not read. */
const MAX_ROW_PROBLEMS = 50;

/** Reads `outcomes/*.jsonl`: `{prompt, model, score, task?, completionTokens?}`, one a line. */
export function readOutcomes(
  files: readonly BundleFile[],
  models: readonly Model[],
  context: ReadContext,
): readonly Outcome[] {
  const modelIds = new Set(models.map(({ id }) => id));
  const outcomes: Outcome[] = [];
  for (const file of files) {
    forEachRow(file, outcomeSchema, context, (row, source) => {
      if (modelIds.size > 0 && !modelIds.has(row.model)) {
        const message = `unknown model "${row.model}"${suggestion(row.model, [...modelIds])}`;
        context.problems.add(source.locate(['model']), 'model', message);
        return;
      }
      const taskIndex = rowTask(row.task, source, context);
      outcomes.push({
        model: row.model,
        score: row.score,
        prompt: row.prompt,
        ...(taskIndex !== undefined && { taskIndex }),
        ...(row.completionTokens !== undefined && { completionTokens: row.completionTokens }),
      });
    });
  }
  return outcomes;
}

/** Reads `cache-pairs.jsonl`: `{q1, q2, same, task?}`, one a line. */
export function readCachePairs(files: readonly BundleFile[], context: ReadContext): readonly CachePair[] {
  const pairs: CachePair[] = [];
  for (const file of files) {
    forEachRow(file, cachePairSchema, context, (row, source) => {
      const taskIndex = rowTask(row.task, source, context);
      pairs.push({ q1: row.q1, q2: row.q2, isSame: row.same, ...(taskIndex !== undefined && { taskIndex }) });
    });
  }
  return pairs;
}

function rowTask(task: string | undefined, source: LocatedValue, context: ReadContext): number | undefined {
  if (task === undefined) return undefined;
  return resolveTask(context, task, { place: source.locate(['task']), path: ['task'] });
}

function forEachRow<S extends z.ZodType>(
  file: BundleFile,
  schema: S,
  context: ReadContext,
  handle: (row: z.output<S>, source: LocatedValue) => void,
): void {
  const text = decodeText(file, context.problems);
  if (text === undefined) return;
  const limit = context.problems.count + MAX_ROW_PROBLEMS;
  let line = 0;
  for (const lineText of text.split('\n')) {
    line += 1;
    if (lineText.trim() === '') continue;
    if (context.problems.count >= limit) return;
    const source = parseRow(file.file, line, lineText);
    if (source === undefined) {
      const place = { file: file.file, line, column: 1 };
      context.problems.add(place, '', 'expected one JSON object on this line, got text that is not JSON');
      continue;
    }
    const row = checkSchema(schema, source, context.problems);
    if (row !== undefined) handle(row, source);
  }
}

/** A line of JSON. Places inside it are looked up only for mistakes, since most rows have none. */
function parseRow(file: string, line: number, text: string): LocatedValue | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const locateWith = (method: 'locate' | 'locateKey', path: readonly PropertyKey[]): Place => {
    const found = parseYaml(file, text, new ProblemList())?.[method](path);
    return { file, line, column: found?.column ?? 1 };
  };
  return {
    value,
    locate: (path) => locateWith('locate', path),
    locateKey: (path) => locateWith('locateKey', path),
  };
}
