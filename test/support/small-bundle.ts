/** Files of a small correct bundle: two tasks, two models. */
export const SMALL_BUNDLE: Readonly<Record<string, string>> = {
  'bundle.yaml': 'name: small\ndefaultModel: big\nbaselineModel: big\n',
  'models.yaml': `models:
  - id: big
    vendor: acme
    name: Big
    price: { inputUsdPerMtok: 5, outputUsdPerMtok: 20, source: list price, date: 2026-01-31 }
    contextWindowTokens: 100000
    maxOutputTokens: 8000
    modalities: [text, image]
    tools: true
    structuredOutput: true
    regions: [eu, us]
    expectedCompletionTokens: { default: 300, arithmetic: 500 }
    evidence:
      - { task: translation, score: 0.95, n: 400, variance: 0.04, source: own test, date: 2026-01-31 }
      - { task: arithmetic, score: 0.9, declared: true, source: editorial estimate, date: 2026-01-31 }
    deployments:
      - { id: big-eu, provider: acme, model: big-1, region: eu, maxConcurrency: 8 }
  - id: small
    vendor: acme
    name: Small
    openWeights: true
    price:
      inputUsdPerMtok: 0.1
      cachedInputUsdPerMtok: 0.01
      outputUsdPerMtok: 0.4
      source: list price
      date: 2026-01-31
      declared: true
      above: [{ promptTokens: 1000, inputUsdPerMtok: 0.2, outputUsdPerMtok: 0.8 }]
    contextWindowTokens: 8000
    maxOutputTokens: 2000
    modalities: [text]
    tools: false
    structuredOutput: false
    evidence:
      - { task: translation, score: 0.8, n: 400, source: own test, date: 2026-01-31 }
    deployments:
      - { id: small-us, provider: acme, model: small-1, region: us, priority: 1, weight: 2 }
`,
  'tasks/arithmetic.yaml': `id: arithmetic
title: Arithmetic
description: Sums.
qualityFloor: 0.8
cache: { policy: allow }
expectedCompletionTokens: 40
exemplars:
  - what is 12 times 12
  - system: You are a patient teacher.
    text: Add 3 and 4 and tell me how.
`,
  'tasks/translation.yaml': `id: translation
title: Translation
description: From one language into another.
qualityFloor: 0.7
cache: { policy: exact, ttlSeconds: 60, minSimilarity: 0.9, minProbability: 0.8 }
expectedCompletionTokens: 200
exemplars:
  - Translate "good morning" into French
  - How do you say cheese in Italian?
`,
};

/** Files by name, and folders of files. */
export type FolderContent = Record<string, string | Record<string, string>>;

/** The small bundle with some files replaced, added or (null) left out, as a tree for `t.testdir`. */
export function smallBundle(changes: Readonly<Record<string, string | null>> = {}): FolderContent {
  const tree: FolderContent = {};
  for (const [path, content] of Object.entries({ ...SMALL_BUNDLE, ...changes })) {
    if (content === null) continue;
    const [top = '', name] = path.split('/');
    if (name === undefined) {
      tree[top] = content;
      continue;
    }
    const folder = tree[top];
    tree[top] = { ...(typeof folder === 'object' ? folder : {}), [name]: content };
  }
  return tree;
}

/** A file of the small bundle with one piece of its text replaced. The piece must occur. */
export function edited(file: string, piece: string, replacement: string): Record<string, string> {
  const text = SMALL_BUNDLE[file] ?? '';
  if (!text.includes(piece)) throw new Error(`${file} does not hold ${piece}`);
  return { [file]: text.replace(piece, () => replacement) };
}
