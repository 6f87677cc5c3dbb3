/**
 * Measures how safe the answer cache is: which pairs of prompts share an answer, and which should. Prompts are classified by the
 * bundle, whose cache pairs set the thresholds, as in the service.
 */
import { join } from 'node:path';
import { NO_USAGE } from '../src/answer.js';
import { createSnapshotManager } from '../src/bundle/snapshot-manager.js';
import type { Snapshot } from '../src/bundle/snapshot.js';
import type { RequestFacts, TaskFacts } from '../src/cache/admission.js';
import type { AnswerCache } from '../src/cache/answer-cache.js';
import { createAnswerCache, type AnswerCacheOptions } from '../src/cache/create-answer-cache.js';
import { createHitJudge } from '../src/cache/hit-judge.js';
import type { HitJudge } from '../src/cache/hit-judge.js';
import { createMemoryStore } from '../src/cache/memory-store.js';
import { calibrateOnPairs } from '../src/cache/pair-calibration.js';
import { DEFAULT_CACHE_SETTINGS } from '../src/cache/policy.js';
import { thresholdsInForce } from '../src/chat/acceptance-thresholds.js';
import { labelledPairs } from '../src/chat/calibrated-thresholds.js';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import type { TransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { textRequest } from '../src/request.js';
import { viewPrompt } from '../src/routing/prompt-view.js';
import { createLogger } from '../src/telemetry/logger.js';
import { createTrace } from '../src/trace.js';
import { acceptCosine, acceptVerifier } from './cache/judges.js';
import { readArguments } from './lib/arguments.js';
import { cacheFigures } from './lib/cache-figures.js';
import type { CacheFigures, PairOutcome } from './lib/cache-figures.js';
import { readRows, textField } from './lib/json-lines.js';
import { createRandom, sample } from './lib/random.js';
import { printTable, round, withInterval, writeFigures } from './lib/report.js';
import { bootstrapInterval } from './lib/statistics.js';

const root = projectRoot();
const args = readArguments('bench:cache', {
  pairs: { help: 'rows with q1, q2, label (0 or 1) and maybe category' },
  mode: { help: 'pairs: each q2 meets its own q1 alone; stream: all q1 are stored first', default: 'pairs' },
  sample: { help: 'rows to draw; 0 takes all', default: '0' },
  bundle: { help: 'folder of the bundle, or "off": thresholds as configured', default: join(root, 'router-models') },
  'min-probability': {
    help: 'acceptance threshold for every task without its own pairs; 0: the default',
    default: '0',
  },
  model: { help: 'folder of the embedding model', default: join(root, 'router-models/embedders/all-minilm-l6-v2') },
  verifier: { help: 'folder of the verifier, or "off"', default: join(root, 'router-models/verifiers/pair-minilm-l6') },
});
const mode = args.text('mode') === 'stream' ? 'stream' : 'pairs';
const signal = new AbortController().signal;
const HOUR_SECONDS = 3600;
const BASELINES = [0.85, 0.9, 0.95];

interface Pair {
  readonly q1: string;
  readonly q2: string;
  readonly isSame: boolean;
  readonly category: string;
}

async function readPairs(): Promise<readonly Pair[]> {
  const rows = await readRows(args.text('pairs'), args.dataDirectory);
  const count = args.number('sample');
  const drawn = count > 0 && count < rows.length ? sample(rows, count, createRandom(args.seed)) : rows;
  return drawn.map((row) => ({
    q1: textField(row, 'q1'),
    q2: textField(row, 'q2'),
    isSame: Number(row['label']) === 1,
    category: typeof row['category'] === 'string' ? row['category'] : 'all',
  }));
}

/** A request of its own partition for each pair, or of one for all. */
function factsOf(text: string, place: number): RequestFacts {
  const request = textRequest(text, { tenant: mode === 'pairs' ? `pair-${place}` : 'stream' });
  return { request, language: viewPrompt(request).language, hasPersonalData: false };
}

async function embedAll(
  embedder: TransformersEmbedder,
  snapshot: Snapshot | undefined,
  texts: readonly string[],
): Promise<ReadonlyMap<string, TaskFacts>> {
  const distinct = [...new Set(texts)];
  const embeddings = await embedder.embed(distinct, { signal, priority: 'background' });
  return new Map(
    distinct.map((text, place) => {
      const { vector = new Float32Array(), isTruncated = false } = embeddings[place] ?? {};
      return [
        text,
        { task: taskOf(snapshot, text, vector), caching: 'allow', ttlSeconds: HOUR_SECONDS, vector, isTruncated },
      ];
    }),
  );
}

/** The task whose threshold holds. */
function taskOf(snapshot: Snapshot | undefined, text: string, vector: Float32Array): string {
  if (snapshot === undefined || vector.length === 0) return '';
  const { taskIndex } = snapshot.classifier.classify(vector, viewPrompt(textRequest(text)).routingText);
  return snapshot.bundle.tasks[taskIndex]?.id ?? '';
}

type Thresholds = NonNullable<AnswerCacheOptions['thresholds']>;

/** The thresholds that the bundle's pairs lead to. */
async function calibrate(embedder: TransformersEmbedder, { bundle }: Snapshot): Promise<Thresholds> {
  const least = args.number('min-probability');
  const stated = { tasks: bundle.tasks, least: least > 0 ? { minProbability: least } : {} };
  const calibration = await calibrateOnPairs(labelledPairs(bundle, DEFAULT_CACHE_SETTINGS.semanticLanguages), {
    configured: thresholdsInForce(stated),
    least: stated.least,
    mayLower: true,
    embedder,
    minSimilarity: DEFAULT_CACHE_SETTINGS.minSimilarity,
    signal,
    ...(embedder.verifier === undefined ? {} : { verifier: embedder.verifier }),
  });
  return thresholdsInForce({ ...stated, calibration });
}

function createCache(
  embedder: TransformersEmbedder,
  judge: HitJudge,
  { minSimilarity, thresholds }: { readonly minSimilarity: number; readonly thresholds?: Thresholds | undefined },
): AnswerCache {
  return createAnswerCache({
    settings: { ...DEFAULT_CACHE_SETTINGS, minSimilarity },
    ...(thresholds === undefined ? {} : { thresholds }),
    embedderFingerprint: embedder.fingerprint,
    judge,
    local: createMemoryStore({ maxBytes: 2 ** 40, dimensions: embedder.dimensions, clock: Date.now }),
    frontTtlMs: 0,
    clock: Date.now,
  });
}

/** Stores the first prompts and asks the second ones, as the chat pipeline does. The answer names the pair. */
async function run(
  cache: AnswerCache,
  pairs: readonly Pair[],
  facts: ReadonlyMap<string, TaskFacts>,
): Promise<readonly PairOutcome[]> {
  const taskOf = (text: string): TaskFacts => {
    const found = facts.get(text);
    if (found === undefined) throw new Error('a text was not embedded');
    return found;
  };
  const ownAnswers = new Map<string, string>();
  const store = async ({ q1 }: Pair, place: number): Promise<void> => {
    const call = { trace: createTrace(), signal };
    const exact = await cache.lookupExact(factsOf(q1, place), call);
    if (exact.kind === 'hit') return;
    // A prompt that a stored one would answer is stored all the same, so that each pair is measured.
    const found = await cache.lookupSemantic(exact.ticket, taskOf(q1), call);
    const ticket = found.kind === 'miss' ? found.ticket : { ...exact.ticket, task: taskOf(q1) };
    const turn = await cache.takeTurn(ticket, call);
    if (turn.kind !== 'produce') return;
    ownAnswers.set(q1.trim(), `answer-${place}`);
    turn.complete(
      {
        parts: [{ kind: 'text', text: `answer-${place}` }],
        finishReason: 'stop',
        usage: NO_USAGE,
        costUsd: 0,
        model: 'bench',
        chunks: [],
      },
      call.trace,
    );
  };
  const outcomes: PairOutcome[] = [];
  const ask = async (pair: Pair, place: number): Promise<void> => {
    const call = { trace: createTrace(), signal };
    const exact = await cache.lookupExact(factsOf(pair.q2, place), call);
    const found = exact.kind === 'hit' ? exact : await cache.lookupSemantic(exact.ticket, taskOf(pair.q2), call);
    const [part] = found.kind === 'hit' ? found.answer.parts : [];
    const answer = part?.kind === 'text' ? part.text : undefined;
    const isOwnAnswer = mode === 'pairs' || answer === ownAnswers.get(pair.q1.trim());
    outcomes.push({ isSame: pair.isSame, category: pair.category, isHit: found.kind === 'hit', isOwnAnswer });
  };
  for (const [place, pair] of pairs.entries()) {
    await store(pair, place);
    if (mode === 'pairs') await ask(pair, place);
  }
  if (mode === 'stream') for (const [place, pair] of pairs.entries()) await ask(pair, place);
  return outcomes;
}

function tableRow(name: string, figures: CacheFigures, outcomes: readonly PairOutcome[]): (string | number)[] {
  const random = createRandom(args.seed);
  const interval = (pick: (of: CacheFigures) => number): string =>
    withInterval(
      pick(figures),
      bootstrapInterval(outcomes, (some) => pick(cacheFigures([...some], mode)), random),
    );
  return [
    name,
    round(figures.precision, 3),
    interval((of) => of.recall),
    interval((of) => of.falseHitRate),
    figures.hits,
    figures.wrongHits,
  ];
}

async function main(): Promise<void> {
  const pairs = await readPairs();
  const isVerified = args.text('verifier') !== 'off';
  const embedder = await createTransformersEmbedder({
    directory: args.text('model'),
    cacheEntries: 0,
    ...(isVerified ? { verifierDirectory: args.text('verifier') } : {}),
  });
  const snapshots =
    args.text('bundle') === 'off'
      ? undefined
      : await createSnapshotManager({
          bundleDirectory: args.text('bundle'),
          cacheDirectory: join(root, '.cache', 'pointsman'),
          embedder,
          logger: createLogger('warn'),
        });
  const snapshot = snapshots?.current();
  const thresholds = snapshot === undefined ? undefined : await calibrate(embedder, snapshot);
  const facts = await embedAll(
    embedder,
    snapshot,
    pairs.flatMap(({ q1, q2 }) => [q1, q2]),
  );
  const { verifier } = embedder;
  const least = DEFAULT_CACHE_SETTINGS.minSimilarity;
  const slow = { verifierTimeoutMs: 60_000 };
  const ways: readonly (readonly [key: string, name: string, judge: HitJudge, minSimilarity: number])[] = [
    [
      'default',
      'rules, cosine and verifier',
      createHitJudge({ ...slow, ...(verifier === undefined ? {} : { verifier }) }),
      least,
    ],
    ['rulesOnly', 'rules and cosine', createHitJudge(slow), least],
    ...(verifier === undefined
      ? []
      : [['verifierOnly', 'verifier and cosine', acceptVerifier(verifier), least] as const]),
    ['cosineOnly', `cosine at ${least}`, acceptCosine, least],
    ...BASELINES.map(
      (threshold) => [`cosine${threshold * 100}`, `cosine at ${threshold}`, acceptCosine, threshold] as const,
    ),
  ];
  const rows: (string | number)[][] = [];
  const figures: Record<string, CacheFigures> = {};
  for (const [key, name, judge, minSimilarity] of ways) {
    const cache = createCache(embedder, judge, { minSimilarity, thresholds });
    const outcomes = await run(cache, pairs, facts);
    figures[key] = cacheFigures(outcomes, mode);
    rows.push(tableRow(name, figures[key], outcomes));
    await cache.close();
  }
  await snapshots?.close();
  await embedder.close();
  console.log(`${pairs.length} pairs, mode ${mode}, seed ${args.seed}\n`);
  printTable(['way', 'precision', 'recall', 'false-hit rate', 'hits', 'wrong'], rows);
  const { default: shipped, ...others } = figures;
  const categories = Object.entries(shipped?.byCategory ?? {});
  if (categories.length > 1) {
    console.log('\nShipped default by category');
    printTable(
      ['category', 'n', 'hits', 'wrong'],
      categories.map(([name, row]) => [name, row.n, row.hits, row.wrongHits]),
    );
  }
  await writeFigures(args.jsonFile, { ...shipped, ...others, mode, seed: args.seed, isVerified });
}

await main();
