import type { SnapshotSource } from '../bundle/snapshot.js';
import type { CachedAnswer } from '../cache/cached-answer.js';
import { createShadowAudit, type AuditStats } from '../cache/shadow-audit.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { SavingsLedger } from '../dispatch/ledger.js';
import type { Embedder } from '../embedding/embedder.js';
import type { RouteRequest } from '../request.js';
import type { Decision } from '../routing/decision.js';
import type { ClassifiedPrompt, Router } from '../routing/route-prompt.js';
import { createTrace } from '../trace.js';
import { planOf } from './decided.js';

/** Checks a sample of semantic hits against fresh answers, in the background. */
export interface HitAudit {
  /** Draws whether this hit is audited. Never throws and never waits. */
  consider(request: RouteRequest, prompt: ClassifiedPrompt, cached: CachedAnswer): void;
  stats(): AuditStats;
  close(): Promise<void>;
}

/** Tenant under which the ledger shows what audits cost. */
export const AUDIT_TENANT = '(audit)';

/** What {@link createHitAudit} needs. */
export interface HitAuditOptions {
  readonly router: Router;
  readonly dispatcher: Dispatcher;
  readonly embedder: Embedder;
  readonly ledger: SavingsLedger;
  readonly snapshots: SnapshotSource;
  /** Share of semantic hits, 0 to 1. */
  readonly share: number;
  readonly maxConcurrent: number;
  /** Cosine of the two answers from which they count as the same. */
  readonly minAnswerSimilarity: number;
  readonly random: () => number;
}

/** An audit that has seen nothing yet. */
export function createHitAudit(options: HitAuditOptions): HitAudit {
  const { router, dispatcher, embedder, ledger, snapshots } = options;
  const shadow = createShadowAudit({
    share: options.share,
    maxConcurrent: options.maxConcurrent,
    random: options.random,
    isSameAnswer: async (cached, fresh, signal) => {
      const [a, b] = await embedder.embed([textOf(cached), textOf(fresh)], { signal, priority: 'background' });
      if (a === undefined || b === undefined) return false;
      const similarity = a.vector.reduce((sum, value, index) => sum + value * (b.vector[index] ?? 0), 0);
      return similarity >= options.minAnswerSimilarity;
    },
  });
  return {
    consider(request, prompt, cached) {
      // The caller's conversation must go on as if nobody had looked.
      const { prompt: content, constraints, tenant } = request;
      const asked: RouteRequest = { prompt: content, constraints, tenant };
      shadow.consider(cached, async (signal) => {
        const trace = createTrace();
        const entry = ledger.open(AUDIT_TENANT);
        let decision: Decision | undefined;
        try {
          decision = router.choose(asked, prompt, trace);
          const answer = await dispatcher.chat(
            planOf(asked, { prompt, decision }, { trace, snapshots }),
            trace,
            signal,
          );
          const { task } = decision;
          entry.settle({ task, model: answer.model, outcome: 'answered', trace, answerUsage: answer.usage });
          return { ...answer, chunks: [] };
        } finally {
          entry.settle({ task: decision?.task ?? '', model: decision?.model ?? '', outcome: 'failed', trace });
        }
      });
    },
    stats: () => shadow.stats(),
    close: () => shadow.close(),
  };
}

function textOf(answer: CachedAnswer): string {
  return answer.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('\n');
}
