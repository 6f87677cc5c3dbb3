import { createSavingsLedger } from '../../src/dispatch/ledger.js';
import { createTrace } from '../../src/trace.js';
import {
  benchDispatcher,
  benchModel,
  benchPlan,
  runClosedLoop,
  type DispatchBench,
  type Finding,
} from '../lib/dispatch-bench.js';

/** Every kind of fault that ends by itself; together 20% of the requests. */
const FAULTS = [
  { share: 0.04, fault: { kind: 'status', status: 500 } },
  { share: 0.03, fault: { kind: 'status', status: 429, headers: { 'retry-after-ms': '1' } } },
  { share: 0.03, fault: { kind: 'malformed' } },
  { share: 0.03, fault: { kind: 'wrongContentType' } },
  { share: 0.03, fault: { kind: 'reset' } },
  { share: 0.04, fault: { kind: 'cut', afterPieces: 2 } },
] as const;

const USAGE = { promptTokens: 37, cachedTokens: 5, completionTokens: 11, reasoningTokens: 3 };

/** Half of the calls are streams; the ledger must agree with what the upstream billed, to the token. */
export async function benchLedger(bench: DispatchBench, calls: number): Promise<readonly Finding[]> {
  await bench.upstream.setRules({
    '*': { script: { texts: ['one ', 'two ', 'three'], usage: USAGE }, faults: FAULTS },
  });
  const before = await bench.upstream.counts();
  const dispatcher = await benchDispatcher(bench, {
    retry: { budgetShare: 1, minPerSecond: 10_000, backoffMs: 1 },
    breaker: { consecutiveFailures: 10_000, failureShare: 1, minCalls: 10_000, rateLimitedMs: 1 },
  });
  const plan = benchPlan([benchModel('m', ['a', 'b', 'c'])]);
  const ledger = createSavingsLedger();
  await runClosedLoop(calls, 16, async (index) => {
    const { signal } = new AbortController();
    const entry = ledger.open(`tenant-${index % 7}`);
    const trace = createTrace();
    let outcome: 'answered' | 'failed' = 'failed';
    try {
      if (index % 2 === 0) await dispatcher.chat(plan, trace, signal);
      else await drain(dispatcher.stream(plan, trace, signal));
      outcome = 'answered';
    } catch {
      // A stream that was cut counts as a failure.
    } finally {
      entry.settle({ task: `task-${index % 3}`, model: 'm', outcome, trace });
    }
  });
  const { billed, requestCount } = await bench.upstream.counts();
  await dispatcher.close();
  const { total } = ledger.sums();
  const told = {
    prompt: total.promptTokens - total.estimatedPromptTokens,
    completion: total.completionTokens - total.estimatedCompletionTokens,
  };
  const upstream = {
    prompt: billed.promptTokens - before.billed.promptTokens,
    completion: billed.completionTokens - before.billed.completionTokens,
  };
  const sent = requestCount - before.requestCount;
  return [
    {
      what: `ledger entries for ${calls} calls (${sent} upstream requests, ${total.failures} calls failed)`,
      value: String(total.calls),
      target: String(calls),
      isMet: total.calls === calls,
    },
    {
      what: 'prompt tokens in the ledger less those the upstream billed',
      value: `${told.prompt} - ${upstream.prompt}`,
      target: '0',
      isMet: told.prompt === upstream.prompt,
    },
    {
      what: 'completion tokens in the ledger less those the upstream billed',
      value: `${told.completion} - ${upstream.completion}`,
      target: '0',
      isMet: told.completion === upstream.completion,
    },
  ];
}

async function drain(stream: AsyncGenerator): Promise<void> {
  while ((await stream.next()).done !== true);
}
