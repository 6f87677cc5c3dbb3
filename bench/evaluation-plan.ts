/** One measurement of docs/evaluation.md. */
export interface Measurement {
  /** Key in docs/evaluation/figures.json. */
  readonly name: string;
  readonly title: string;
  /** npm script. */
  readonly script: string;
  readonly args: readonly string[];
  /** Figures shown, by key of the script's JSON; `target` is what the project asks of itself. */
  readonly figures: readonly { readonly key: string; readonly label: string; readonly target?: string }[];
}

const CLINC = 'intents_clinc150_train_valid_oos.jsonl#CLINC150';
const BANKING = 'intents_banking77_train_valid.jsonl#BANKING77';

const ACCURACY = [
  { key: 'nearestNeighbourAccuracy', label: 'nearest neighbour' },
  { key: 'macroF1', label: 'macro F1' },
  { key: 'expectedCalibrationError', label: 'calibration error' },
] as const;

const CACHE = [
  { key: 'cosineOnly.recall', label: 'recall, cosine alone' },
  { key: 'cosineOnly.falseHitRate', label: 'false hits, cosine alone' },
  { key: 'n', label: 'pairs' },
] as const;

function classify(name: string, title: string, options: { train: string; test: string; target: string }): Measurement {
  return {
    name,
    title,
    script: 'bench:classify',
    args: ['--train', options.train, '--test', options.test],
    figures: [{ key: 'accuracy', label: 'accuracy', target: options.target }, ...ACCURACY],
  };
}

function cache(
  name: string,
  title: string,
  options: { args: readonly string[]; recall?: string; falseHits?: string },
): Measurement {
  return {
    name,
    title,
    script: 'bench:cache',
    args: options.args,
    figures: [
      { key: 'recall', label: 'recall', ...(options.recall === undefined ? {} : { target: options.recall }) },
      {
        key: 'falseHitRate',
        label: 'false hits',
        ...(options.falseHits === undefined ? {} : { target: options.falseHits }),
      },
      { key: 'precision', label: 'precision' },
      ...CACHE,
    ],
  };
}

/** Everything that docs/evaluation.md reports, in its order. */
export const MEASUREMENTS: readonly Measurement[] = [
  {
    name: 'embed',
    title: 'Embedder: STS benchmark, test part',
    script: 'bench:embed',
    args: [],
    figures: [
      { key: 'stsSpearman', label: 'Spearman', target: '≥ .815' },
      { key: 'promptsPerSecond', label: 'prompts a second' },
    ],
  },
  {
    name: 'own',
    title: 'Default bundle: held-out prompts',
    script: 'bench:own',
    args: ['--markdown', 'docs/evaluation/own-prompts.md'],
    figures: [
      { key: 'accuracy', label: 'accuracy', target: '≥ .90' },
      { key: 'abstained', label: 'abstained' },
      { key: 'accuracyOfAnswered', label: 'accuracy where not abstained' },
    ],
  },
  classify('clinc5', 'CLINC150, 5 examples a class', {
    train: `${CLINC}/train_5`,
    test: `${CLINC}/valid`,
    target: '≥ .87',
  }),
  classify('clinc10', 'CLINC150, 10 examples a class', {
    train: `${CLINC}/train_10`,
    test: `${CLINC}/valid`,
    target: '≥ .91',
  }),
  classify('banking5', 'BANKING77, 5 examples a class', {
    train: `${BANKING}/train_5`,
    test: `${BANKING}/valid`,
    target: '≥ .79',
  }),
  classify('banking10', 'BANKING77, 10 examples a class', {
    train: `${BANKING}/train_10`,
    test: `${BANKING}/valid`,
    target: '≥ .855',
  }),
  {
    name: 'clincFull',
    title: 'CLINC150, whole training set, with prompts out of scope',
    script: 'bench:classify',
    args: [
      ...['--train', `${CLINC}/train`, '--test', `${CLINC}/valid`],
      ...['--tune-oos', `${CLINC}/oos/train`, '--oos', `${CLINC}/oos/valid`],
    ],
    figures: [
      { key: 'accuracyWithAbstention', label: 'accuracy in scope, abstentions counted wrong', target: '≥ .93' },
      { key: 'oosRecall', label: 'out of scope: share abstained from', target: '≥ .80' },
      { key: 'falseOos', label: 'in scope: share abstained from', target: '≤ .045' },
      { key: 'auroc', label: 'AUROC of in against out of scope' },
      { key: 'accuracy', label: 'accuracy without abstention' },
      ...ACCURACY,
      { key: 'ratioToEmbedding', label: 'a route against its embedding alone, time at p50', target: '≤ 1.15' },
      { key: 'fitSeconds', label: 'fitted in seconds (15,000 exemplars, 150 tasks)', target: '≤ 180' },
    ],
  },
  {
    name: 'superni',
    title: 'Super-NI: instruction as system prompt, input as user turn',
    script: 'bench:classify',
    args: ['--train', 'superni_prompts.jsonl', '--folds', '5'],
    figures: [
      { key: 'accuracy', label: 'accuracy', target: '5 points over one text' },
      { key: 'wholePromptAccuracy', label: 'the whole prompt embedded as one text' },
      { key: 'wholePromptWithWordsAccuracy', label: 'the same with our lexical features' },
      { key: 'wholePromptNearestNeighbourAccuracy', label: 'the same by the nearest neighbour' },
    ],
  },
  {
    name: 'routerbench',
    title: 'RouterBench, 11 models, 5 folds',
    script: 'bench:route',
    args: ['--train', 'route_routerbench11_train.jsonl', '--folds', '5'],
    figures: [
      { key: 'aiq', label: 'AIQ', target: '≥ .848' },
      { key: 'knnAiq', label: 'AIQ of k-NN' },
      { key: 'zeroRouterAiq', label: 'AIQ of the zero-router' },
      { key: 'oracleAiq', label: 'AIQ of the oracle' },
      { key: 'defaultScore', label: 'score at the default knob' },
      { key: 'defaultCostUsd', label: 'US dollars a prompt there' },
      { key: 'defaultRegret', label: 'regret there: below the best model of each prompt' },
      { key: 'promiseHeld', label: 'groups of 30 or more in which the promised floor was reached', target: '≥ .90' },
      { key: 'promiseGroups', label: 'such groups' },
    ],
  },
  {
    name: 'llmrouter',
    title: 'LLMRouter, 9 models, 5 folds',
    script: 'bench:route',
    args: [
      '--train',
      'route_llmrouter9_train_clean.jsonl',
      '--prices',
      'b_llmrouter9_prices_usd_per_mtok.json',
      '--folds',
      '5',
    ],
    figures: [
      { key: 'aiq', label: 'AIQ', target: '≥ .662' },
      { key: 'knnAiq', label: 'AIQ of k-NN' },
      { key: 'zeroRouterAiq', label: 'AIQ of the zero-router' },
      { key: 'oracleAiq', label: 'AIQ of the oracle' },
      { key: 'promiseHeld', label: 'groups of 30 or more in which the promised floor was reached', target: '≥ .90' },
      { key: 'promiseGroups', label: 'such groups' },
    ],
  },
  cache('finance', 'Cache: must-not-hit finance pairs', {
    args: ['--pairs', 'cache_adversarial_finance32.jsonl'],
    falseHits: '0',
  }),
  cache('qqp', 'Cache: general question pairs', {
    args: ['--pairs', 'cache_gptcache_qqp_dev.jsonl', '--sample', '10000'],
    recall: '≥ .27',
    falseHits: '≤ .02',
  }),
  cache('nearMisses', 'Cache: own near misses', {
    args: ['--pairs', 'test/fixtures/cache-near-misses.jsonl'],
    falseHits: '≤ .02',
  }),
  cache('paraphrases', 'Cache: own paraphrases', {
    args: ['--pairs', 'test/fixtures/cache-paraphrases.jsonl'],
    recall: '≥ .50',
  }),
];
