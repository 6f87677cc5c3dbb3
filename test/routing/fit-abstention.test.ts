import t from 'tap';
import { seededRandom } from '../../src/learning/random.js';
import { defaultAbstention, fitAbstention, type ScoredPrediction } from '../../src/routing/fit-abstention.js';
import { abstentionScore, thresholdOf } from '../../src/routing/task-classifier.js';

/** Predictions of two tasks whose chance to be right is their probability. */
function predictions(count: number, random: () => number, lowest = 0.5): ScoredPrediction[] {
  return Array.from({ length: count }, (_, place) => {
    const probability = lowest + (1 - lowest) * random();
    return {
      features: {
        logProbability: Math.log(probability),
        topLogit: 4 * probability,
        nearSimilarity: 0.5 + 0.1 * probability,
      },
      predictedTask: place % 2,
      isRight: random() < probability,
    };
  });
}

const base = { outOfScope: [], taskCount: 2, defaultThreshold: 0.35 };

t.test('finds the threshold at which the bound holds', async (t) => {
  const fitted = fitAbstention({ ...base, predictions: predictions(3000, seededRandom(1)), risk: 0.1 });
  t.ok(fitted.bound!.upperBound <= 0.1, `${fitted.bound!.upperBound}`);
  t.ok(fitted.bound!.routedCount > 600, `${fitted.bound!.routedCount} routed`);
  t.match(
    fitted.notes[0],
    /^wrong routes stay under 0\.1 with 95% confidence: \d+ wrong among \d+ routed of 3000 exemplars/,
  );
});

t.test('a stated bound holds on new prompts in at least 95 of 100 resamples', async (t) => {
  let stated = 0;
  let held = 0;
  for (let resample = 0; resample < 100; resample += 1) {
    const random = seededRandom(100 + resample);
    const { abstention, bound } = fitAbstention({ ...base, predictions: predictions(1500, random), risk: 0.12 });
    if (bound === undefined) continue;
    stated += 1;
    const routed = predictions(4000, random).filter(
      ({ features, predictedTask }) => abstentionScore(abstention, features) >= thresholdOf(abstention, predictedTask),
    );
    const wrong = routed.filter(({ isRight }) => !isRight).length;
    if (wrong / routed.length <= 0.12) held += 1;
  }
  t.ok(stated >= 95, `${stated} stated`);
  t.ok(held / stated >= 0.95, `${held} of ${stated} held`);
});

t.test('a risk that is out of reach takes the threshold of the lowest risk within reach', async (t) => {
  const data = predictions(3000, seededRandom(3));
  const routedAt = (risk: number): number => {
    const { abstention } = fitAbstention({ ...base, predictions: data, risk });
    return data.filter(({ features }) => abstentionScore(abstention, features) >= abstention.threshold).length;
  };
  const unreachable = fitAbstention({ ...base, predictions: data, risk: 0.001 });
  t.equal(unreachable.bound, undefined);
  t.match(unreachable.notes[0], /; they show 0\.0\d\d, whose threshold counts, or the default 0\.35 if higher\.$/u);
  t.ok(routedAt(0.001) <= routedAt(0.05) && routedAt(0.05) <= routedAt(0.15), 'asking for less risk never routes more');
});

t.test('says so where the data support no bound', async (t) => {
  const fitted = fitAbstention({ ...base, predictions: predictions(5, seededRandom(2)), risk: 0.01 });
  t.equal(fitted.bound, undefined);
  t.ok(fitted.abstention.threshold >= 0.35);
  t.same(fitted.notes, [
    'The data do not show that wrong routes stay under 0.01 with 95% confidence at any threshold (5 exemplars predicted out of fold); the default threshold 0.35 counts.',
  ]);
});

t.test('a task with enough data has its own threshold and bound', async (t) => {
  const few = fitAbstention({ ...base, predictions: predictions(300, seededRandom(3), 0.8), risk: 0.2 });
  t.same(few.taskBounds, []);
  t.ok(Number.isNaN(few.abstention.thresholdByTask[0]));
  const many = fitAbstention({ ...base, predictions: predictions(2000, seededRandom(3), 0.8), risk: 0.2 });
  t.same(
    many.taskBounds.map(({ taskIndex }) => taskIndex),
    [0, 1],
  );
  for (const bound of many.taskBounds) t.ok(bound.upperBound <= 0.2);
});

t.test('prompts known to be out of scope raise the threshold above most of them', async (t) => {
  const inScope = predictions(1000, seededRandom(4), 0.9);
  const outOfScope = predictions(100, seededRandom(5), 0.9).map(({ features }) => ({
    ...features,
    nearSimilarity: features.nearSimilarity - 0.2,
  }));
  const fitted = fitAbstention({ ...base, predictions: inScope, outOfScope, risk: 0.2 });
  const { abstention } = fitted;
  const caught = outOfScope.filter((features) => abstentionScore(abstention, features) < abstention.threshold);
  const alarms = inScope.filter(({ features }) => abstentionScore(abstention, features) < abstention.threshold);
  t.ok(caught.length >= 95, `${caught.length} caught`);
  t.ok(alarms.length <= 40, `${alarms.length} false alarms`);
});

t.test('without anything to fit: a fixed score, half sure at probability .5 and similarity .45', async (t) => {
  const abstention = defaultAbstention(2, 0.35);
  const score = abstentionScore(abstention, { logProbability: Math.log(0.5), topLogit: 9, nearSimilarity: 0.45 });
  t.ok(Math.abs(score - 0.5) < 0.01, `${score}`);
  t.equal(thresholdOf(abstention, 1), 0.35);
});
