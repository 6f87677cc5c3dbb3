/** Measures the choice of model: score against cost on prompts that the capability model has not seen. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder, type TransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { readArguments } from './lib/arguments.js';
import { measureCostRouting } from './lib/cost-routing.js';
import { readRows } from './lib/json-lines.js';
import { measureWeakStrong } from './lib/weak-strong.js';
import { createRandom, shuffle } from './lib/random.js';
import { writeFigures } from './lib/report.js';
import { readRouteData, readWeakStrongData, type RouteData, type RouteRow } from './lib/route-rows.js';
import type { RouteSplit } from './lib/route-service.js';

const args = readArguments('bench:route', {
  train: { help: 'rows that the router learns from' },
  test: { help: 'rows that are routed; with --folds left out' },
  folds: { help: 'parts into which --train is split, each routed by what the others teach', default: '5' },
  prices: { help: 'prices in US dollars a million tokens by model, where rows carry no cost_usd' },
  'completion-tokens': { help: 'tokens of an answer, where rows carry no cost_usd', default: '250' },
  exemplars: { help: 'training prompts of each task that become its exemplars', default: '50' },
  floor: { help: 'quality floor of every task for the figures at the default knob, 0 to 1', default: '0.7' },
  rounds: { help: 'bootstrap rounds', default: '500' },
});

function foldsOf(data: RouteData, count: number): readonly RouteSplit[] {
  const order = shuffle(
    data.rows.map((_, index) => index),
    createRandom(args.seed),
  );
  const foldOf = new Map(order.map((row, position) => [row, position % count]));
  return Array.from({ length: count }, (_, fold) => ({
    data: { ...data, rows: data.rows.filter((_row, index) => foldOf.get(index) !== fold) },
    heldOut: data.rows.filter((_row, index) => foldOf.get(index) === fold),
  }));
}

async function splitsOf(read: (file: string) => Promise<RouteData>): Promise<readonly RouteSplit[]> {
  const train = await read(args.text('train'));
  const testFile = args.optional('test');
  if (testFile === undefined) return foldsOf(train, args.number('folds'));
  const test = await read(testFile);
  const heldOut = test.rows.map((row): RouteRow => {
    const places = train.models.map((model) => test.models.indexOf(model));
    if (places.includes(-1)) throw new Error(`${testFile} and ${args.text('train')} have different models`);
    return {
      ...row,
      scores: places.map((place) => row.scores[place] ?? 0),
      costsUsd: places.map((place) => row.costsUsd[place] ?? 0),
    };
  });
  return [{ data: train, heldOut }];
}

async function run(embedder: TransformersEmbedder, cacheDirectory: string): Promise<void> {
  const first = (await readRows(args.text('train'), args.dataDirectory))[0] ?? {};
  const isPair = first['weak'] !== undefined;
  const options = {
    dataDirectory: args.dataDirectory,
    pricesFile: args.optional('prices'),
    completionTokens: args.number('completion-tokens'),
  };
  const splits = await splitsOf((file) => (isPair ? readWeakStrongData(file, options) : readRouteData(file, options)));
  const settings = {
    splits,
    embedder,
    cacheDirectory,
    exemplarsPerTask: args.number('exemplars'),
    qualityFloor: args.number('floor'),
    rounds: args.number('rounds'),
    seed: args.seed,
  };
  console.log(`seed ${args.seed}, ${splits.length === 1 ? 'one split' : `${splits.length} folds`}`);
  await writeFigures(args.jsonFile, isPair ? await measureWeakStrong(settings) : await measureCostRouting(settings));
}

const directory = join(projectRoot(), 'router-models/embedders/all-minilm-l6-v2');
const embedder = await createTransformersEmbedder({ directory, cacheEntries: 50_000 });
const cacheDirectory = await mkdtemp(join(tmpdir(), 'pointsman-bench-cache-'));
try {
  await run(embedder, cacheDirectory);
} finally {
  await embedder.close();
  await rm(cacheDirectory, { recursive: true, force: true });
}
