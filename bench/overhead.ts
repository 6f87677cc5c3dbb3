/**
 * What routing costs beyond the embedding: view, search, head, vote, selection, trace, with synthetic exemplars of any
 * number; and what a routed call takes against its embedding alone, which take turns.
 */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSnapshotManager, type SnapshotManager } from '../src/bundle/snapshot-manager.js';
import { projectRoot } from '../src/config/project-root.js';
import type { Embedder, Embedding } from '../src/embedding/embedder.js';
import { createTransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { textRequest } from '../src/request.js';
import { createRouter } from '../src/routing/route-prompt.js';
import { createTrace } from '../src/trace.js';
import { readArguments } from './lib/arguments.js';
import { createPromptSupply } from './lib/prompt-supply.js';
import { createRandom, type Random } from './lib/random.js';
import { printTable, round, writeFigures } from './lib/report.js';
import { quantile, summarizeLatencies, type LatencySummary } from './lib/statistics.js';
import { syntheticBundle } from './lib/synthetic-bundle.js';

const args = readArguments('bench:overhead', {
  sizes: { help: 'exemplars:tasks, several by comma', default: '1500:25,15000:150' },
  models: { help: 'models of the catalogue', default: '20' },
  calls: { help: 'calls measured for each size', default: '1500' },
  prompts: { help: 'prompts to route', default: join(projectRoot(), 'test/fixtures/own-prompts.jsonl') },
  model: { help: 'folder of the embedder', default: join(projectRoot(), 'router-models/embedders/all-minilm-l6-v2') },
  cache: { help: 'folder for the snapshots', default: join(projectRoot(), '.cache', 'bench-overhead') },
});

const WARM_UP_CALLS = 300;
const { signal } = new AbortController();
const prompts = await createPromptSupply(args.text('prompts'), args.dataDirectory);

/** Exemplars get vectors around their task's own direction; prompts are embedded by the model. */
function withSyntheticExemplars(real: Embedder, random: Random): Embedder {
  const { dimensions } = real;
  const centres = new Map<string, Float32Array>();
  const direction = (): Float32Array => unit(Float32Array.from({ length: dimensions }, () => gaussian(random)));
  const vectorOf = (text: string): Float32Array => {
    const task = text.split(' ')[0] ?? '';
    const centre = centres.get(task) ?? direction();
    centres.set(task, centre);
    const noise = direction();
    return unit(centre.map((value, index) => value + (noise[index] ?? 0)));
  };
  return {
    ...real,
    fingerprint: 'synthetic',
    get queueLength() {
      return real.queueLength;
    },
    embed(texts, options) {
      if (options.priority !== 'background') return real.embed(texts, options);
      const embeddings = texts.map((text): Embedding => ({
        vector: vectorOf(text),
        tokenCount: 12,
        isTruncated: false,
        isCached: false,
      }));
      return Promise.resolve(embeddings);
    },
  };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

interface Overhead {
  readonly exemplars: number;
  readonly beyondEmbedding: LatencySummary;
  /** p50 of each step, in ms. */
  readonly steps: Readonly<Record<string, number>>;
  readonly routedP50Ms: number;
  readonly embedP50Ms: number;
}

async function measure(snapshots: SnapshotManager, embedder: Embedder): Promise<Overhead> {
  let embedMs = 0;
  const stopwatch: Embedder = {
    ...embedder,
    async embed(texts, options) {
      const from = performance.now();
      const embeddings = await embedder.embed(texts, options);
      embedMs = performance.now() - from;
      return embeddings;
    },
  };
  const router = createRouter({ snapshots, embedder: stopwatch, clock: () => performance.now() });
  const beyond: number[] = [];
  const routed: number[] = [];
  const alone: number[] = [];
  const steps = new Map<string, number[]>();
  for (let call = -WARM_UP_CALLS; call < args.number('calls'); call++) {
    const request = textRequest(prompts.next());
    const trace = createTrace();
    const from = performance.now();
    await router.select(request, trace, signal);
    const wholeMs = performance.now() - from;
    const wholeEmbedMs = embedMs;
    // The same text but for its number, so that both take the same work.
    const second = performance.now();
    await embedder.embed([`0${textOf(request)}`], { signal });
    const aloneMs = performance.now() - second;
    if (call < 0) continue;
    routed.push(wholeMs);
    beyond.push(wholeMs - wholeEmbedMs);
    alone.push(aloneMs);
    for (const { step, durationMs } of trace.timings) steps.set(step, [...(steps.get(step) ?? []), durationMs]);
  }
  return {
    exemplars: snapshots.current().bundle.exemplars.length,
    beyondEmbedding: summarizeLatencies(beyond),
    steps: Object.fromEntries([...steps].map(([step, times]) => [step, quantile(times, 0.5)])),
    routedP50Ms: quantile(routed, 0.5),
    embedP50Ms: quantile(alone, 0.5),
  };
}

const textOf = (request: ReturnType<typeof textRequest>): string => {
  const part = request.prompt.messages.at(-1)?.parts[0];
  return part?.kind === 'text' ? part.text : '';
};

async function measureSize(size: string, real: Embedder): Promise<Overhead> {
  const [exemplars = 0, tasks = 1] = size.split(':').map(Number);
  const bundleDirectory = await mkdtemp(join(tmpdir(), 'bench-overhead-'));
  try {
    const files = syntheticBundle({ exemplars, tasks, models: args.number('models') });
    await mkdir(join(bundleDirectory, 'tasks'));
    for (const [name, content] of Object.entries(files)) await writeFile(join(bundleDirectory, name), content);
    const embedder = withSyntheticExemplars(real, createRandom(args.seed));
    const cacheDirectory = args.text('cache');
    const snapshots = await createSnapshotManager({ bundleDirectory, cacheDirectory, embedder });
    const overhead = await measure(snapshots, embedder);
    await snapshots.close();
    return overhead;
  } finally {
    await rm(bundleDirectory, { recursive: true });
  }
}

const real = await createTransformersEmbedder({ directory: args.text('model'), cacheEntries: 0 });
try {
  const measured: Overhead[] = [];
  for (const size of args.text('sizes').split(',')) measured.push(await measureSize(size, real));
  printTable(
    ['exemplars', 'beyond p50 ms', 'p99 ms', 'routed p50 ms', 'embed p50 ms', 'ratio', 'steps p50 ms'],
    measured.map((one) => [
      one.exemplars,
      round(one.beyondEmbedding.p50, 3),
      round(one.beyondEmbedding.p99, 3),
      round(one.routedP50Ms, 2),
      round(one.embedP50Ms, 2),
      round(one.routedP50Ms / one.embedP50Ms, 3),
      Object.entries(one.steps)
        .map(([step, ms]) => `${step} ${ms.toFixed(3)}`)
        .join(', '),
    ]),
  );
  await writeFigures(args.jsonFile, {
    bySize: measured.map((one) => ({
      exemplars: one.exemplars,
      overheadP50Ms: one.beyondEmbedding.p50,
      overheadP99Ms: one.beyondEmbedding.p99,
      routedP50Ms: one.routedP50Ms,
      embedP50Ms: one.embedP50Ms,
      ratioToEmbedding: one.routedP50Ms / one.embedP50Ms,
      stepsP50Ms: one.steps,
    })),
    seed: args.seed,
  });
} finally {
  await real.close();
}
