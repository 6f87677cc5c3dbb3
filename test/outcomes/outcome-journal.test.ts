import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { listSegments, openOutcomeJournal } from '../../src/outcomes/outcome-journal.js';
import { parseOutcomeLine, type OutcomeRecord } from '../../src/outcomes/outcome-record.js';

function record(key: string): OutcomeRecord {
  return {
    key,
    at: '2026-11-21T00:00:00.000Z',
    decisionId: 'd1~ab~translation~small~12~0~abcdefghijkl',
    snapshotId: 'ab',
    task: 'translation',
    model: 'small',
    score: 0.5,
    promptTokens: 12,
    source: 'test',
    isAbstained: false,
  };
}

async function readRecords(directory: string): Promise<OutcomeRecord[]> {
  const records: OutcomeRecord[] = [];
  for (const name of await listSegments(directory)) {
    for (const line of (await readFile(join(directory, name), 'utf8')).split('\n')) {
      if (line === '') continue;
      const parsed = parseOutcomeLine(line);
      if (!('record' in parsed)) throw new Error(parsed.problem);
      records.push(parsed.record);
    }
  }
  return records;
}

t.test('stores each key once, also when asked for it twice at the same time', async (t) => {
  const directory = t.testdir();
  const journal = await openOutcomeJournal({ directory });
  const results = await Promise.all([
    journal.append(record('a')),
    journal.append(record('a')),
    journal.append(record('b')),
  ]);
  t.strictSame(results, [{ isDuplicate: false }, { isDuplicate: true }, { isDuplicate: false }]);
  await journal.close();
  t.strictSame(
    (await readRecords(directory)).map((entry) => entry.key),
    ['a', 'b'],
  );
});

t.test('remembers keys over a restart and cuts a torn last line', async (t) => {
  const directory = t.testdir();
  const first = await openOutcomeJournal({ directory });
  await first.append(record('a'));
  await first.close();
  const [segment] = await listSegments(directory);
  await appendFile(join(directory, segment ?? ''), '{"key":"torn","at":"20');

  const second = await openOutcomeJournal({ directory });
  t.strictSame(await second.append(record('a')), { isDuplicate: true });
  t.strictSame(await second.append(record('torn')), { isDuplicate: false });
  await second.close();
  t.strictSame(
    (await readRecords(directory)).map((entry) => entry.key),
    ['a', 'torn'],
  );
});

t.test('begins a new segment when the old one is full', async (t) => {
  const directory = t.testdir();
  const journal = await openOutcomeJournal({ directory, segmentBytes: 300 });
  for (let index = 0; index < 5; index++) await journal.append(record(`k${index}`));
  await journal.close();
  t.equal((await listSegments(directory)).length, 3);
  t.equal((await readRecords(directory)).length, 5);
});

t.test('refuses when too many wait, and after close', async (t) => {
  const journal = await openOutcomeJournal({ directory: t.testdir(), queueLimit: 2 });
  const accepted = ['a', 'b', 'c'].map((key) => journal.append(record(key)));
  const last = journal.append(record('d'));
  await t.rejects(last, { reason: 'OUTCOME_NOT_STORED', message: '2 outcomes wait for the disk; retry after a pause' });
  await Promise.all(accepted);
  await journal.close();
  await t.rejects(journal.append(record('e')), {
    reason: 'OUTCOME_NOT_STORED',
    message: 'the outcome journal is closed',
  });
});

t.test('a folder that cannot be made is a clear error', async (t) => {
  const directory = t.testdir({ file: '' });
  await t.rejects(openOutcomeJournal({ directory: join(directory, 'file', 'journal') }), {
    reason: 'OUTCOME_NOT_STORED',
    message: /^cannot open the outcome journal in .*file\/journal: /u,
  });
});
