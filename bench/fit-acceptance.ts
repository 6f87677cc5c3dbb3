/**
 * Fits src/cache/acceptance-weights.ts to a verifier. Run it after a new verifier was trained or the guard or embedder changed.
 * The weights come from pairs of our own writing that the verifier has not seen; cosine and unmatched words are held at ratios to the logit
 * (`--ratios`), the pair of ratios being the one that finds most of them. The bias comes from a sample of general question pairs (QQP) that
 * bench:cache does not draw.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WEIGHTS_WITHOUT_VERIFIER, WEIGHTS_WITH_VERIFIER } from '../src/cache/acceptance-weights.js';
import { acceptanceProbability, unverifiedRefusal, type AcceptanceWeights } from '../src/cache/acceptance.js';
import { gatherEvidence } from '../src/cache/pair-evidence.js';
import type { LabelledPair } from '../src/cache/pair-evidence.js';
import { DEFAULT_CACHE_SETTINGS, DEFAULT_THRESHOLDS } from '../src/cache/policy.js';
import { projectRoot } from '../src/config/project-root.js';
import { createTransformersEmbedder } from '../src/embedding/transformers-embedder.js';
import { textRequest } from '../src/request.js';
import { viewPrompt } from '../src/routing/prompt-view.js';
import { calibrateThreshold, fitWeights, hitRates, settleBias } from './cache/acceptance-fit.js';
import type { LabelledEvidence, SampledPair } from './cache/acceptance-fit.js';
import { heldOutPairs, readClusters } from './cache/cluster-pairs.js';
import { renderWeights } from './cache/render-weights.js';
import { readArguments } from './lib/arguments.js';
import { readRows, textField } from './lib/json-lines.js';
import type { DataRow } from './lib/json-lines.js';
import { createRandom, shuffle } from './lib/random.js';
import { printTable, round, writeFigures } from './lib/report.js';
import type { Cell } from './lib/report.js';

const root = projectRoot();
const args = readArguments('fit:acceptance', {
  clusters: {
    help: 'folders of the clusters, in the order of training',
    default: ['clusters', 'clusters-2', 'clusters-3', 'clusters-4']
      .map((name) => join(root, 'router-models/verifiers', name))
      .join(','),
  },
  calibration: { help: 'own pairs: q1, q2, label', default: join(root, 'bench/data/cache-calibration-pairs.jsonl') },
  questions: { help: 'pairs that settle the bias: q1, q2, label', default: 'cache_gptcache_qqp_dev.jsonl' },
  skip: { help: 'shuffled question pairs that bench:cache draws with the same seed', default: '10000' },
  sample: { help: 'question pairs to draw behind those', default: '30000' },
  rate: { help: 'share of wrong hits allowed among different question pairs', default: '0.0195' },
  'task-rate': { help: 'the same among own look-alikes, for tasks of their kind', default: '0.01' },
  ratios: {
    help: 'weights of cosine:unmatched words in weights of the logit; of several the one that finds most own pairs holds',
    default: '10:0,10:2.5,10:5,10:6,10:7,12.5:7,15:5,15:7,15:10,20:5,20:7.5,20:10,20:12',
  },
  'least-recall': { help: 'share of the same question pairs that must be found', default: '0.285' },
  model: { help: 'folder of the embedding model', default: join(root, 'router-models/embedders/all-minilm-l6-v2') },
  verifier: { help: 'folder of the verifier', default: join(root, 'router-models/verifiers/pair-minilm-l6') },
  output: { help: 'file to write; "none" writes nothing', default: join(root, 'src/cache/acceptance-weights.ts') },
});
const signal = new AbortController().signal;
const { minSimilarity, semanticLanguages } = DEFAULT_CACHE_SETTINGS;
const { minProbability, minProbabilityUnverified } = DEFAULT_THRESHOLDS;

async function readPairs(file: string): Promise<readonly LabelledPair[]> {
  const rows = await readRows(file, args.dataDirectory);
  return rows.map((row) => ({
    stored: textField(row, 'q1'),
    asked: textField(row, 'q2'),
    isSame: Number(row['label']) === 1,
  }));
}

/** Draws behind the rows that bench:cache draws, without what is word for word among those. */
async function drawQuestions(): Promise<readonly LabelledPair[]> {
  const shuffled = shuffle(await readPairs(args.text('questions')), createRandom(args.seed));
  const skipped = args.number('skip');
  const keyOf = ({ stored, asked }: LabelledPair): string => [stored, asked].sort().join('\n');
  const taken = new Set(shuffled.slice(0, skipped).map(keyOf));
  return shuffled
    .slice(skipped)
    .filter((pair) => !taken.has(keyOf(pair)))
    .slice(0, args.number('sample'));
}

/** Whether a look-up compares the two at all. */
function isComparable({ stored, asked }: LabelledPair): boolean {
  return [stored, asked].every((text) => semanticLanguages.includes(viewPrompt(textRequest(text)).language));
}

/** What a look-up would know of the pairs, the verifier's score included. */
async function gatherAll(sets: readonly (readonly LabelledPair[])[]): Promise<readonly (readonly SampledPair[])[]> {
  const verifierDirectory = args.text('verifier');
  const embedder = await createTransformersEmbedder({
    directory: args.text('model'),
    cacheEntries: 0,
    verifierDirectory,
  });
  const { verifier } = embedder;
  if (verifier === undefined) throw new Error(`${verifierDirectory} holds no verifier`);
  const gathered: SampledPair[][] = [];
  for (const pairs of sets) {
    const found = await gatherEvidence(pairs, { embedder, verifier, minSimilarity, signal });
    gathered.push(
      pairs.map((pair, place) => {
        const finding = isComparable(pair) ? found[place] : undefined;
        const isSeen = finding !== undefined && finding.kind !== 'unseen';
        return { isSame: pair.isSame, isSeen, ...(finding?.kind === 'weighed' ? { evidence: finding.evidence } : {}) };
      }),
    );
  }
  await embedder.close();
  return gathered;
}

/** The pair as the judge sees it without the verifier. */
function withoutVerifier({ evidence, ...pair }: SampledPair): SampledPair {
  if (evidence === undefined) return pair;
  const { similarity, features } = evidence;
  const plain = { similarity, features };
  return unverifiedRefusal(plain) === undefined ? { ...pair, evidence: plain } : pair;
}

/** The threshold at which no more than `rate` of the own look-alikes hit: for tasks whose prompts are like them. */
function taskThreshold(pairs: readonly SampledPair[], weights: AcceptanceWeights, rate: number): number {
  const scored = pairs.map(({ isSame, evidence }) => ({
    isSame,
    probability: evidence === undefined ? 0 : acceptanceProbability(evidence, weights),
  }));
  return Math.ceil(calibrateThreshold(scored, rate, 0) * 1000) / 1000;
}

function weighable(pairs: readonly SampledPair[]): readonly LabelledEvidence[] {
  return pairs.flatMap(({ evidence, isSame }) => (evidence === undefined ? [] : [{ evidence, isSame }]));
}

function figuresOf(
  name: string,
  pairs: readonly SampledPair[],
  weights: AcceptanceWeights,
  threshold: number,
): readonly Cell[] {
  const { recall, falseHitRate } = hitRates(pairs, weights, threshold);
  const same = pairs.filter(({ isSame }) => isSame).length;
  return [name, pairs.length, same, weighable(pairs).length, round(recall, 4), round(falseHitRate, 4)];
}

interface HeldRatios {
  readonly weights: AcceptanceWeights;
  readonly similarityPerLogit: number;
  readonly uncoveredPerLogit: number;
}

/**
 * Fits the weights at each pair of ratios and settles each bias on the questions; the one that finds most own pairs is taken, of those
 * that find enough of the questions. The pairs on which the evaluation measures have no part in the choice.
 */
function chooseRatios(
  judged: readonly LabelledEvidence[],
  sets: {
    readonly own: readonly SampledPair[];
    readonly questions: readonly SampledPair[];
    readonly maxFalseHitRate: number;
  },
): HeldRatios {
  const rows: Cell[][] = [];
  let best: (HeldRatios & { readonly recall: number }) | undefined;
  for (const text of args.text('ratios').split(',')) {
    const [similarityPerLogit = 0, uncoveredPerLogit = 0] = text.split(':').map(Number);
    const fitted = fitWeights(judged, {
      names: ['similarity', 'verifierLogit', 'uncovered', 'isSuspected'],
      similarityPerLogit,
      uncoveredPerLogit,
    });
    const { maxFalseHitRate } = sets;
    const weights = settleBias(fitted, sets.questions, { threshold: minProbability, maxFalseHitRate });
    const own = hitRates(sets.own, weights, minProbability);
    const questions = hitRates(sets.questions, weights, minProbability);
    rows.push([text, ...[own.recall, own.falseHitRate, questions.recall].map((rate) => round(rate, 4))]);
    if (questions.recall < args.number('least-recall') || own.recall <= (best?.recall ?? 0)) continue;
    best = { weights, similarityPerLogit, uncoveredPerLogit, recall: own.recall };
  }
  printTable(['ratios', 'own recall', 'own false hits', 'question recall'], rows);
  if (best === undefined) throw new Error('--least-recall is reached at none of the --ratios');
  return best;
}

async function main(): Promise<void> {
  const written = [
    ...heldOutPairs(await readClusters(args.text('clusters').split(','))),
    ...(await readPairs(args.text('calibration'))),
  ];
  const [own = [], questions = []] = await gatherAll([written, await drawQuestions()]);
  const maxFalseHitRate = args.number('rate');
  const judged = weighable(own).filter(({ evidence }) => evidence.verifierLogit !== undefined);
  const held = chooseRatios(judged, { own, questions, maxFalseHitRate });
  const { weights: verified, similarityPerLogit, uncoveredPerLogit } = held;
  const plainOwn = own.map(withoutVerifier);
  const plainQuestions = questions.map(withoutVerifier);
  const unverified = settleBias(fitWeights(weighable(plainOwn), { names: ['similarity'] }), plainQuestions, {
    threshold: minProbabilityUnverified,
    maxFalseHitRate,
  });

  const forTasks = taskThreshold(own, verified, args.number('task-rate'));
  printTable(
    ['weights and pairs', 'n', 'same', 'weighed', 'recall', 'false hits'],
    [
      figuresOf('verifier, questions', questions, verified, minProbability),
      figuresOf('verifier, shipped weights, questions', questions, WEIGHTS_WITH_VERIFIER, minProbability),
      figuresOf('verifier, own', own, verified, minProbability),
      figuresOf(`verifier, own, at ${forTasks}`, own, verified, forTasks),
      figuresOf(`verifier, questions, at ${forTasks}`, questions, verified, forTasks),
      figuresOf('no verifier, questions', plainQuestions, unverified, minProbabilityUnverified),
      figuresOf(
        'no verifier, shipped weights, questions',
        plainQuestions,
        WEIGHTS_WITHOUT_VERIFIER,
        minProbabilityUnverified,
      ),
      figuresOf('no verifier, own', plainOwn, unverified, minProbabilityUnverified),
    ],
  );
  const lookAlikes = own.filter(({ isSame }) => !isSame);
  console.log(
    `\ncache.minProbability for tasks with prompts like the own pairs: ${forTasks} (${lookAlikes.length} look-alikes, ` +
      `${lookAlikes.filter(({ isSeen }) => isSeen).length} of them near enough to be looked at)`,
  );
  const source = renderWeights({
    verified,
    unverified,
    verifierRevision: await revisionOf(args.text('verifier')),
    judged: judged.length,
    maxFalseHitRate,
    similarityPerLogit,
    uncoveredPerLogit,
  });
  console.log(`\n${source}`);
  if (args.text('output') !== 'none') await writeFile(args.text('output'), source);
  await writeFigures(args.jsonFile, {
    verified,
    unverified,
    taskThreshold: forTasks,
    questions: hitRates(questions, verified, minProbability),
    questionsUnverified: hitRates(plainQuestions, unverified, minProbabilityUnverified),
  });
}

async function revisionOf(verifierDirectory: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(verifierDirectory, 'pointsman.json'), 'utf8')) as DataRow;
  return textField(manifest, 'revision');
}

await main();
