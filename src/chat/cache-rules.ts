import type { Bundle, Task, TaskCachePolicy } from '../bundle/bundle.js';
import type { Classification } from '../routing/classification.js';

/** What the cache may do with the answer to a prompt. */
export interface CacheRules {
  /** The likeliest task. */
  readonly task: string;
  /** Every task that the prompt may belong to, the likeliest first. Of their thresholds the highest holds. */
  readonly likelyTasks: readonly string[];
  readonly caching: TaskCachePolicy;
  /** Whether `caching` is stricter than `task` itself asks for, because of another likely task. */
  readonly isStricterThanTask: boolean;
  readonly ttlSeconds: number;
  /** Cosine. */
  readonly minSimilarity?: number;
}

/** Probability that the likely tasks of an abstained prompt have together, at least. */
const LIKELY_MASS = 0.95;
const STRICTEST_FIRST: readonly TaskCachePolicy[] = ['never', 'exact', 'allow'];

/**
 * The rules of a prompt's task. Where the classifier abstains it is not known which that is: then the strictest rules of all likely
 * tasks hold, so that whichever it is, its own are kept.
 */
export function cacheRulesOf({ tasks }: Pick<Bundle, 'tasks'>, classification: Classification): CacheRules {
  const likely = classification.isAbstained
    ? likelyTasks(tasks, classification.probabilities)
    : tasks.slice(classification.taskIndex, classification.taskIndex + 1);
  const [first] = likely;
  if (first === undefined)
    return { task: '', likelyTasks: [], caching: 'never', isStricterThanTask: false, ttlSeconds: 0 };
  const caches = likely.map(({ cache }) => cache);
  const caching = STRICTEST_FIRST.find((policy) => caches.some((cache) => cache.policy === policy)) ?? 'never';
  const minSimilarity = Math.max(...caches.map((cache) => cache.minSimilarity ?? -1));
  return {
    task: first.id,
    likelyTasks: likely.map(({ id }) => id),
    caching,
    isStricterThanTask: caching !== first.cache.policy,
    ttlSeconds: Math.min(...caches.map((cache) => cache.ttlSeconds)),
    ...(minSimilarity > -1 ? { minSimilarity } : {}),
  };
}

function likelyTasks(tasks: readonly Task[], probabilities: Float32Array): readonly Task[] {
  const ranked = tasks
    .map((task, index) => ({ task, probability: probabilities[index] ?? 0 }))
    .sort((left, right) => right.probability - left.probability);
  let mass = 0;
  return ranked
    .filter(({ probability }) => {
      const isNeeded = mass < LIKELY_MASS;
      mass += probability;
      return isNeeded;
    })
    .map(({ task }) => task);
}
