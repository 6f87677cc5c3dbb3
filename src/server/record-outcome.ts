import type { RecordOutcomeRequest, RecordOutcomeResponse } from '../gen/pointsman/router/v1/router.js';
import type { OutcomeJournal } from '../outcomes/outcome-journal.js';
import { RouterError } from '../errors.js';
import { parseDecisionId } from '../routing/decision-id.js';
import { createViolations } from './violations.js';

const MAX_KEY_LENGTH = 200;
const MAX_SOURCE_LENGTH = 200;

/**
 * Stores an outcome. It is on disk when this resolves.
 *
 * @throws RouterError OUTCOME_INVALID, DECISION_NOT_FOUND, OUTCOME_NOT_STORED
 */
export async function recordOutcome(
  request: RecordOutcomeRequest,
  journal: OutcomeJournal | undefined,
  promptOf: (decisionId: string) => string | undefined,
): Promise<RecordOutcomeResponse> {
  check(request);
  if (journal === undefined) {
    throw new RouterError({
      reason: 'OUTCOME_NOT_STORED',
      message: 'this service keeps no outcomes; set outcomes.directory in its config',
    });
  }
  const { decisionId, score, source } = request;
  const facts = parseDecisionId(decisionId);
  const prompt = promptOf(decisionId);
  return journal.append({
    key: request.idempotencyKey,
    at: new Date().toISOString(),
    decisionId,
    snapshotId: facts.snapshotId,
    task: facts.task,
    model: request.model === '' ? facts.model : request.model,
    score,
    promptTokens: facts.promptTokens,
    source,
    isAbstained: facts.isAbstained,
    ...(request.completionTokens === undefined ? {} : { completionTokens: Number(request.completionTokens) }),
    ...(prompt === undefined ? {} : { prompt }),
  });
}

function check(request: RecordOutcomeRequest): void {
  const violations = createViolations();
  const { idempotencyKey, score, source } = request;
  if (idempotencyKey === '' || idempotencyKey.length > MAX_KEY_LENGTH) {
    violations.add('OUTCOME_INVALID', 'idempotency_key', `1 to ${MAX_KEY_LENGTH} characters are required`);
  }
  // Written so that NaN fails, too.
  if (!(score >= 0 && score <= 1)) {
    violations.add('OUTCOME_INVALID', 'score', `must be from 0 to 1, got ${score}`);
  }
  if (source.length > MAX_SOURCE_LENGTH) {
    violations.add('OUTCOME_INVALID', 'source', `at most ${MAX_SOURCE_LENGTH} characters are accepted`);
  }
  if (request.completionTokens !== undefined && request.completionTokens < 0n) {
    violations.add('OUTCOME_INVALID', 'completion_tokens', 'must not be negative');
  }
  violations.throwIfAny();
}
