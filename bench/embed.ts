/** Measures the embedder: how well its similarities agree with people's, and how fast it is by length and batch. */
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder, type TransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { readArguments } from './lib/arguments.js';
import { numberField, readRows, textField, type DataRow } from './lib/json-lines.js';
import { createRandom } from './lib/random.js';
import { printTable, round, withInterval, writeFigures } from './lib/report.js';
import { bootstrapInterval, quantile, spearman, type Interval } from './lib/statistics.js';

const LENGTHS = [16, 64, 250];
const BATCHES = [1, 2, 4, 8, 16, 32];
const CALLERS = 64;

const args = readArguments('bench:embed', {
  model: { help: 'folder of the model', default: join(projectRoot(), 'router-models/embedders/all-minilm-l6-v2') },
  pairs: { help: 'sentence pairs with a score by people', default: 'cache_stsb_en.jsonl' },
  threads: { help: 'threads inside one operator', default: '1' },
  seconds: { help: 'time for each speed figure, in seconds', default: '1' },
});

const neverAborted = new AbortController().signal;
setMaxListeners(CALLERS, neverAborted);

interface Agreement {
  readonly value: number;
  readonly interval: Interval;
  readonly pairs: number;
}

/** Spearman of cosine and score on the test part. */
async function measureAgreement(embedder: TransformersEmbedder): Promise<Agreement> {
  const all = await readRows(args.text('pairs'), args.dataDirectory);
  const rows = all.filter((row) => row['source'] === 'stsb_test' || row['source'] === undefined);
  const cosines = await cosinesOf(embedder, rows);
  const points = rows.map((row, index) => [cosines[index] ?? 0, numberField(row, 'score')] as const);
  const statistic = (some: typeof points): number =>
    spearman(
      some.map(([cosine]) => cosine),
      some.map(([, score]) => score),
    );
  return {
    value: statistic(points),
    interval: bootstrapInterval(points, (some) => statistic([...some]), createRandom(args.seed)),
    pairs: rows.length,
  };
}

async function cosinesOf(embedder: TransformersEmbedder, rows: readonly DataRow[]): Promise<readonly number[]> {
  const texts = rows.flatMap((row) => [textField(row, 'q1'), textField(row, 'q2')]);
  const embeddings = await embedder.embed(texts, { signal: neverAborted, priority: 'background' });
  return rows.map((_, index) => {
    const a = embeddings[2 * index]?.vector ?? new Float32Array();
    const b = embeddings[2 * index + 1]?.vector ?? new Float32Array();
    return a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0);
  });
}

interface Speed {
  readonly tokens: number;
  readonly batch: number;
  readonly p50Ms: number;
  readonly promptsPerSecond: number;
}

let texts = 0;

/** A text of exactly so many tokens that was never embedded before: words of one token, the first ones counting. */
function nextText(tokens: number): string {
  texts++;
  const digits = Array.from(String(texts).padStart(6, '0')).join(' ');
  return `${digits} ${'the '.repeat(tokens - 2 - 6)}`;
}

async function measureSpeed(embedder: TransformersEmbedder, tokens: number, batch: number): Promise<Speed> {
  const times: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + args.number('seconds') * 1000;
  while (times.length < 3 || performance.now() < endsAt) {
    const some = Array.from({ length: batch }, () => nextText(tokens));
    const from = performance.now();
    await embedder.embed(some, { signal: neverAborted });
    times.push(performance.now() - from);
  }
  const perSecond = (times.length * batch * 1000) / (performance.now() - startedAt);
  return { tokens, batch, p50Ms: quantile(times, 0.5), promptsPerSecond: perSecond };
}

interface Saturation {
  readonly promptsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late timers of the calling thread are: what a health check would feel. */
  readonly timerLatenessP99Ms: number;
}

/** Many callers, one short text each, all waiting at once. */
async function measureSaturation(embedder: TransformersEmbedder): Promise<Saturation> {
  const latencies: number[] = [];
  const lateness: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + 3000 * args.number('seconds');
  const call = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const from = performance.now();
      await embedder.embed([nextText(16)], { signal: neverAborted });
      latencies.push(performance.now() - from);
    }
  };
  const tick = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const from = performance.now();
      await setTimeout(5);
      lateness.push(performance.now() - from - 5);
    }
  };
  await Promise.all([...Array.from({ length: CALLERS }, call), tick()]);
  return {
    promptsPerSecond: (latencies.length * 1000) / (performance.now() - startedAt),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    timerLatenessP99Ms: quantile(lateness, 0.99),
  };
}

const startedAt = performance.now();
const embedder = await createTransformersEmbedder({
  directory: args.text('model'),
  intraOpNumThreads: args.number('threads'),
  cacheEntries: 0,
});
const readyMs = performance.now() - startedAt;
try {
  const agreement = await measureAgreement(embedder);
  const speeds: Speed[] = [];
  for (const tokens of LENGTHS) {
    for (const batch of BATCHES) speeds.push(await measureSpeed(embedder, tokens, batch));
  }
  const saturation = await measureSaturation(embedder);

  console.log(`model ready in ${readyMs.toFixed(0)} ms, ${args.text('threads')} thread(s), seed ${args.seed}`);
  console.log(`STS-B test Spearman ${withInterval(agreement.value, agreement.interval)}, ${agreement.pairs} pairs\n`);
  printTable(
    ['tokens', 'batch', 'p50 ms', 'prompts/s'],
    speeds.map((speed) => [speed.tokens, speed.batch, round(speed.p50Ms, 2), round(speed.promptsPerSecond, 0)]),
  );
  console.log(
    `\n${CALLERS} callers, 16 tokens each: ${saturation.promptsPerSecond.toFixed(0)} prompts/s, ` +
      `p50 ${saturation.p50Ms.toFixed(1)} ms, p99 ${saturation.p99Ms.toFixed(1)} ms; ` +
      `timers of the calling thread at most ${saturation.timerLatenessP99Ms.toFixed(1)} ms late (p99)`,
  );
  await writeFigures(args.jsonFile, {
    stsSpearman: agreement.value,
    stsSpearmanInterval: agreement.interval,
    promptsPerSecond: saturation.promptsPerSecond,
    saturation,
    byLengthAndBatch: speeds,
    readyMs,
    fingerprint: embedder.fingerprint,
    seed: args.seed,
  });
} finally {
  await embedder.close();
}
