import type { AnswerEvent } from '../answer.js';
import { throwIfAborted } from '../errors.js';
import type { ContentEvent, OpenStream } from './attempt.js';
import type { Attempted } from './attempt-runner.js';
import type { CallAccount } from './call-account.js';
import { brokenStream } from './dispatch-error.js';
import { AttemptError, type AttemptFailure } from './error-class.js';
import type { MappedEnd } from './from-language-model.js';

/** Ends a reader's generator early; nobody looks at the value. */
const NOTHING: MappedEnd = { finishReason: 'other', isComplete: false };

const TOO_LATE: AttemptFailure = { errorClass: 'cancelled', message: 'another attempt was faster' };
const LEFT: AttemptFailure = { errorClass: 'cancelled', message: 'the caller stopped reading' };

/**
 * Passes an open stream on and accounts for it once, however it ends: complete, broken, cancelled, or left by its
 * reader. The connection is closed in every case.
 */
export async function* relayStream(
  attempted: Attempted<OpenStream>,
  account: CallAccount,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const { result: open, lease, target } = attempted;
  const texts = { text: '', reasoning: '' };
  const state: { end: MappedEnd | undefined; isSettled: boolean } = { end: open.end, isSettled: false };
  const settleBroken = (failure: AttemptFailure): void => {
    state.isSettled = true;
    lease.fail(failure);
    account.noteBroken(attempted, { failure, usage: account.estimate(texts) });
  };
  try {
    for (const event of open.head) {
      note(texts, event);
      yield event;
    }
    while (state.end === undefined) {
      const step = await open.rest.next();
      if (step.done === true) state.end = step.value;
      else {
        note(texts, step.value);
        yield step.value;
      }
    }
    const { finishReason, usage = account.estimate(texts) } = state.end;
    state.isSettled = true;
    lease.release();
    yield { kind: 'end', ...account.noteAnswer(attempted, { usage, finishReason, warnings: open.warnings }) };
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
    settleBroken(error.failure);
    throwIfAborted(signal);
    throw brokenStream({ target, failure: error.failure });
  } finally {
    if (!state.isSettled) settleBroken(LEFT);
    lease.release();
    await open.rest.return(NOTHING);
  }
}

/** Closes an open stream that nobody will read, and accounts for what had come. */
export function dropStream(attempted: Attempted<OpenStream>, account: CallAccount): void {
  const { result: open, lease } = attempted;
  const texts = { text: '', reasoning: '' };
  for (const event of open.head) note(texts, event);
  account.noteBroken(attempted, { failure: TOO_LATE, usage: open.end?.usage ?? account.estimate(texts) });
  lease.release();
  open.rest.return(NOTHING).catch(() => undefined);
}

function note(texts: { text: string; reasoning: string }, event: ContentEvent): void {
  if (event.kind === 'textDelta') texts.text += event.text;
  else if (event.kind === 'reasoningDelta') texts.reasoning += event.text;
  else texts.text += event.argumentsDelta;
}
