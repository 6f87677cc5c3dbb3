import { z } from 'zod';
import {
  flag,
  identifier,
  integerBetween,
  isoDate,
  numberAtLeast,
  numberBetween,
  oneOf,
  text,
} from '../config/fields.js';

/** The files of a bundle as they are written. What they mean together is checked by the readers. */

const PROMPT_CHARACTERS = 50_000;
const name = (): z.ZodType<string> => text({ maxCharacters: 200 });
const sentence = (): z.ZodType<string> => text({ maxCharacters: 1000 });
const score = (): z.ZodType<number> => numberBetween(0, 1);
const tokens = (): z.ZodType<number> => integerBetween(1, 100_000_000);
const priceUsd = (): z.ZodType<number> => numberAtLeast(0, 'a price');

/** What `risk` may be. */
export const RISK_RANGE = { least: 0.001, most: 0.5 } as const;

/** `bundle.yaml`. */
export const settingsSchema = z.strictObject({
  /** Name for people. */
  name: name(),
  /** Folder under `embedders/`. */
  embedder: text({ maxCharacters: 200, what: 'the name of an embedder' }).default('all-minilm-l6-v2'),
  /** Folder under `verifiers/`; without it the cache's guard works by rules alone. */
  verifier: text({ maxCharacters: 200, what: 'the name of a verifier' }).optional(),
  /** Takes prompts whose task is not recognised. */
  defaultModel: identifier('the id of a model in models.yaml'),
  /** Savings are counted against it; the default model where absent. */
  baselineModel: identifier('the id of a model in models.yaml').optional(),
  /** Highest acceptable rate of wrong routes, as an upper 95% bound. */
  risk: numberBetween(RISK_RANGE.least, RISK_RANGE.most).default(0.05),
  /** Abstention threshold where too little data supports a bound. */
  defaultAbstentionThreshold: score().default(0.35),
  /** One-sided confidence of capability bounds. */
  confidence: numberBetween(0.5, 0.999).default(0.9),
  /** Rise in the lower bound that a call to the baseline model is worth, at preference 0.5. */
  tolerance: score().default(0.02),
  /** 0 (cheapest capable) to 1 (best). */
  qualityPreference: score().default(0),
  /** How many measured prompts a declared value counts as. */
  declaredEquivalentCount: integerBetween(1, 100_000).default(20),
  /** Neighbours that vote. */
  neighbours: integerBetween(1, 100).default(15),
});

const exemplarText = (): z.ZodType<string> =>
  text({ maxCharacters: PROMPT_CHARACTERS, what: 'the text of an exemplar' });

/** `tasks/<id>.yaml`. */
export const taskSchema = z.strictObject({
  id: identifier('a task id'),
  title: name(),
  description: sentence(),
  qualityFloor: score(),
  cache: z.strictObject({
    policy: oneOf(['allow', 'exact', 'never']),
    ttlSeconds: integerBetween(1, 31_536_000).default(86_400),
    minSimilarity: numberBetween(-1, 1).optional(),
    minProbability: numberBetween(0, 1).optional(),
  }),
  expectedCompletionTokens: tokens(),
  exemplars: z
    .array(
      z.union([
        exemplarText(),
        z.strictObject({ system: exemplarText().optional(), text: exemplarText(), reviewed: flag().default(false) }),
      ]),
    )
    .min(1, { error: 'expected a list of at least one exemplar' }),
});

const priceSchema = z.strictObject({
  inputUsdPerMtok: priceUsd(),
  cachedInputUsdPerMtok: priceUsd().optional(),
  outputUsdPerMtok: priceUsd(),
  source: name(),
  date: isoDate(),
  declared: flag().default(false),
  above: z
    .array(
      z.strictObject({
        promptTokens: tokens(),
        inputUsdPerMtok: priceUsd(),
        cachedInputUsdPerMtok: priceUsd().optional(),
        outputUsdPerMtok: priceUsd(),
      }),
    )
    .default([]),
});

const evidenceSchema = z.strictObject({
  task: identifier('a task id'),
  score: score(),
  n: integerBetween(1, 1_000_000_000).optional(),
  variance: numberBetween(0, 0.25).optional(),
  declared: flag().default(false),
  source: name(),
  date: isoDate(),
});

const deploymentSchema = z.strictObject({
  id: identifier('a deployment id'),
  provider: identifier('the name of a provider'),
  model: text({ maxCharacters: 300, what: "the provider's name of the model" }),
  region: identifier('a region'),
  priority: integerBetween(0, 1000).default(0),
  weight: numberBetween(0, 1_000_000).default(1),
  maxConcurrency: integerBetween(1, 1_000_000).optional(),
});

const modelSchema = z.strictObject({
  id: identifier('a model id'),
  vendor: identifier('a vendor'),
  name: name(),
  openWeights: flag().default(false),
  enabled: flag().default(true),
  price: priceSchema,
  contextWindowTokens: tokens(),
  maxOutputTokens: tokens(),
  modalities: z.array(oneOf(['text', 'image', 'audio', 'file'])).min(1, { error: 'expected at least one modality' }),
  tools: flag(),
  structuredOutput: flag(),
  reasoning: flag().default(false),
  regions: z.array(identifier('a region')).default([]),
  expectedCompletionTokens: z.record(z.string(), tokens()).default({}),
  evidence: z.array(evidenceSchema).default([]),
  deployments: z.array(deploymentSchema).default([]),
});

/** `models.yaml`. */
export const catalogueSchema = z.strictObject({
  models: z.array(modelSchema).min(1, { error: 'expected a list of at least one model' }),
});

const rowPrompt = (): z.ZodType<string> => text({ maxCharacters: 4_000_000, what: 'a prompt' });

/** A line of `outcomes/*.jsonl`. */
export const outcomeSchema = z.strictObject({
  prompt: rowPrompt(),
  model: identifier('the id of a model in models.yaml'),
  score: score(),
  task: identifier('a task id').optional(),
  completionTokens: integerBetween(0, 100_000_000).optional(),
});

/** A line of `cache-pairs.jsonl`. */
export const cachePairSchema = z.strictObject({
  q1: rowPrompt(),
  q2: rowPrompt(),
  same: flag(),
  task: identifier('a task id').optional(),
});
