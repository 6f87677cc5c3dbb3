import { addUsage, NO_USAGE, type Usage } from '../answer.js';
import type { Price } from '../bundle/bundle.js';
import type { RoutingTrace } from '../trace.js';
import { costOfUsage } from './usage.js';

/** What a call was, once it is over. */
export interface LedgerSettlement {
  /** "" where the call ended before a task was found. */
  readonly task: string;
  /** Model that answered, or that was chosen where nobody did; "" where none was. */
  readonly model: string;
  readonly outcome: 'answered' | 'cacheHit' | 'failed';
  /** Attempts and their costs, and the time of the router's own steps. */
  readonly trace: Pick<RoutingTrace, 'attempts' | 'timings'>;
  /** Usage behind the answer that the caller got, also where it came from the cache; absent where there was none. */
  readonly answerUsage?: Usage;
  /** Price of the model that savings are counted against. */
  readonly baselinePrice?: Price;
}

/** One call's place in the ledger. */
export interface LedgerEntry {
  /** Enters the call. Only the first time counts, so that every way out of a call may settle it. */
  settle(settlement: LedgerSettlement): void;
}

/** Sums over calls of one tenant, task and model. */
export interface LedgerRow {
  readonly tenant: string;
  readonly task: string;
  readonly model: string;
  readonly calls: number;
  readonly cacheHits: number;
  readonly failures: number;
  /** Of all attempts. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Parts of the two that the providers did not tell. */
  readonly estimatedPromptTokens: number;
  readonly estimatedCompletionTokens: number;
  /** US dollars, of all attempts. */
  readonly costUsd: number;
  /** US dollars that the answers would have cost on the baseline model. */
  readonly baselineCostUsd: number;
  /** US dollars for the router's own time. */
  readonly routerCostUsd: number;
  /** Baseline less the other two. */
  readonly savedUsd: number;
}

/** Sums since start. */
export interface LedgerSums {
  /** By tenant, task, model. */
  readonly rows: readonly LedgerRow[];
  readonly total: LedgerRow;
}

/** What answers cost, and what they would have cost on the strongest model. */
export interface SavingsLedger {
  /** Opens the entry of a call. */
  open(tenant: string): LedgerEntry;
  /** @param tenant only this one. */
  sums(tenant?: string): LedgerSums;
}

/** Settings of {@link createSavingsLedger}. */
export interface SavingsLedgerOptions {
  /** Cost of the machine that the router runs on, in US dollars an hour; its steps are charged by their time. Default 0.1. */
  readonly routerUsdPerHour?: number;
  /** Rows kept; calls of further tenants are summed under {@link OTHER_TENANTS}. Default 50,000. */
  readonly maxRows?: number;
}

/** Tenant of the row that takes what no longer gets a row of its own. */
export const OTHER_TENANTS = '(others)';

const DEFAULT_ROUTER_USD_PER_HOUR = 0.1;
const DEFAULT_MAX_ROWS = 50_000;
const MS_PER_HOUR = 3_600_000;

type Sums = { -readonly [Key in keyof LedgerRow]: LedgerRow[Key] };

/** Creates an empty ledger, in memory. */
export function createSavingsLedger(options: SavingsLedgerOptions = {}): SavingsLedger {
  const usdPerMs = (options.routerUsdPerHour ?? DEFAULT_ROUTER_USD_PER_HOUR) / MS_PER_HOUR;
  const maxRows = options.maxRows ?? DEFAULT_MAX_ROWS;
  const rows = new Map<string, Sums>();

  function rowOf(tenant: string, task: string, model: string): Sums {
    const key = JSON.stringify([tenant, task, model]);
    const found = rows.get(key);
    if (found !== undefined) return found;
    if (rows.size >= maxRows && tenant !== OTHER_TENANTS) return rowOf(OTHER_TENANTS, task, model);
    const row = emptyRow(tenant, task, model);
    rows.set(key, row);
    return row;
  }

  return {
    open(tenant) {
      let isSettled = false;
      return {
        settle(settlement) {
          if (isSettled) return;
          isSettled = true;
          addCall(rowOf(tenant, settlement.task, settlement.model), settlement, usdPerMs);
        },
      };
    },
    sums(tenant) {
      const chosen = [...rows.values()].filter((row) => tenant === undefined || row.tenant === tenant);
      const total = emptyRow(tenant ?? '', '', '');
      for (const row of chosen) addRow(total, row);
      const sorted = chosen.sort(
        (a, b) => compare(a.tenant, b.tenant) || compare(a.task, b.task) || compare(a.model, b.model),
      );
      return { rows: sorted.map((row) => ({ ...row })), total };
    },
  };
}

function emptyRow(tenant: string, task: string, model: string): Sums {
  return {
    tenant,
    task,
    model,
    calls: 0,
    cacheHits: 0,
    failures: 0,
    promptTokens: 0,
    completionTokens: 0,
    estimatedPromptTokens: 0,
    estimatedCompletionTokens: 0,
    costUsd: 0,
    baselineCostUsd: 0,
    routerCostUsd: 0,
    savedUsd: 0,
  };
}

function addCall(row: Sums, settlement: LedgerSettlement, usdPerMs: number): void {
  const { outcome, trace, answerUsage, baselinePrice } = settlement;
  let told = NO_USAGE;
  let estimated = NO_USAGE;
  let costUsd = 0;
  for (const { usage, costUsd: attemptCostUsd } of trace.attempts) {
    costUsd += attemptCostUsd;
    if (usage?.isEstimated === true) estimated = addUsage(estimated, usage);
    else if (usage !== undefined) told = addUsage(told, usage);
  }
  const baselineCostUsd =
    answerUsage === undefined || baselinePrice === undefined ? 0 : costOfUsage(baselinePrice, answerUsage);
  const routerCostUsd = trace.timings.reduce((sum, { durationMs }) => sum + durationMs, 0) * usdPerMs;
  addRow(row, {
    ...row,
    calls: 1,
    cacheHits: outcome === 'cacheHit' ? 1 : 0,
    failures: outcome === 'failed' ? 1 : 0,
    promptTokens: told.promptTokens + estimated.promptTokens,
    completionTokens: told.completionTokens + estimated.completionTokens,
    estimatedPromptTokens: estimated.promptTokens,
    estimatedCompletionTokens: estimated.completionTokens,
    costUsd,
    baselineCostUsd,
    routerCostUsd,
    savedUsd: baselineCostUsd - costUsd - routerCostUsd,
  });
}

function addRow(sum: Sums, row: LedgerRow): void {
  sum.calls += row.calls;
  sum.cacheHits += row.cacheHits;
  sum.failures += row.failures;
  sum.promptTokens += row.promptTokens;
  sum.completionTokens += row.completionTokens;
  sum.estimatedPromptTokens += row.estimatedPromptTokens;
  sum.estimatedCompletionTokens += row.estimatedCompletionTokens;
  sum.costUsd += row.costUsd;
  sum.baselineCostUsd += row.baselineCostUsd;
  sum.routerCostUsd += row.routerCostUsd;
  sum.savedUsd += row.savedUsd;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
