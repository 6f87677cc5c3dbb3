import { z } from 'zod';
import { secret } from './secret.js';
import { flag, integerBetween, numberAtLeast, numberBetween, oneOf, text } from './fields.js';

/** A Redis 8 that replicas share. */
const redisSchema = z.strictObject({
  /** redis:// or rediss://, as a reference, since it may hold a password. */
  url: secret(),
  /** Before every key. */
  prefix: text({ maxCharacters: 100, what: 'a key prefix' }).default('pointsman'),
  /** "int8" takes a quarter of the memory of "float". */
  vectorFormat: oneOf(['int8', 'float']).default('int8'),
  /**
   * "main": Redis searches vectors on its own thread, which answers soonest while other commands wait for some tenths of a
   * millisecond. "worker": on a thread made for each search, which is better for very many look-ups over large partitions.
   */
  searchThread: oneOf(['main', 'worker']).default('main'),
  /** Time that a look-up has before it counts as a miss. */
  deadlineMs: integerBetween(1, 10_000).default(25),
  /** Entries that one tenant may have. */
  maxEntriesPerTenant: integerBetween(1, 1_000_000_000).default(1_000_000),
  /** Longest time that a replica may claim an answer in the making. */
  leaseMs: integerBetween(100, 3_600_000).default(30_000),
});

/** The answer cache: the `cache` section of the service config. */
export const cacheSchema = z.strictObject({
  enabled: flag().default(true),
  /** Bound on answers, prompts and vectors kept in memory. */
  memoryBytes: integerBetween(1024 * 1024, 1024 ** 4).default(256 * 1024 * 1024),
  /** Least cosine at which a stored prompt is looked at. */
  minSimilarity: numberBetween(-1, 1).default(0.75),
  /**
   * Least probability, by rules, cosine and verifier, that both prompts want the same answer, whatever bundle and pairs say.
   * Absent: as the bundle says for the task, or .9, from where the bundle's pairs may move it.
   */
  minProbability: numberBetween(0, 1).optional(),
  /** The same where the verifier is off or did not answer: its scale is another. Absent: .75, or what the pairs lead to. */
  minProbabilityUnverified: numberBetween(0, 1).optional(),
  /** What the bundle's cache-pairs.jsonl may do to both: nothing, raise them, or also lower them, but not below what stands here. */
  calibration: oneOf(['off', 'raise', 'both']).default('both'),
  /** Stored prompts looked at for one look-up. */
  maxCandidates: integerBetween(1, 64).default(4),
  /** Languages whose prompts may be answered by similarity; in others only identical requests share answers. */
  semanticLanguages: z.array(text({ maxCharacters: 3, what: 'a language code' })).default(['en']),
  /** Answers to hotter requests are meant to differ and are not cached. */
  maxTemperature: numberBetween(0, 2).default(1),
  /** Longest life of an answer whose prompt speaks of recent things, in seconds. */
  recentTtlSeconds: integerBetween(0, 31_536_000).default(900),
  maxAnswerBytes: integerBetween(1024, 1024 ** 3).default(1024 * 1024),
  /** Whether requests and answers that hold personal data may be stored, for the exact tier alone. */
  allowPersonalData: flag().default(false),
  /** Raising it leaves every older entry behind. */
  epoch: integerBetween(0, 1_000_000_000).default(0),
  /** Longest wait for another call that is about to answer the same request, in milliseconds. */
  maxFlightWaitMs: integerBetween(0, 3_600_000).default(30_000),
  /** Time that the verifier has for the candidates of one look-up. */
  verifierTimeoutMs: integerBetween(1, 60_000).default(250),
  /** How a stored answer is streamed: in its original pieces, or each part whole. */
  replay: oneOf(['original', 'whole']).default('original'),
  /** Shared store; without it each process keeps its own answers. */
  redis: redisSchema.optional(),
  audit: z
    .strictObject({
      /** Share of semantic hits that is also dispatched, in the background, and compared. */
      share: numberBetween(0, 1).default(0),
      maxConcurrent: integerBetween(1, 1000).default(2),
      /** Cosine of two answers from which they count as the same. */
      minAnswerSimilarity: numberAtLeast(-1).default(0.8),
    })
    .prefault({}),
});

/** Settings of the cache. */
export type CacheConfig = z.output<typeof cacheSchema>;
