import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readBundle } from '../../src/bundle/read-bundle.js';
import { importOutcomes } from '../../src/outcomes/import-outcomes.js';
import { openOutcomeJournal } from '../../src/outcomes/outcome-journal.js';
import type { OutcomeRecord } from '../../src/outcomes/outcome-record.js';
import { SMALL_BUNDLE } from '../support/small-bundle.js';

function record(key: string, over: Partial<OutcomeRecord>): OutcomeRecord {
  return {
    key,
    at: '2026-11-21T00:00:00.000Z',
    decisionId: 'd1~ab~translation~small~12~0~abcdefghijkl',
    snapshotId: 'ab',
    task: 'translation',
    model: 'small',
    score: 1,
    promptTokens: 12,
    source: 'test',
    isAbstained: false,
    ...over,
  };
}

t.test('prompts become rows, the rest evidence, the unknown problems', async (t) => {
  const root = t.testdir();
  for (const [name, text] of Object.entries(SMALL_BUNDLE)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
  }
  const directory = join(root, 'journal');
  const journal = await openOutcomeJournal({ directory });
  await journal.append(record('a', { prompt: 'hallo', completionTokens: 7 }));
  await journal.append(record('b', { prompt: 'huh', isAbstained: true, score: 0.2 }));
  await journal.append(record('c', { score: 1 }));
  await journal.append(record('d', { score: 0 }));
  await journal.append(record('e', { model: 'gone' }));
  await journal.append(record('f', { task: 'gone' }));
  await journal.close();

  const imported = await importOutcomes(directory, await readBundle(root));
  t.strictSame(imported.rows, [
    { prompt: 'hallo', model: 'small', score: 1, task: 'translation', completionTokens: 7 },
    { prompt: 'huh', model: 'small', score: 0.2 },
  ]);
  t.strictSame(imported.evidence, [{ model: 'small', task: 'translation', score: 0.5, n: 2, variance: 0.5 }]);
  t.strictSame(imported.problems, [
    'outcomes-00000001.jsonl:5: model "gone" is not in the bundle\'s catalogue',
    'outcomes-00000001.jsonl:6: task "gone" is not in the bundle',
  ]);
});
