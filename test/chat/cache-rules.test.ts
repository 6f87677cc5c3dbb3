import fc from 'fast-check';
import t from 'tap';
import type { Task, TaskCachePolicy } from '../../src/bundle/bundle.js';
import { cacheRulesOf, type CacheRules } from '../../src/chat/cache-rules.js';
import type { Classification } from '../../src/routing/classification.js';

const ORDER: readonly TaskCachePolicy[] = ['never', 'exact', 'allow'];

const taskOf = (id: string, cache: Task['cache']): Task => ({
  id,
  title: id,
  description: '',
  qualityFloor: 0.5,
  cache,
  expectedCompletionTokens: 1,
  exemplarCount: 0,
  location: { file: '', line: 1, column: 1 },
});

const TASKS = [
  taskOf('explanation', { policy: 'allow', ttlSeconds: 600 }),
  taskOf('planning', { policy: 'allow', ttlSeconds: 60, minSimilarity: 0.9 }),
  taskOf('legal', { policy: 'exact', ttlSeconds: 300 }),
  taskOf('tool-use', { policy: 'never', ttlSeconds: 0 }),
];

function rulesOf(tasks: readonly Task[], probabilities: readonly number[], isAbstained: boolean): CacheRules {
  const probability = Math.max(...probabilities);
  const classification: Classification = {
    taskIndex: probabilities.indexOf(probability),
    probability,
    probabilities: Float32Array.from(probabilities),
    neighbours: [],
    score: 0,
    threshold: 0.5,
    isAbstained,
  };
  return cacheRulesOf({ tasks }, classification);
}

t.test('a prompt whose task is known has the rules of that task', async (t) => {
  t.same(rulesOf(TASKS, [0.5, 0.1, 0.2, 0.2], false), {
    task: 'explanation',
    likelyTasks: ['explanation'],
    caching: 'allow',
    isStricterThanTask: false,
    ttlSeconds: 600,
  });
});

t.test('one that is abstained has the strictest rules of the tasks that it may be', async (t) => {
  t.same(rulesOf(TASKS, [0.6, 0.38, 0.01, 0.01], true), {
    task: 'explanation',
    likelyTasks: ['explanation', 'planning'],
    caching: 'allow',
    isStricterThanTask: false,
    ttlSeconds: 60,
    minSimilarity: 0.9,
  });
  t.match(rulesOf(TASKS, [0.6, 0.08, 0.3, 0.02], true), { caching: 'exact', isStricterThanTask: true, ttlSeconds: 60 });
  t.match(rulesOf(TASKS, [0.6, 0.01, 0.01, 0.38], true), {
    task: 'explanation',
    caching: 'never',
    isStricterThanTask: true,
  });
  t.match(rulesOf(TASKS, [0.3, 0.01, 0.68, 0.01], true), {
    task: 'legal',
    caching: 'exact',
    isStricterThanTask: false,
  });
});

t.test('a bundle without tasks caches nothing', async (t) => {
  t.same(rulesOf([], [], true), {
    task: '',
    likelyTasks: [],
    caching: 'never',
    isStricterThanTask: false,
    ttlSeconds: 0,
  });
});

t.test('law: no likely task’s rules are loosened, and the unlikely ones have no more than a twentieth', async (t) => {
  const task = fc
    .record({
      policy: fc.constantFrom(...ORDER),
      ttlSeconds: fc.nat(1000),
      minSimilarity: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    })
    .map(({ minSimilarity, ...cache }) => ({ ...cache, ...(minSimilarity === undefined ? {} : { minSimilarity }) }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(task, fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 8 }),
      (drawn) => {
        const tasks = drawn.map(([cache], index) => taskOf(`task-${index}`, cache));
        const sum = drawn.reduce((total, [, weight]) => total + weight, 0);
        const probabilities = drawn.map(([, weight]) => weight / sum);
        const rules = rulesOf(tasks, probabilities, true);
        const likely = tasks.filter(({ id }) => rules.likelyTasks.includes(id));
        const mass = tasks.reduce(
          (total, { id }, index) => total + (likely.some((one) => one.id === id) ? (probabilities[index] ?? 0) : 0),
          0,
        );
        return (
          mass > 0.949 &&
          likely.every(
            ({ cache }) =>
              ORDER.indexOf(rules.caching) <= ORDER.indexOf(cache.policy) &&
              rules.ttlSeconds <= cache.ttlSeconds &&
              (rules.minSimilarity ?? -1) >= (cache.minSimilarity ?? -1),
          )
        );
      },
    ),
  );
  t.pass();
});
