import { truncate, writeFile } from 'node:fs/promises';
import t from 'tap';
import { readBundle } from '../../src/bundle/read-bundle.js';
import { RouterError } from '../../src/errors.js';
import { edited, smallBundle } from '../support/small-bundle.js';

/** What is wrong, the files that differ from the small bundle (null: left out), and the whole message. */
type Case = readonly [what: string, changes: Readonly<Record<string, string | null>>, message: string];

const TASK = 'tasks/arithmetic.yaml';

const CASES: readonly Case[] = [
  [
    'unknown key',
    edited(TASK, 'qualityFloor', 'qualityFlor'),
    'tasks/arithmetic.yaml:1:1: qualityFloor: expected a number from 0 to 1, got nothing\n' +
      'tasks/arithmetic.yaml:4:1: qualityFlor: unknown key; did you mean "qualityFloor"?',
  ],
  [
    'unknown key that is like no known one',
    edited(TASK, '{ policy: allow }', '{ policy: allow, zzz: 1 }'),
    'tasks/arithmetic.yaml:5:25: cache.zzz: unknown key; known: policy, ttlSeconds, minSimilarity, minProbability',
  ],
  [
    'unknown key of an exemplar',
    edited(TASK, 'system:', 'sistem:'),
    'tasks/arithmetic.yaml:9:5: exemplars[1].sistem: unknown key; did you mean "system"?',
  ],
  [
    'unknown key of a price step',
    edited('models.yaml', '{ promptTokens: 1000', '{ promptTokens: 1000, cost: 1'),
    'models.yaml:29:37: models[1].price.above[0].cost: unknown key; known: promptTokens, inputUsdPerMtok, cachedInputUsdPerMtok, outputUsdPerMtok',
  ],
  [
    'wrong type',
    edited(TASK, 'qualityFloor: 0.8', 'qualityFloor: high'),
    'tasks/arithmetic.yaml:4:15: qualityFloor: expected a number from 0 to 1, got "high"',
  ],
  [
    'exemplar that is neither text nor a mapping',
    edited(TASK, 'what is 12 times 12', '12'),
    'tasks/arithmetic.yaml:8:5: exemplars[0]: expected the text of an exemplar or a mapping, got 12',
  ],
  ['missing file', { 'models.yaml': null }, 'models.yaml:1:1: expected this file, found none; add it to the bundle'],
  [
    'no tasks',
    {
      'tasks/arithmetic.yaml': null,
      'tasks/translation.yaml': null,
      'models.yaml': null,
      'bundle.yaml': 'name: x\ndefaultModel: big\n',
    },
    'models.yaml:1:1: expected this file, found none; add it to the bundle\n' +
      'tasks:1:1: expected at least one *.yaml file, found none; add a task',
  ],
  [
    'file with another ending among the tasks',
    { 'tasks/more.yml': 'id: more\n' },
    'tasks/more.yml:1:1: expected a file whose name ends in .yaml, got another; rename or remove it',
  ],
  [
    'duplicate task',
    { 'tasks/sums.yaml': edited(TASK, 'Sums.', 'More sums.')[TASK]! },
    'tasks/sums.yaml:1:5: id: task "arithmetic" is already defined in tasks/arithmetic.yaml; give each task its own id',
  ],
  [
    'id that is not the file name',
    edited(TASK, 'id: arithmetic', 'id: sums'),
    'models.yaml:12:47: models[0].expectedCompletionTokens.arithmetic: unknown task "arithmetic"; known: sums, translation\n' +
      'models.yaml:15:17: models[0].evidence[1].task: unknown task "arithmetic"; known: sums, translation\n' +
      'tasks/arithmetic.yaml:1:5: id: expected "arithmetic", the name of the file, got "sums"; rename one of them',
  ],
  [
    'malformed id',
    edited(TASK, 'id: arithmetic', 'id: Arithmetic Tasks'),
    'tasks/arithmetic.yaml:1:5: id: expected a task id (lower-case letters, digits, ".", "_", "-"; at most 80 characters), got "Arithmetic Tasks"',
  ],
  [
    'duplicate model',
    edited('models.yaml', 'id: small\n', 'id: big\n'),
    'models.yaml:18:9: models[1].id: model "big" is already defined at line 2; give each model its own id',
  ],
  [
    'duplicate deployment',
    edited('models.yaml', 'id: small-us', 'id: big-eu'),
    'models.yaml:38:15: models[1].deployments[0].id: deployment "big-eu" is already defined for model "big"; give each deployment its own id',
  ],
  [
    'evidence for an unknown task',
    edited('models.yaml', 'task: translation, score: 0.8', 'task: translations, score: 0.8'),
    'models.yaml:36:17: models[1].evidence[0].task: unknown task "translations"; did you mean "translation"?',
  ],
  [
    'evidence twice for one task',
    edited('models.yaml', 'task: arithmetic, score', 'task: translation, score'),
    'models.yaml:15:17: models[0].evidence[1].task: task "translation" already has evidence for this model; keep one entry',
  ],
  [
    'measured evidence without a count',
    edited('models.yaml', 'score: 0.8, n: 400', 'score: 0.8'),
    'models.yaml:36:9: models[1].evidence[0].n: expected n, the number of prompts measured, got nothing; add it or mark the value "declared: true"',
  ],
  [
    'declared evidence with a count',
    edited('models.yaml', 'declared: true, source: editorial', 'declared: true, n: 3, source: editorial'),
    'models.yaml:15:60: models[0].evidence[1].n: a declared value has no measured prompts; remove n or declared',
  ],
  [
    'price below zero',
    edited('models.yaml', 'inputUsdPerMtok: 5', 'inputUsdPerMtok: -5'),
    'models.yaml:5:31: models[0].price.inputUsdPerMtok: expected a price of at least 0, got -5',
  ],
  [
    'price steps out of order',
    edited(
      'models.yaml',
      'outputUsdPerMtok: 0.8 }',
      'outputUsdPerMtok: 0.8 }, { promptTokens: 500, inputUsdPerMtok: 1, outputUsdPerMtok: 1 }',
    ),
    'models.yaml:29:100: models[1].price.above[1].promptTokens: expected more than 1000, the step before, got 500; put the steps in ascending order',
  ],
  [
    'date that no calendar has',
    edited('models.yaml', 'date: 2026-01-31 }', 'date: 2026-02-31 }'),
    'models.yaml:5:82: models[0].price.date: expected a date as YYYY-MM-DD, got "2026-02-31"',
  ],
  [
    'no default model',
    edited('bundle.yaml', 'defaultModel: big\n', ''),
    'bundle.yaml:1:1: defaultModel: expected the id of a model in models.yaml (lower-case letters, digits, ".", "_", "-"; at most 80 characters), got nothing',
  ],
  [
    'unknown default model',
    edited('bundle.yaml', 'defaultModel: big', 'defaultModel: bigg'),
    'bundle.yaml:2:15: defaultModel: unknown model "bigg"; did you mean "big"?',
  ],
  [
    'disabled default model',
    edited('models.yaml', 'name: Big\n', 'name: Big\n    enabled: false\n'),
    'bundle.yaml:2:15: defaultModel: model "big" is disabled; enable it in models.yaml or choose another',
  ],
  [
    'unknown modality',
    edited('models.yaml', '[text, image]', '[text, video]'),
    'models.yaml:8:24: models[0].modalities[1]: expected one of "text", "image", "audio", "file", got "video"',
  ],
  [
    'empty exemplar',
    edited(TASK, 'what is 12 times 12', '""'),
    'tasks/arithmetic.yaml:8:5: exemplars[0]: expected the text of an exemplar, got empty text',
  ],
  [
    'blank exemplar',
    edited(TASK, 'Add 3 and 4 and tell me how.', '"  "'),
    'tasks/arithmetic.yaml:10:11: exemplars[1].text: expected the text of an exemplar, got blank text',
  ],
  [
    'no exemplars',
    edited(TASK, edited(TASK, '', '')[TASK]!.split('exemplars:')[1]!, ' []\n'),
    'tasks/arithmetic.yaml:7:12: exemplars: expected a list of at least one exemplar, got an empty list',
  ],
  [
    'score out of range',
    edited('models.yaml', 'score: 0.95', 'score: 95'),
    'models.yaml:14:37: models[0].evidence[0].score: expected a number from 0 to 1, got 95',
  ],
  [
    'fraction of a token',
    edited(TASK, 'expectedCompletionTokens: 40', 'expectedCompletionTokens: 40.5'),
    'tasks/arithmetic.yaml:6:27: expectedCompletionTokens: expected a whole number from 1 to 100000000, got 40.5',
  ],
  [
    'open bracket',
    edited(TASK, '{ policy: allow }', '{ policy: allow'),
    'tasks/arithmetic.yaml:6:1: the bracket or brace opened before is not closed; add "]" or "}"',
  ],
  [
    'tab for indentation',
    edited('bundle.yaml', 'name: small', 'name:\n\tx: small'),
    'bundle.yaml:2:1: a tab is used for indentation; use spaces',
  ],
  [
    'key written twice',
    edited(TASK, 'title: Arithmetic', 'title: Arithmetic\ntitle: Sums'),
    'tasks/arithmetic.yaml:3:1: this key is written twice in the same mapping; keep one',
  ],
  [
    'control character',
    edited(TASK, 'Sums.', 'Su\u0007ms.'),
    'tasks/arithmetic.yaml:3:16: control character U+0007; remove it',
  ],
  [
    'escaped control character',
    edited(TASK, 'Sums.', '"Su\\x07ms."'),
    'tasks/arithmetic.yaml:3:14: description: control character U+0007; remove it',
  ],
  ['empty file', { 'bundle.yaml': '' }, 'bundle.yaml:1:1: expected a mapping, got nothing'],
  ['list instead of a mapping', { 'bundle.yaml': '- a\n' }, 'bundle.yaml:1:1: expected a mapping, got a list'],
  [
    'two documents in one file',
    edited(TASK, 'title:', '---\ntitle:'),
    'tasks/arithmetic.yaml:2:1: expected one YAML document, got more; remove the "---" line',
  ],
  [
    'outcome that is not JSON',
    { 'outcomes/a.jsonl': '{"prompt":"x","model":"big","score":1}\n{oops\n' },
    'outcomes/a.jsonl:2:1: expected one JSON object on this line, got text that is not JSON',
  ],
  [
    'outcome of an unknown model',
    { 'outcomes/a.jsonl': '{"prompt":"x","model":"bik","score":1}\n' },
    'outcomes/a.jsonl:1:23: model: unknown model "bik"; did you mean "big"?',
  ],
  [
    'outcome whose score is out of range',
    { 'outcomes/a.jsonl': '{"prompt":"x","model":"big","score":1.5}\n' },
    'outcomes/a.jsonl:1:37: score: expected a number from 0 to 1, got 1.5',
  ],
  [
    'cache pair of an unknown task',
    { 'cache-pairs.jsonl': '{"q1":"a","q2":"b","same":true,"task":"sums"}\n' },
    'cache-pairs.jsonl:1:39: task: unknown task "sums"; known: arithmetic, translation',
  ],
];

for (const [what, changes, message] of CASES) {
  t.test(what, async (t) => {
    const error = await readBundle(t.testdir(smallBundle(changes))).catch((thrown: unknown) => thrown);
    t.ok(error instanceof RouterError);
    if (!(error instanceof RouterError)) return;
    t.equal(error.message, message);
    t.equal(error.reason, 'BUNDLE_INVALID');
    t.equal(error.code, 'FAILED_PRECONDITION');
  });
}

t.test('a folder that is not there', async (t) => {
  const root = `${t.testdir()}/nowhere`;
  const message = `${root}:1:1: expected the folder of a bundle, found none; check the path`;
  await t.rejects(readBundle(root), { message, reason: 'BUNDLE_INVALID' });
});

t.test('an empty folder', async (t) => {
  const root = t.testdir({});
  const message = `${root}:1:1: the folder of the bundle is empty; expected bundle.yaml, models.yaml, tasks/`;
  await t.rejects(readBundle(root), { message });
});

t.test('a file that is not UTF-8', async (t) => {
  const root = t.testdir(smallBundle());
  await writeFile(`${root}/bundle.yaml`, Buffer.from([0x6e, 0xff, 0xfe]));
  const message = 'bundle.yaml:1:1: expected UTF-8 text, got other bytes; save the file as UTF-8';
  await t.rejects(readBundle(root), { message });
});

t.test('a file that is too large', async (t) => {
  const root = t.testdir(smallBundle());
  await truncate(`${root}/tasks/arithmetic.yaml`, 17 * 1024 * 1024);
  const message = 'tasks/arithmetic.yaml:1:1: expected at most 16 MiB, got 17 MiB; split the file';
  await t.rejects(readBundle(root), { message });
});

t.test('a folder where a file should be', async (t) => {
  const root = t.testdir(smallBundle({ 'cache-pairs.jsonl/x': 'y' }));
  const message = 'cache-pairs.jsonl:1:1: the file could not be read; check that it is a file and its permissions';
  await t.rejects(readBundle(root), { message });
});

t.test('several mistakes are told at once, at most 20, in the order of the files', async (t) => {
  const exemplars = Array.from({ length: 25 }, (_, index) => `  - ${index}\n`).join('');
  const changes = edited(TASK, 'exemplars:\n', `exemplars:\n${exemplars}`);
  const error = await readBundle(t.testdir(smallBundle({ ...changes, 'bundle.yaml': 'name: 3\n' }))).catch(
    (thrown: unknown) => thrown,
  );
  t.ok(error instanceof RouterError);
  if (!(error instanceof RouterError)) return;
  const lines = error.message.split('\n');
  t.equal(lines.length, 21);
  t.equal(lines[0]?.startsWith('bundle.yaml:1:1: defaultModel: expected'), true);
  t.equal(lines[1], 'bundle.yaml:1:7: name: expected text, got 3');
  t.equal(lines[20], 'and 7 more');
  t.strictSame(error.metadata, { file: 'bundle.yaml', line: '1', column: '1', path: 'defaultModel', problems: '27' });
});
