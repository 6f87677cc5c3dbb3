import { randomBytes } from 'node:crypto';
import { RouterError } from '../errors.js';

/**
 * What a decision id says by itself. An outcome can so be recorded by any replica, and after a restart, without a
 * store of past decisions.
 */
export interface DecisionFacts {
  readonly snapshotId: string;
  readonly task: string;
  readonly model: string;
  /** Estimated tokens of the prompt. */
  readonly promptTokens: number;
  readonly isAbstained: boolean;
}

const FORMAT = 'd1';
const NONCE_BYTES = 9;
const MAX_LENGTH = 400;
const PATTERN = /^d1~([0-9a-f]{1,64})~([a-z0-9._-]{1,80})~([a-z0-9._-]{1,80})~(\d{1,9})~([01])~([\w-]{8,24})$/u;

/** A new id: `d1~snapshot~task~model~tokens~abstained~nonce`. */
export function newDecisionId(facts: DecisionFacts): string {
  const tokens = Math.min(999_999_999, Math.max(0, Math.ceil(facts.promptTokens)));
  const nonce = nextNonce();
  return [FORMAT, facts.snapshotId, facts.task, facts.model, tokens, facts.isAbstained ? 1 : 0, nonce].join('~');
}

/** Random bytes are drawn for many ids at once: a draw costs more than an id may. */
const POOL_SIZE = NONCE_BYTES * 256;
let pool = Buffer.alloc(0);
let position = 0;

function nextNonce(): string {
  if (position + NONCE_BYTES > pool.length) {
    pool = randomBytes(POOL_SIZE);
    position = 0;
  }
  position += NONCE_BYTES;
  return pool.toString('base64url', position - NONCE_BYTES, position);
}

/**
 * Reads an id back.
 *
 * @throws RouterError DECISION_NOT_FOUND when it is not an id that a router made.
 */
export function parseDecisionId(id: string): DecisionFacts {
  const match = id.length <= MAX_LENGTH ? PATTERN.exec(id) : null;
  const [, snapshotId, task, model, tokens, abstained] = match ?? [];
  if (snapshotId === undefined || task === undefined || model === undefined) {
    throw new RouterError({
      reason: 'DECISION_NOT_FOUND',
      message: 'decision_id is not the id of a decision; send the decision_id of a response unchanged',
      fieldViolations: [{ field: 'decision_id', description: 'not the id of a decision' }],
    });
  }
  return { snapshotId, task, model, promptTokens: Number(tokens), isAbstained: abstained === '1' };
}
