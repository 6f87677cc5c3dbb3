import { binomialInterval } from './interval.js';
import type { Interval } from './interval.js';
import type { CachedAnswer } from './cached-answer.js';

/** What the audit found since start. */
export interface AuditStats {
  readonly audited: number;
  readonly wrong: number;
  /** Audits that could not be made: the call or the comparison failed. */
  readonly failed: number;
  /** Hits that were drawn while as many audits as allowed were running. */
  readonly skipped: number;
  /** 95% Clopper-Pearson interval of the rate of wrong hits; absent without audits. */
  readonly wrongHitRate?: Interval;
}

/** Options of {@link createShadowAudit}. */
export interface ShadowAuditOptions {
  /** Share of semantic hits that is audited, 0 to 1. */
  readonly share: number;
  /** Audits that may run at once. */
  readonly maxConcurrent: number;
  /** 0 to 1; injected for tests. */
  readonly random: () => number;
  /** Whether a fresh answer says what the cached one says. */
  readonly isSameAnswer: (cached: CachedAnswer, fresh: CachedAnswer, signal: AbortSignal) => Promise<boolean>;
}

/** Also dispatches a sample of semantic hits, and counts how many were wrong. */
export interface ShadowAudit {
  /** Draws whether this hit is audited; if so, `dispatch` runs in the background. Never throws and never waits. */
  consider(cached: CachedAnswer, dispatch: (signal: AbortSignal) => Promise<CachedAnswer>): void;
  stats(): AuditStats;
  /** Cancels the audits that run. */
  close(): Promise<void>;
}

/** An audit that has seen nothing yet. */
export function createShadowAudit(options: ShadowAuditOptions): ShadowAudit {
  const { share, maxConcurrent, random, isSameAnswer } = options;
  const counts = { audited: 0, wrong: 0, failed: 0, skipped: 0 };
  const running = new Set<Promise<void>>();
  const ending = new AbortController();

  const audit = async (
    cached: CachedAnswer,
    dispatch: (signal: AbortSignal) => Promise<CachedAnswer>,
  ): Promise<void> => {
    try {
      const fresh = await dispatch(ending.signal);
      const isSame = await isSameAnswer(cached, fresh, ending.signal);
      counts.audited += 1;
      if (!isSame) counts.wrong += 1;
    } catch {
      counts.failed += 1;
    }
  };

  return {
    consider(cached, dispatch) {
      if (ending.signal.aborted || random() >= share) return;
      if (running.size >= maxConcurrent) {
        counts.skipped += 1;
        return;
      }
      const task = audit(cached, dispatch).finally(() => running.delete(task));
      running.add(task);
    },
    stats: () =>
      counts.audited === 0
        ? { ...counts }
        : { ...counts, wrongHitRate: binomialInterval(counts.wrong, counts.audited) },
    async close() {
      ending.abort();
      await Promise.all(running);
    },
  };
}
