import { readFile } from 'node:fs/promises';
import t from 'tap';
import type { RecordOutcomeRequest } from '../../src/gen/pointsman/router/v1/router.js';
import { errorOf, unaryCall, type ReadError } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';

const directory = `${t.testdir()}/outcomes`;
const { router } = await startTestService(t, { outcomes: { directory } });

const { decision } = await unaryCall(router.selectModel.bind(router), selectRequest('translate to french: good day'));
const DECISION_ID = decision?.decisionId ?? '';

const outcome = (changes: Partial<RecordOutcomeRequest> = {}): RecordOutcomeRequest => ({
  decisionId: DECISION_ID,
  score: 0.75,
  idempotencyKey: 'first',
  model: '',
  source: 'thumbs',
  ...changes,
});
const record = (request: RecordOutcomeRequest): Promise<{ isDuplicate: boolean }> =>
  unaryCall(router.recordOutcome.bind(router), request);
const journal = async (): Promise<readonly unknown[]> => {
  const text = await readFile(`${directory}/outcomes-00000001.jsonl`, 'utf8');
  return text.split('\n').flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]));
};

t.test('an outcome is on disk once it is acknowledged, and counts once', async (t) => {
  t.strictSame(await record(outcome()), { isDuplicate: false });
  const [entry] = await journal();
  t.match(entry, {
    key: 'first',
    decisionId: DECISION_ID,
    snapshotId: decision?.snapshotId,
    task: decision?.task?.task,
    model: decision?.model,
    score: 0.75,
    source: 'thumbs',
    isAbstained: false,
  });
  t.notOk(Object.hasOwn(entry as object, 'prompt'), 'prompts are kept only where the operator opted in');
  t.strictSame(await record(outcome({ score: 0.1 })), { isDuplicate: true });
  const together = await Promise.all(Array.from({ length: 5 }, () => record(outcome({ idempotencyKey: 'second' }))));
  t.equal(together.filter(({ isDuplicate }) => !isDuplicate).length, 1);
  t.equal((await journal()).length, 2);
});

t.test('the model that answered may be another than the chosen one', async (t) => {
  await record(outcome({ idempotencyKey: 'other', model: 'gpt-5-mini', completionTokens: 42n }));
  t.match((await journal()).at(-1), { key: 'other', model: 'gpt-5-mini', completionTokens: 42 });
});

const REFUSED: Readonly<Record<string, readonly [Partial<RecordOutcomeRequest>, Partial<ReadError>]>> = {
  'no idempotency key': [
    { idempotencyKey: '' },
    { fields: ['idempotency_key'], message: 'idempotency_key: 1 to 200 characters are required' },
  ],
  'a score above 1': [{ score: 1.2 }, { fields: ['score'], message: 'score: must be from 0 to 1, got 1.2' }],
  'a score that is no number': [
    { score: Number.NaN },
    { fields: ['score'], message: 'score: must be from 0 to 1, got NaN' },
  ],
  'a source that is too long': [
    { source: 's'.repeat(201) },
    { fields: ['source'], message: 'source: at most 200 characters are accepted' },
  ],
  'fewer tokens than none': [
    { completionTokens: -1n },
    { fields: ['completion_tokens'], message: 'completion_tokens: must not be negative' },
  ],
};

for (const [name, [changes, error]] of Object.entries(REFUSED)) {
  t.test(`${name} is refused`, async (t) => {
    const before = await journal();
    t.match(await errorOf(record(outcome({ idempotencyKey: name, ...changes }))), {
      code: 'INVALID_ARGUMENT',
      reason: 'OUTCOME_INVALID',
      ...error,
    });
    t.strictSame(await journal(), before);
  });
}

t.test('an id that no router made is not found', async (t) => {
  for (const decisionId of ['', 'no-such-decision', `${DECISION_ID}~`, 'x'.repeat(10_000)]) {
    t.match(await errorOf(record(outcome({ idempotencyKey: 'unknown', decisionId }))), {
      code: 'NOT_FOUND',
      reason: 'DECISION_NOT_FOUND',
      message: 'decision_id is not the id of a decision; send the decision_id of a response unchanged',
      fields: ['decision_id'],
    });
  }
});

t.test('a service without a journal refuses outcomes', async (t) => {
  const other = await startTestService(t);
  t.match(await errorOf(unaryCall(other.router.recordOutcome.bind(other.router), outcome())), {
    code: 'UNAVAILABLE',
    reason: 'OUTCOME_NOT_STORED',
    message: 'this service keeps no outcomes; set outcomes.directory in its config',
  });
});
