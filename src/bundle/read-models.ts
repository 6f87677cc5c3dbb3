import type { z } from 'zod';
import type { Deployment, Evidence, Model, Price } from './bundle.js';
import { resolveTask } from './read-context.js';
import type { ReadContext } from './read-context.js';
import { catalogueSchema } from './schema.js';
import { checkSchema } from '../config/check-schema.js';
import type { YamlDocument } from '../config/yaml-document.js';

type ModelRow = z.output<typeof catalogueSchema>['models'][number];

interface RowContext {
  readonly document: YamlDocument;
  /** Path of the model in the document. */
  readonly path: readonly PropertyKey[];
  readonly context: ReadContext;
}

/** Reads `models.yaml`, in its order. */
export function readModels(document: YamlDocument, context: ReadContext): readonly Model[] {
  const catalogue = checkSchema(catalogueSchema, document, context.problems);
  if (catalogue === undefined) return [];
  const models: Model[] = [];
  const firstById = new Map<string, number>();
  const deploymentIds = new Map<string, string>();
  for (const [index, row] of catalogue.models.entries()) {
    const rowContext = { document, path: ['models', index], context };
    const earlier = firstById.get(row.id);
    if (earlier !== undefined) {
      const line = document.locate(['models', earlier]).line;
      report(rowContext, ['id'], `model "${row.id}" is already defined at line ${line}; give each model its own id`);
      continue;
    }
    firstById.set(row.id, index);
    checkDeploymentIds(row, deploymentIds, rowContext);
    models.push(toModel(row, rowContext));
  }
  return models;
}

function report(row: RowContext, path: readonly PropertyKey[], message: string): void {
  const whole = [...row.path, ...path];
  row.context.problems.add(row.document.locate(whole), whole, message);
}

function checkDeploymentIds(row: ModelRow, seen: Map<string, string>, context: RowContext): void {
  for (const [index, { id }] of row.deployments.entries()) {
    const owner = seen.get(id);
    if (owner === undefined) seen.set(id, row.id);
    else {
      const message = `deployment "${id}" is already defined for model "${owner}"; give each deployment its own id`;
      report(context, ['deployments', index, 'id'], message);
    }
  }
}

function toModel(row: ModelRow, context: RowContext): Model {
  const tokens = toCompletionTokens(row, context);
  return {
    id: row.id,
    vendor: row.vendor,
    name: row.name,
    isEnabled: row.enabled,
    hasOpenWeights: row.openWeights,
    price: toPrice(row, context),
    contextWindowTokens: row.contextWindowTokens,
    maxOutputTokens: row.maxOutputTokens,
    modalities: row.modalities,
    hasTools: row.tools,
    hasStructuredOutput: row.structuredOutput,
    isReasoning: row.reasoning,
    regions: row.regions.length > 0 ? row.regions : [...new Set(row.deployments.map(({ region }) => region))],
    ...tokens,
    evidence: toEvidence(row, context),
    deployments: row.deployments.map(toDeployment),
    location: context.document.locate(context.path),
  };
}

function toPrice(row: ModelRow, context: RowContext): Price {
  const { declared, cachedInputUsdPerMtok, above, ...price } = row.price;
  for (const [index, step] of above.entries()) {
    const before = above[index - 1];
    if (before !== undefined && step.promptTokens <= before.promptTokens) {
      const message = `expected more than ${before.promptTokens}, the step before, got ${step.promptTokens}; put the steps in ascending order`;
      report(context, ['price', 'above', index, 'promptTokens'], message);
    }
  }
  return {
    ...price,
    ...(cachedInputUsdPerMtok !== undefined && { cachedInputUsdPerMtok }),
    above: above.map(({ cachedInputUsdPerMtok: cached, ...step }) => ({
      ...step,
      ...(cached !== undefined && { cachedInputUsdPerMtok: cached }),
    })),
    isDeclared: declared,
  };
}

function toCompletionTokens(
  row: ModelRow,
  context: RowContext,
): Pick<Model, 'completionTokensByTask' | 'completionTokensDefault'> {
  const completionTokensByTask: Record<number, number> = {};
  for (const [task, count] of Object.entries(row.expectedCompletionTokens)) {
    if (task === 'default') continue;
    const path = [...context.path, 'expectedCompletionTokens', task];
    const index = resolveTask(context.context, task, { place: context.document.locateKey(path), path });
    if (index !== undefined) completionTokensByTask[index] = count;
  }
  const completionTokensDefault = row.expectedCompletionTokens['default'];
  return { completionTokensByTask, ...(completionTokensDefault !== undefined && { completionTokensDefault }) };
}

function toEvidence(row: ModelRow, context: RowContext): readonly Evidence[] {
  const evidence: Evidence[] = [];
  const tasks = new Set<string>();
  for (const [index, item] of row.evidence.entries()) {
    const path = [...context.path, 'evidence', index, 'task'];
    if (tasks.has(item.task)) {
      report(
        context,
        ['evidence', index, 'task'],
        `task "${item.task}" already has evidence for this model; keep one entry`,
      );
      continue;
    }
    tasks.add(item.task);
    if (!item.declared && item.n === undefined) {
      const message =
        'expected n, the number of prompts measured, got nothing; add it or mark the value "declared: true"';
      report(context, ['evidence', index, 'n'], message);
    }
    if (item.declared && item.n !== undefined) {
      report(context, ['evidence', index, 'n'], 'a declared value has no measured prompts; remove n or declared');
    }
    const taskIndex = resolveTask(context.context, item.task, { place: context.document.locate(path), path });
    if (taskIndex === undefined) continue;
    evidence.push({
      taskIndex,
      score: item.score,
      n: item.n ?? 0,
      isDeclared: item.declared,
      source: item.source,
      date: item.date,
      ...(item.variance !== undefined && { variance: item.variance }),
    });
  }
  return evidence;
}

function toDeployment(row: ModelRow['deployments'][number]): Deployment {
  const { maxConcurrency, ...rest } = row;
  return { ...rest, ...(maxConcurrency !== undefined && { maxConcurrency }) };
}
