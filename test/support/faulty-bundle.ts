import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project-root.js';
import type { LintRule } from '../../src/bundle/lint-bundle.js';

/** A fault that somebody could make, and where lint should tell it. */
export interface PlantedFault {
  readonly rule: LintRule;
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
}

/** A bundle with faults in it, and the list of them. */
export interface FaultyBundle {
  readonly files: Readonly<Record<string, string>>;
  readonly faults: readonly PlantedFault[];
}

/** Tasks of the default bundle that the faulty one begins with, and settings of theirs that are replaced. */
const TASKS: Readonly<Record<string, readonly (readonly [piece: string, replacement: string])[]>> = {
  'code-generation': [],
  'creative-writing': [['qualityFloor: 0.79', 'qualityFloor: 0.99']],
  mathematics: [],
  medical: [],
  translation: [],
};

const LONG_TEXT = `Translate this. ${'Plenty of words stand here and go on. '.repeat(100)}`;

interface PlantedExemplar {
  readonly task: string;
  readonly rules: readonly LintRule[];
  readonly text: string;
  /** Where its task is in doubt beside the fault. */
  readonly isReviewed?: true;
}

const EXEMPLARS: readonly PlantedExemplar[] = [
  {
    task: 'translation',
    rules: ['duplicate-exemplar'],
    text: 'how do you say "where is the  train station" in Portuguese',
  },
  {
    task: 'translation',
    rules: ['near-duplicate-exemplar'],
    text: 'Render this Latin motto in plain modern English, please - "Labor omnia vincit improbus".',
  },
  { task: 'translation', rules: ['exemplar-too-long'], text: LONG_TEXT, isReviewed: true },
  {
    task: 'mathematics',
    rules: ['shadowed-exemplar', 'mislabelled-exemplar'],
    text: 'How do you say "twelve" in Portuguese?',
  },
  {
    task: 'medical',
    rules: ['mislabelled-exemplar'],
    text: 'Write a Python function that removes duplicates from a list and keeps the order.',
  },
  { task: 'medical', rules: ['exemplar-in-two-tasks'], text: 'What is 18% of 245?', isReviewed: true },
  {
    task: 'medical',
    rules: ['near-duplicate-across-tasks'],
    text: 'Prove that the square root of 2 is irrational, please.',
    isReviewed: true,
  },
];

/** Small tasks with the fault of each, told at the file's first line. */
const SMALL_TASKS: readonly {
  readonly id: string;
  readonly title: string;
  readonly rule: LintRule;
  readonly exemplars: readonly string[];
}[] = [
  {
    id: 'weather',
    title: 'Weather',
    rule: 'few-exemplars',
    exemplars: ['will it rain in Leeds tomorrow', 'Do I need a coat tonight?', 'Wind speed at the coast on Sunday'],
  },
  {
    id: 'chess',
    title: 'Chess',
    rule: 'unbalanced-task',
    exemplars: [
      'What is the best reply to the Sicilian Defence?',
      'mate in two, white to move, king g1 rook a1 against king g8',
      'Explain the rook endgame of Lucena',
      'why did Carlsen give up his bishop in game 6',
      'How does castling through check work?',
      'Is the London System good for beginners',
      'annotate 1. e4 e5 2. Nf3 Nc6 3. Bb5',
      'Which openings suit an attacking player?',
      'queen against two rooks, who is better',
      'Name the traps in the Caro-Kann',
      'when is en passant allowed',
      'My opponent always fianchettoes, how do I get at his king?',
    ],
  },
  {
    id: 'gardening',
    title: 'Code generation',
    rule: 'duplicate-title',
    exemplars: [
      'When should I prune roses?',
      'my tomato leaves are curling upwards',
      'Which hedge grows fastest in shade',
      'How deep do I plant tulip bulbs?',
      'slugs keep eating my hostas, no poison please',
      'Can I still sow carrots in July',
      'What feed does a lemon tree in a pot want?',
      'moss in the lawn, rake or lime',
      'How far apart do potatoes go?',
      'Is horse manure good for raspberries',
      'my compost heap smells of eggs',
      'What flowers in deep winter in a north-facing bed?',
      'divide rhubarb when',
      'Do I cut lavender back to the wood?',
      'tell me how to train a clematis up an arch',
      'Which apple tree for a tiny garden',
      'How often do I water a new beech hedge?',
      'ants have moved into my raised bed',
      'Do blueberries need acid soil',
      'What can I grow under a walnut tree?',
      'broad beans have blackfly on the tips',
      'Should I dig or mulch heavy clay?',
      'when are leeks ready to lift',
      'Is it too late to plant garlic?',
    ],
  },
  {
    id: 'knitting',
    title: 'Knitting',
    rule: 'task-without-evidence',
    exemplars: [
      'How do I cast on 60 stitches with long tail?',
      'what does k2tog mean',
      'Which needles for chunky merino',
      'I dropped a stitch four rows down, how do I pick it up?',
      'My scarf curls at the edges, why',
      'Explain the kitchener stitch for a sock toe.',
      'how much 4 ply for a baby cardigan size 2',
      'Is bamboo yarn good for a summer top?',
      'What is the gauge for, do I really need a swatch',
      'Short rows with wrap and turn, step by step',
      'brioche in two colours, where do I start',
      'How do I block a lace shawl without pins?',
      'magic loop or double pointed needles for sleeves',
      'Convert this pattern from 5 mm to 4 mm needles',
      'fair isle floats are too tight',
      'How is a raglan different from a yoke?',
      'cable six to the left, what is it in rows',
      'Which cast-off is the stretchiest?',
      'can I felt superwash wool',
      'Join a new ball without a knot?',
      'purl side looks uneven, rowing out',
      'How many grams of yarn for a man-size jumper',
      'What is intarsia and when is it better than stranding?',
      'seam or knit in the round for a first hat',
    ],
  },
];

/** Models that are worse than the good one, each in one way. */
const MODELS: readonly { readonly rule: LintRule; readonly changes: Readonly<Record<string, unknown>> }[] = [
  { rule: 'model-without-evidence', changes: { id: 'silent', vendor: 'silent-vendor', evidence: [] } },
  { rule: 'model-below-every-floor', changes: { id: 'weak', vendor: 'weak-vendor', evidence: evidenceOf(0.2) } },
  { rule: 'dominated-model', changes: { id: 'dear', price: priceOf(50) } },
  { rule: 'model-without-deployment', changes: { id: 'adrift', vendor: 'adrift-vendor', deployments: [] } },
  { rule: 'region-without-deployment', changes: { id: 'roaming', vendor: 'roaming-vendor', regions: ['eu', 'us'] } },
  { rule: 'output-limit-too-small', changes: { id: 'terse', vendor: 'terse-vendor', maxOutputTokens: 100 } },
  { rule: 'baseline-disabled', changes: { id: 'retired', vendor: 'retired-vendor', enabled: false } },
];

function evidenceOf(score: number): readonly object[] {
  const small = SMALL_TASKS.filter(({ rule }) => rule !== 'task-without-evidence').map(({ id }) => id);
  const tasks = [...Object.keys(TASKS), ...small];
  return tasks.map((task) => ({ task, score, n: 400, source: 'own test', date: '2026-01-31' }));
}

function priceOf(usdPerMtok: number): object {
  return { inputUsdPerMtok: usdPerMtok, outputUsdPerMtok: usdPerMtok, source: 'list price', date: '2026-01-31' };
}

function modelOf({ id, ...changes }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    id,
    vendor: 'acme',
    name: id,
    price: priceOf(5),
    contextWindowTokens: 100_000,
    maxOutputTokens: 8000,
    modalities: ['text'],
    tools: true,
    structuredOutput: true,
    regions: ['eu'],
    evidence: evidenceOf(0.95),
    deployments: [{ id: `${String(id)}-eu`, provider: 'acme', model: id, region: 'eu' }],
    ...changes,
  };
}

/** Builds it. Every rule of lint is broken somewhere; nothing else is wrong. */
export async function faultyBundle(): Promise<FaultyBundle> {
  const files: Record<string, string> = {
    'bundle.yaml': 'name: faulty\ndefaultModel: good\nbaselineModel: retired\n',
    // JSON is YAML; one model a line, so that a line tells the model.
    'models.yaml': `{"models":[\n${[{ id: 'good' }, ...MODELS.map(({ changes }) => changes)].map((changes) => JSON.stringify(modelOf(changes))).join(',\n')}\n]}\n`,
    'outcomes/own.jsonl': [0, 1].map((score) => `{"prompt":"x","model":"good","score":${score}}\n`).join(''),
    'cache-pairs.jsonl': '{"q1":"a","q2":"b","same":true}\n{"q1":"b","q2":"a","same":false}\n',
  };
  const faults: PlantedFault[] = [
    { rule: 'conflicting-outcomes', file: 'outcomes', line: 1 },
    { rule: 'conflicting-cache-pairs', file: 'cache-pairs.jsonl', line: 1 },
    { rule: 'floor-out-of-reach', file: taskFile('creative-writing'), line: 1 },
    ...MODELS.map(({ rule }, place) => ({ rule, file: 'models.yaml', line: place + 3 })),
  ];
  for (const [id, replacements] of Object.entries(TASKS)) {
    const text = await readFile(join(projectRoot(), 'router-models', taskFile(id)), 'utf8');
    files[taskFile(id)] = replacements.reduce(
      (changed, [piece, replacement]) => replaced(changed, piece, replacement),
      text,
    );
  }
  for (const { task, rules, text, isReviewed } of EXEMPLARS) {
    const file = taskFile(task);
    const before = files[file] ?? '';
    const line = before.split('\n').length;
    faults.push(...rules.map((rule) => ({ rule, file, line })));
    files[file] = `${before}  - { text: ${JSON.stringify(text)}, reviewed: ${isReviewed ?? false} }\n`;
  }
  for (const { id, title, rule, exemplars } of SMALL_TASKS) {
    files[taskFile(id)] = smallTask(id, title, exemplars);
    faults.push({ rule, file: taskFile(id), line: 1 });
  }
  return { files, faults };
}

function taskFile(id: string): string {
  return `tasks/${id}.yaml`;
}

function replaced(text: string, piece: string, replacement: string): string {
  if (!text.includes(piece)) throw new Error(`the default bundle does not hold ${piece}`);
  return text.replace(piece, () => replacement);
}

function smallTask(id: string, title: string, exemplars: readonly string[]): string {
  return [
    `id: ${id}`,
    `title: ${title}`,
    'description: A small task.',
    'qualityFloor: 0.7',
    'cache: { policy: allow }',
    'expectedCompletionTokens: 80',
    'exemplars:',
    ...exemplars.map((text) => `  - ${JSON.stringify(text)}`),
    '',
  ].join('\n');
}
