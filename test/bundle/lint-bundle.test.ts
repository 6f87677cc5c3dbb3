import t, { type Test } from 'tap';
import { lintBundle } from '../../src/bundle/lint-bundle.js';
import type { LintOptions, LintRule } from '../../src/bundle/lint-bundle.js';
import { readBundle } from '../../src/bundle/read-bundle.js';
import { projectRoot } from '../../src/config/project-root.js';
import { edited, SMALL_BUNDLE, smallBundle } from '../support/small-bundle.js';

/** Ten different exemplars as YAML, so that counts give no findings. */
const tenOf = (topic: string): string =>
  Array.from({ length: 10 }, (_, index) => `  - ${topic} example number ${index}\n`).join('');

/** The small bundle, grown until it has no findings. */
const CLEAN: Readonly<Record<string, string>> = {
  ...SMALL_BUNDLE,
  'tasks/arithmetic.yaml': (SMALL_BUNDLE['tasks/arithmetic.yaml'] ?? '').replace('0.8', '0.7') + tenOf('arithmetic'),
  'tasks/translation.yaml': (SMALL_BUNDLE['tasks/translation.yaml'] ?? '') + tenOf('translation'),
  'models.yaml': (SMALL_BUNDLE['models.yaml'] ?? '').replace('regions: [eu, us]', 'regions: [eu]'),
};

function changed(file: string, piece: string, replacement: string): Record<string, string> {
  const text = CLEAN[file] ?? '';
  if (!text.includes(piece)) throw new Error(`${file} does not hold ${piece}`);
  return { [file]: text.replace(piece, () => replacement) };
}

async function findingsOf(t: Test, changes: Readonly<Record<string, string>>, options: LintOptions = {}) {
  const bundle = await readBundle(t.testdir(smallBundle({ ...CLEAN, ...changes })));
  return lintBundle(bundle, options).map(({ severity, rule, message, location }) => {
    return `${location.file}:${location.line}:${location.column}: ${severity}: ${rule}: ${message}`;
  });
}

t.test('a clean bundle has no findings', async (t) => {
  t.strictSame(await findingsOf(t, {}), []);
});

t.test('the default bundle has no findings', async (t) => {
  t.strictSame(lintBundle(await readBundle(`${projectRoot()}/router-models`)), []);
});

const TRANSLATION = 'tasks/translation.yaml';
const LONG_TEXT = `Translate this. ${'Plenty of words stand here and go on. '.repeat(100)}`;
const PREFIX = 'models.yaml:2:5: warning: ';

const CASES: readonly (readonly [
  rule: LintRule,
  changes: Readonly<Record<string, string>>,
  findings: readonly string[],
])[] = [
  [
    'duplicate-exemplar',
    changed(TRANSLATION, '  - translation example number 0', '  - "translation  Example number 9!"'),
    [
      'tasks/translation.yaml:19:5: warning: duplicate-exemplar: the same text is at tasks/translation.yaml:10:5; remove one',
    ],
  ],
  [
    'exemplar-in-two-tasks',
    changed(TRANSLATION, 'translation example number 0', 'Arithmetic example number 4'),
    [
      'tasks/translation.yaml:10:5: error: exemplar-in-two-tasks: the same text belongs to task "arithmetic" at tasks/arithmetic.yaml:15:5; keep it in one task',
    ],
  ],
  [
    'exemplar-too-long',
    changed(TRANSLATION, 'translation example number 0', LONG_TEXT),
    [
      'tasks/translation.yaml:10:5: warning: exemplar-too-long: 76% of the text is not read by the embedder; shorten it',
    ],
  ],
  [
    'few-exemplars',
    { [TRANSLATION]: SMALL_BUNDLE[TRANSLATION] ?? '' },
    ['tasks/translation.yaml:1:1: warning: few-exemplars: task "translation" has 2 exemplars; write at least 10'],
  ],
  [
    'unbalanced-task',
    {
      ...changed(
        TRANSLATION,
        'exemplars:\n',
        `exemplars:\n${'x'.repeat(60).replaceAll(/x/gu, (_, at: number) => `  - word ${at}\n`)}`,
      ),
      'tasks/third.yaml': (CLEAN['tasks/arithmetic.yaml'] ?? '')
        .replaceAll('rithmetic', 'ttics')
        .replace('attics', 'third')
        .replace('12 times', '13 times')
        .replace('Add 3', 'Add 5'),
    },
    [
      'tasks/third.yaml:1:1: error: task-without-evidence: no enabled model has evidence for task "third"; add evidence to models.yaml',
      'tasks/translation.yaml:1:1: warning: unbalanced-task: task "translation" has 72 exemplars, the median task has 12; bring them closer',
    ],
  ],
  [
    'duplicate-title',
    changed(TRANSLATION, 'title: Translation', 'title: arithmetic'),
    [
      'tasks/translation.yaml:1:1: warning: duplicate-title: task "arithmetic" has the title "arithmetic" too; tell them apart',
    ],
  ],
  [
    'floor-out-of-reach',
    changed('tasks/arithmetic.yaml', 'qualityFloor: 0.7', 'qualityFloor: 0.99'),
    [
      'tasks/arithmetic.yaml:1:1: warning: floor-out-of-reach: no model reaches the quality floor 0.99 of task "arithmetic"; the best lower bound is 0.782',
    ],
  ],
  [
    'model-without-evidence',
    changed(
      'models.yaml',
      '    evidence:\n      - { task: translation, score: 0.8, n: 400, source: own test, date: 2026-01-31 }\n',
      '',
    ),
    [
      'models.yaml:18:5: warning: model-without-evidence: model "small" has no evidence and is never found capable; add evidence or disable it',
    ],
  ],
  [
    'model-below-every-floor',
    changed('models.yaml', 'score: 0.8, n: 400', 'score: 0.5, n: 400'),
    [
      'models.yaml:18:5: warning: model-below-every-floor: model "small" reaches the quality floor of no task; add evidence or disable it',
    ],
  ],
  [
    'dominated-model',
    {
      'models.yaml': (CLEAN['models.yaml'] ?? '')
        .replace('inputUsdPerMtok: 0.1', 'inputUsdPerMtok: 500')
        .replace('region: us', 'region: eu'),
    },
    [
      'models.yaml:18:5: warning: dominated-model: model "big" is at least as good, able and cheap on every task, so "small" is never chosen; disable it or correct the evidence',
    ],
  ],
  [
    'model-without-deployment',
    changed(
      'models.yaml',
      '    deployments:\n      - { id: big-eu, provider: acme, model: big-1, region: eu, maxConcurrency: 8 }\n',
      '',
    ),
    [`${PREFIX}model-without-deployment: model "big" has no deployment and cannot be called; add one or disable it`],
  ],
  [
    'region-without-deployment',
    changed('models.yaml', 'regions: [eu]', 'regions: [eu, us]'),
    [
      `${PREFIX}region-without-deployment: model "big" lists region "us", where it has no deployment; add one or remove the region`,
    ],
  ],
  [
    'output-limit-too-small',
    changed('models.yaml', 'maxOutputTokens: 8000', 'maxOutputTokens: 400'),
    [
      `${PREFIX}output-limit-too-small: model "big" is expected to write more on task "arithmetic" than its 400 output tokens; correct one of them`,
    ],
  ],
  [
    'baseline-disabled',
    {
      ...changed('models.yaml', 'name: Small\n', 'name: Small\n    enabled: false\n'),
      ...changed('bundle.yaml', 'baselineModel: big', 'baselineModel: small'),
    },
    [
      'models.yaml:18:5: warning: baseline-disabled: the baseline model "small" is disabled, so savings are counted against a model that nobody could use',
    ],
  ],
  [
    'conflicting-outcomes',
    { 'outcomes/a.jsonl': '{"prompt":"x","model":"big","score":1}\n{"prompt":"x","model":"big","score":0}\n' },
    [
      'outcomes:1:1: warning: conflicting-outcomes: model "big" has scores more than 0.5 apart for the same prompt, 1 times; check how they were measured',
    ],
  ],
  [
    'conflicting-cache-pairs',
    { 'cache-pairs.jsonl': '{"q1":"a","q2":"b","same":true}\n{"q1":"b","q2":"a","same":false}\n' },
    [
      'cache-pairs.jsonl:1:1: error: conflicting-cache-pairs: a pair of prompts is marked both "same" and "different"; decide for one',
    ],
  ],
];

for (const [rule, changes, findings] of CASES) {
  t.test(rule, async (t) => t.strictSame(await findingsOf(t, changes), findings));
}

t.test('a task without evidence', async (t) => {
  const { 'models.yaml': models } = edited(
    'models.yaml',
    '      - { task: arithmetic, score: 0.9, declared: true, source: editorial estimate, date: 2026-01-31 }\n',
    '',
  );
  t.strictSame(await findingsOf(t, { 'models.yaml': (models ?? '').replace('regions: [eu, us]', 'regions: [eu]') }), [
    'tasks/arithmetic.yaml:1:1: error: task-without-evidence: no enabled model has evidence for task "arithmetic"; add evidence to models.yaml',
  ]);
});

t.test('near duplicates within and across tasks', async (t) => {
  const values = new Float32Array(24 * 24);
  for (let row = 0; row < 24; row += 1) values[row * 24 + row] = 1;
  const copy = (from: number, to: number): void => {
    values.fill(0, to * 24, (to + 1) * 24);
    values[to * 24 + from] = 0.99;
    values[to * 24 + to] = Math.sqrt(1 - 0.99 ** 2);
  };
  copy(3, 5);
  copy(0, 20);
  t.strictSame(await findingsOf(t, {}, { vectors: { values, dimensions: 24 } }), [
    'tasks/arithmetic.yaml:14:5: warning: near-duplicate-exemplar: almost the same as tasks/arithmetic.yaml:12:5 (similarity 0.99); replace one by something else',
    'tasks/translation.yaml:16:5: warning: near-duplicate-across-tasks: almost the same as tasks/arithmetic.yaml:8:5 of task "arithmetic" (similarity 0.99); tell them apart or keep one',
  ]);
});

t.test('an exemplar among those of another task is shadowed', async (t) => {
  const values = new Float32Array(24 * 25);
  for (let row = 0; row < 24; row += 1) {
    const isAmongTranslations = row >= 12 || row === 4;
    values[row * 25 + 24] = isAmongTranslations ? 0.8 : 0;
    values[row * 25 + row] = isAmongTranslations ? 0.6 : 1;
  }
  t.strictSame(await findingsOf(t, {}, { vectors: { values, dimensions: 25 } }), [
    'tasks/arithmetic.yaml:13:5: warning: shadowed-exemplar: its 6 nearest neighbours are of task "translation", so it wins no prompt for its own; make it clearer',
  ]);
});

t.test('an exemplar that model and neighbours call another task is likely mislabelled', async (t) => {
  const predictions = {
    exemplarIndex: Int32Array.of(0, 1, 2, 3, 13),
    predictedTask: Int32Array.of(1, 1, 1, 0, 1),
    probability: Float32Array.of(0.999, 0.6, 0.999, 0.99, 0.99),
    ownProbability: Float32Array.of(0.0001, 0.3, 0.01, 0.99, 0.99),
  };
  const mislabelled =
    'tasks/arithmetic.yaml:8:5: warning: mislabelled-exemplar: the other exemplars make this task "translation" with 99%; move it there or make it clearer';
  // Without neighbours of its own task near, then with all of them.
  const apart = new Float32Array(72 * 73);
  for (let row = 0; row < 72; row += 1) {
    const isTranslation = row >= 12 || row === 0;
    apart[row * 73 + 72] = isTranslation ? 0.6 : -0.6;
    apart[row * 73 + row] = 0.8;
  }
  const many = changed(
    TRANSLATION,
    'exemplars:\n',
    `exemplars:\n${Array.from({ length: 48 }, (_, index) => `  - word ${index}\n`).join('')}`,
  );
  t.strictSame(await findingsOf(t, many, { vectors: { values: apart, dimensions: 73 }, predictions }), [mislabelled]);
  const reviewed = edited(
    'tasks/arithmetic.yaml',
    'what is 12 times 12',
    '{ text: what is 12 times 12, reviewed: true }',
  );
  const reviewedText = (reviewed['tasks/arithmetic.yaml'] ?? '').replace('0.8', '0.7') + tenOf('arithmetic');
  const changes = { ...many, 'tasks/arithmetic.yaml': reviewedText };
  t.strictSame(await findingsOf(t, changes, { vectors: { values: apart, dimensions: 73 }, predictions }), []);
  const together = new Float32Array(24 * 24);
  for (let row = 0; row < 24; row += 1) together[row * 24 + row] = 1;
  t.strictSame(await findingsOf(t, {}, { vectors: { values: together, dimensions: 24 }, predictions }), []);
});
