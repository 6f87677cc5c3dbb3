/** How large a synthetic bundle is. */
export interface SyntheticBundleSize {
  readonly exemplars: number;
  readonly tasks: number;
  readonly models: number;
}

/** Files of a correct bundle whose texts mean nothing; for measuring time, never quality. */
export function syntheticBundle({ exemplars, tasks, models }: SyntheticBundleSize): Readonly<Record<string, string>> {
  const taskIds = Array.from({ length: tasks }, (_, index) => `task-${index}`);
  const perTask = Math.floor(exemplars / tasks);
  const files: Record<string, string> = {
    'bundle.yaml': 'name: synthetic\ndefaultModel: model-0\nbaselineModel: model-0\n',
    'models.yaml': `models:\n${Array.from({ length: models }, (_, index) => modelYaml(index, taskIds)).join('')}`,
  };
  for (const [index, id] of taskIds.entries()) files[`tasks/${id}.yaml`] = taskYaml(id, index, perTask);
  return files;
}

function modelYaml(index: number, taskIds: readonly string[]): string {
  const evidence = taskIds.map(
    (task, position) =>
      `      - { task: ${task}, score: ${(0.6 + ((index * 7 + position * 3) % 40) / 100).toFixed(2)}, n: 200, source: synthetic, date: 2026-01-01 }\n`,
  );
  return `  - id: model-${index}
    vendor: vendor-${index % 6}
    name: Model ${index}
    price: { inputUsdPerMtok: ${index + 1}, outputUsdPerMtok: ${4 * (index + 1)}, source: synthetic, date: 2026-01-01 }
    contextWindowTokens: 100000
    maxOutputTokens: 8000
    modalities: [text]
    tools: true
    structuredOutput: true
    evidence:
${evidence.join('')}    deployments:
      - { id: model-${index}-eu, provider: vendor-${index % 6}, model: m${index}, region: eu }
`;
}

function taskYaml(id: string, index: number, exemplars: number): string {
  const lines = Array.from({ length: exemplars }, (_, row) => `  - ${id} exemplar number ${row} of ${index}\n`);
  return `id: ${id}
title: Task ${index}
description: Synthetic.
qualityFloor: 0.7
cache: { policy: allow }
expectedCompletionTokens: 200
exemplars:
${lines.join('')}`;
}
