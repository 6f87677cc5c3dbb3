import type { AnswerSummary, FinishReason, Usage } from '../answer.js';
import type { Part } from '../request.js';
import type { MonotonicClock, RoutingTrace } from '../trace.js';
import type { Attempted, FailedAttempt } from './attempt-runner.js';
import type { DispatchPlan } from './dispatch-plan.js';
import type { AttemptFailure } from './error-class.js';
import { costOfUsage, estimateUsage } from './usage.js';

/** What an attempt that was answered brought, as far as money goes. */
export interface AnsweredAttempt {
  readonly parts?: readonly Part[];
  readonly usage?: Usage;
  readonly finishReason: FinishReason;
  readonly warnings: readonly string[];
}

/** Enters each attempt of one call into its trace, once, with what it cost. */
export interface CallAccount {
  /** An attempt that was answered. Usage that the provider does not tell is estimated from the parts. */
  noteAnswer(attempted: Attempted<unknown>, answer: AnsweredAttempt): AnswerSummary;
  /** An attempt that had begun to answer and broke, or was left by its reader. */
  noteBroken(attempted: Attempted<unknown>, broken: { failure: AttemptFailure; usage: Usage }): void;
  /** An attempt that brought nothing. Providers charge for one that we cut off while they were at work, not for one that failed. */
  noteFailure(failed: FailedAttempt): void;
  spentUsd(): number;
  /** Usage of an answer whose provider tells none. */
  estimate(texts: { text: string; reasoning: string }): Usage;
}

/** Opens the account of a call. */
export function createAccount(plan: DispatchPlan, trace: RoutingTrace, clock: MonotonicClock): CallAccount {
  const spentUsd = (): number => trace.attempts.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const estimate = (texts: { text: string; reasoning: string }): Usage => estimateUsage(plan.promptTokens, texts);

  interface Entry {
    readonly target: FailedAttempt['target'];
    readonly isHedge: boolean;
    readonly durationMs: number;
    readonly usage?: Usage;
    readonly failure?: AttemptFailure;
  }
  function enter({ target, isHedge, durationMs, usage, failure }: Entry): void {
    trace.attempts.push({
      model: target.model.id,
      deployment: target.deployment.id,
      result: failure?.errorClass ?? 'ok',
      durationMs,
      costUsd: usage === undefined ? 0 : costOfUsage(target.model.price, usage),
      ...(usage === undefined ? {} : { usage }),
      message: failure?.message ?? '',
      isHedge,
    });
  }

  return {
    spentUsd,
    estimate,
    noteAnswer(attempted, { parts = [], usage: told, finishReason, warnings }) {
      const { target, isHedge, startedAtMs } = attempted;
      const usage = told ?? estimate(textsOf(parts));
      enter({ target, isHedge, durationMs: clock() - startedAtMs, usage });
      return {
        finishReason,
        usage,
        costUsd: spentUsd(),
        model: target.model.id,
        deployment: target.deployment.id,
        isFallback: target.model.id !== plan.candidates[0]?.model.id,
        warnings,
      };
    },
    noteBroken({ target, isHedge, startedAtMs }, { failure, usage }) {
      enter({ target, isHedge, durationMs: clock() - startedAtMs, usage, failure });
    },
    noteFailure(failed) {
      const { errorClass, isTimeout } = failed.failure;
      const isCharged = errorClass === 'cancelled' || isTimeout === true;
      enter({ ...failed, ...(isCharged ? { usage: estimate({ text: '', reasoning: '' }) } : {}) });
    },
  };
}

function textsOf(parts: readonly Part[]): { text: string; reasoning: string } {
  const texts = { text: '', reasoning: '' };
  for (const part of parts) {
    if (part.kind === 'text') texts.text += part.text;
    else if (part.kind === 'reasoning') texts.reasoning += part.text;
    else if (part.kind === 'toolCall') texts.text += part.argumentsJson;
  }
  return texts;
}
