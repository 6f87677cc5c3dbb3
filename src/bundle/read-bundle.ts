import { basename } from 'node:path';
import type { Bundle, BundleSettings, Model } from './bundle.js';
import { decodeText, readBundleFiles } from './bundle-files.js';
import type { BundleFile, BundleFiles } from './bundle-files.js';
import type { ReadContext } from './read-context.js';
import { readCachePairs, readOutcomes } from './read-rows.js';
import { readModels } from './read-models.js';
import { readTasks } from './read-tasks.js';
import { settingsSchema } from './schema.js';
import { checkSchema } from '../config/check-schema.js';
import { suggestion } from '../config/nearest.js';
import { ProblemList } from '../config/problems.js';
import { parseYaml } from '../config/yaml-document.js';
import type { YamlDocument } from '../config/yaml-document.js';

/**
 * Reads and checks the bundle in a folder: `bundle.yaml`, `models.yaml`, `tasks/*.yaml`, and where they exist
 * `outcomes/*.jsonl` and `cache-pairs.jsonl`.
 *
 * @throws RouterError BUNDLE_INVALID with one line for each mistake, `file:line:column: path: …`, at most 20.
 */
export async function readBundle(root: string): Promise<Bundle> {
  const problems = new ProblemList();
  const files = await readBundleFiles(root, problems);
  return parseBundle(files, problems);
}

/**
 * Checks files that were read before. Problems found while reading them are passed along, so that one error tells all.
 *
 * @throws RouterError BUNDLE_INVALID.
 */
export function parseBundle(source: BundleFiles, problems: ProblemList = new ProblemList()): Bundle {
  const inFolder = (folder: string): readonly BundleFile[] =>
    source.files.filter(({ file }) => file.startsWith(`${folder}/`));
  const tasks = readTasks(inFolder('tasks'), problems);
  const context: ReadContext = {
    problems,
    taskIndexById: tasks.taskIndexById,
    brokenTaskIds: new Set([...tasks.brokenTaskIds, ...source.unreadable.map((file) => basename(file, '.yaml'))]),
  };
  const catalogue = parseFile(source, 'models.yaml', problems);
  const models = catalogue === undefined ? [] : readModels(catalogue, context);
  const document = parseFile(source, 'bundle.yaml', problems);
  const settings = document === undefined ? undefined : readSettings(document, models, problems);
  const outcomes = readOutcomes(inFolder('outcomes'), models, context);
  const pairFiles = source.files.filter(({ file }) => file === 'cache-pairs.jsonl');
  const cachePairs = readCachePairs(pairFiles, context);
  problems.throwIfAny('BUNDLE_INVALID');
  if (settings === undefined) throw new Error('bundle.yaml is unusable, yet nothing said why');
  return {
    root: source.root,
    settings,
    tasks: tasks.tasks,
    exemplars: tasks.exemplars,
    models,
    outcomes,
    cachePairs,
    contentHash: source.contentHash,
  };
}

/**
 * Reads only `bundle.yaml`, for what must be known before the rest, such as the embedder.
 *
 * @throws RouterError BUNDLE_INVALID.
 */
export async function readBundleSettings(root: string): Promise<BundleSettings> {
  const problems = new ProblemList();
  const source = await readBundleFiles(root, problems, ['bundle.yaml']);
  const document = parseFile(source, 'bundle.yaml', problems);
  const settings = document === undefined ? undefined : readSettings(document, [], problems);
  problems.throwIfAny('BUNDLE_INVALID');
  if (settings === undefined) throw new Error('bundle.yaml is unusable, yet nothing said why');
  return settings;
}

function parseFile(source: BundleFiles, name: string, problems: ProblemList): YamlDocument | undefined {
  const file = source.files.find((candidate) => candidate.file === name);
  const text = file === undefined ? undefined : decodeText(file, problems);
  return text === undefined ? undefined : parseYaml(name, text, problems);
}

function readSettings(
  document: YamlDocument,
  models: readonly Model[],
  problems: ProblemList,
): BundleSettings | undefined {
  const row = checkSchema(settingsSchema, document, problems);
  if (row === undefined) return undefined;
  const settings = { ...row, baselineModel: row.baselineModel ?? row.defaultModel };
  // Without a readable catalogue every model would be unknown, which says nothing new.
  if (models.length === 0) return settings;
  const known = models.map(({ id }) => id);
  for (const key of ['defaultModel', 'baselineModel'] as const) {
    const id = settings[key];
    if (row[key] !== undefined && !known.includes(id)) {
      problems.add(document.locate([key]), key, `unknown model "${id}"${suggestion(id, known)}`);
    }
  }
  const chosen = models.find(({ id }) => id === settings.defaultModel);
  if (chosen !== undefined && !chosen.isEnabled) {
    problems.add(
      document.locate(['defaultModel']),
      'defaultModel',
      `model "${chosen.id}" is disabled; enable it in models.yaml or choose another`,
    );
  }
  return settings;
}
