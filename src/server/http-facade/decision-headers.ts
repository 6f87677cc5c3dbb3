import type { AnswerOrigin } from '../../chat/chat-pipeline.js';
import type { AnswerSummary } from '../../answer.js';
import type { RoutingTrace } from '../../trace.js';
import { SERVER_TIMING, serverTiming } from '../server-timing.js';

type Headers = Record<string, string>;

/** What is known once the decision is made: sent with streams and whole answers alike. */
export function originHeaders(origin: AnswerOrigin): Headers {
  const { cache } = origin;
  const facts: Headers =
    origin.kind === 'decided'
      ? decidedFacts(origin.decision)
      : { ...idsOf(origin.decisionId, origin.snapshotId), ...taskAndModel(origin.task, origin.model) };
  if (cache !== undefined) {
    facts['x-pointsman-cache'] = cache.outcome;
    if (cache.similarity !== undefined) facts['x-pointsman-cache-similarity'] = cache.similarity.toFixed(4);
  }
  return facts;
}

/** What is known once the answer is whole. `startedAtMs` as {@link serverTiming} wants it. */
export function answerHeaders(answer: AnswerSummary, trace: RoutingTrace, startedAtMs: number): Headers {
  return {
    'x-pointsman-model': safe(answer.model),
    'x-pointsman-deployment': safe(answer.deployment),
    'x-pointsman-attempts': String(trace.attempts.length),
    'x-pointsman-fallback': String(answer.isFallback),
    'x-pointsman-cost-usd': answer.costUsd.toFixed(9),
    [SERVER_TIMING]: serverTiming(trace, startedAtMs),
  };
}

function decidedFacts(decision: Extract<AnswerOrigin, { kind: 'decided' }>['decision']): Headers {
  return {
    ...idsOf(decision.decisionId, decision.snapshotId),
    ...taskAndModel(decision.task, decision.model),
    'x-pointsman-task-probability': decision.classification.probability.toFixed(4),
    'x-pointsman-reason': decision.reason,
    'x-pointsman-expected-cost-usd': decision.expectedCostUsd.toFixed(9),
  };
}

function idsOf(decisionId: string, snapshotId: string): Headers {
  return { 'x-pointsman-decision-id': safe(decisionId), 'x-pointsman-snapshot-id': safe(snapshotId) };
}

function taskAndModel(task: string, model: string): Headers {
  return { 'x-pointsman-task': safe(task), 'x-pointsman-model': safe(model) };
}

/** Header values are visible ASCII; identifiers of a bundle are, and anything else would break the response. */
function safe(value: string): string {
  return value.replace(/[^\x20-\x7e]/gu, '?');
}
