import type { Snapshot } from '../../src/bundle/snapshot.js';
import type { Embedder } from '../../src/embedding/embedder.js';
import { textRequest } from '../../src/request.js';
import { createRouter } from '../../src/routing/route-prompt.js';
import { createTrace } from '../../src/trace.js';
import type { LabelledPrompt } from './classification-run.js';
import { quantile } from './statistics.js';

/** What routing costs, one prompt after the other. */
export interface RoutingSpeed extends Readonly<Record<string, number>> {
  readonly msPerPromptP50: number;
  readonly msEmbeddingP50: number;
  /** Routed call over embedding alone, at the median. */
  readonly ratioToEmbedding: number;
  /** View, search, head, gates, choice and trace. */
  readonly msBeyondEmbeddingP50: number;
  readonly msBeyondEmbeddingP99: number;
}

const WARM_UP = 30;
const neverAborted = new AbortController().signal;

/** Routes each prompt by the real router, nothing kept from one to the next, and embeds it alone, in turns. */
export async function measureRouting(options: {
  readonly snapshot: Snapshot;
  readonly embedder: Embedder;
  readonly prompts: readonly LabelledPrompt[];
  readonly routingTextFor: (prompt: LabelledPrompt) => string;
}): Promise<RoutingSpeed> {
  const { snapshot, embedder, prompts } = options;
  const router = createRouter({
    snapshots: { current: () => snapshot },
    embedder,
    clock: () => performance.now(),
    newId: () => 'bench',
    keptDecisions: 0,
  });
  const whole: number[] = [];
  const alone: number[] = [];
  const beyond: number[] = [];
  for (const [place, prompt] of [...prompts.slice(0, WARM_UP), ...prompts].entries()) {
    const embedStart = performance.now();
    await embedder.embed([options.routingTextFor(prompt)], { signal: neverAborted });
    const routeStart = performance.now();
    const trace = createTrace();
    await router.select(
      textRequest(prompt.text, prompt.system === undefined ? {} : { system: prompt.system }),
      trace,
      neverAborted,
    );
    const end = performance.now();
    if (place < WARM_UP) continue;
    alone.push(routeStart - embedStart);
    whole.push(end - routeStart);
    let embedded = 0;
    for (const { step, durationMs } of trace.timings) if (step === 'embed') embedded += durationMs;
    beyond.push(end - routeStart - embedded);
  }
  const msPerPromptP50 = quantile(whole, 0.5);
  const msEmbeddingP50 = quantile(alone, 0.5);
  return {
    msPerPromptP50,
    msEmbeddingP50,
    ratioToEmbedding: msPerPromptP50 / msEmbeddingP50,
    msBeyondEmbeddingP50: quantile(beyond, 0.5),
    msBeyondEmbeddingP99: quantile(beyond, 0.99),
  };
}
