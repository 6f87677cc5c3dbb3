import t from 'tap';
import type { Exemplar } from '../../src/bundle/bundle.js';
import { seededRandom } from '../../src/learning/random.js';
import type { DecisionModelData } from '../../src/routing/decision-model.js';
import { defaultAbstention, fitAbstention, type ScoredPrediction } from '../../src/routing/fit-abstention.js';
import { calibrateBundle } from '../../src/report/calibrate-bundle.js';
import { SETTINGS, task } from '../routing/support/fixtures.js';

/** Predictions of two tasks whose chance to be right is their probability, from .5 up. */
function predictions(count: number, seed: number): ScoredPrediction[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, place) => {
    const probability = Math.fround(0.5 + 0.5 * random());
    const features = { logProbability: Math.log(probability), topLogit: 4 * probability, nearSimilarity: 0.6 };
    return { features, predictedTask: place % 2, isRight: random() < probability };
  });
}

/** A bundle whose fit predicted these out-of-fold. */
function fitted(rows: readonly ScoredPrediction[]) {
  const exemplars = rows.map(({ predictedTask, isRight }): Exemplar => {
    const taskIndex = isRight ? predictedTask : 1 - predictedTask;
    return { text: '', taskIndex, location: { file: 'tasks/a.yaml', line: 1, column: 1 } };
  });
  const outOfFold = {
    exemplarIndex: Int32Array.from(rows, (_, row) => row),
    predictedTask: Int32Array.from(rows, ({ predictedTask }) => predictedTask),
    probability: Float32Array.from(rows, ({ features }) => Math.exp(features.logProbability)),
    topLogit: Float64Array.from(rows, ({ features }) => features.topLogit),
    nearSimilarity: Float64Array.from(rows, ({ features }) => features.nearSimilarity),
  };
  const model = {
    classifier: { abstention: defaultAbstention(2, SETTINGS.defaultAbstentionThreshold) },
    report: { outOfFold },
  } as unknown as DecisionModelData;
  const settings = { ...SETTINGS, risk: 0.12 };
  return { bundle: { settings, tasks: [task('sums'), task('songs')], exemplars }, model };
}

t.test("each step has a build's threshold, and the bundle's risk and the one asked for are among them", async (t) => {
  const rows = predictions(3000, 1);
  const { bundle, model } = fitted(rows);
  const { steps, source, promptCount } = calibrateBundle(bundle, model, { risk: 0.17, maxAbstainedShare: 1 });
  t.equal(source, 'exemplars');
  t.equal(promptCount, 3000);
  t.strictSame(
    steps.map(({ risk }) => risk),
    [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.12, 0.15, 0.17, 0.2, 0.25, 0.3],
  );
  for (const { risk, bound, isSupported } of steps) {
    const build = fitAbstention({ predictions: rows, outOfScope: [], taskCount: 2, risk, defaultThreshold: 0.3 });
    t.ok(Math.abs(bound.threshold - build.abstention.threshold) < 1e-6, `risk ${risk}`);
    t.equal(isSupported, build.bound !== undefined);
  }
});

t.test('a larger supported risk never abstains from more', async (t) => {
  const { bundle, model } = fitted(predictions(3000, 2));
  const { steps } = calibrateBundle(bundle, model, { maxAbstainedShare: 1 });
  const shares = steps.filter(({ isSupported }) => isSupported).map(({ abstainedShare }) => abstainedShare);
  t.ok(shares.length >= 4);
  t.strictSame(
    shares,
    [...shares].sort((a, b) => b - a),
  );
});

t.test('recommends the lowest risk that holds without abstaining from more than is allowed', async (t) => {
  const { bundle, model } = fitted(predictions(3000, 3));
  const { steps, recommendedRisk } = calibrateBundle(bundle, model, { maxAbstainedShare: 0.4 });
  const best = steps.find(({ risk }) => risk === recommendedRisk);
  t.ok(best !== undefined && best.verdict === 'held' && best.abstainedShare <= 0.4);
  for (const { risk, abstainedShare, isSupported } of steps) {
    if (recommendedRisk !== undefined && risk < recommendedRisk) t.ok(!isSupported || abstainedShare > 0.4, `${risk}`);
  }
  t.notOk('recommendedRisk' in calibrateBundle(bundle, model, { maxAbstainedShare: 0 }));
});

t.test('prompts of their own are judged at the thresholds of the exemplars', async (t) => {
  const { bundle, model } = fitted(predictions(1500, 4));
  const prompts = predictions(400, 5).map((prompt) => ({ ...prompt, isRight: prompt.features.topLogit > 2.4 }));
  const measured = calibrateBundle(bundle, model, { prompts, maxAbstainedShare: 1 });
  const own = calibrateBundle(bundle, model, { maxAbstainedShare: 1 });
  t.equal(measured.source, 'prompts');
  t.equal(measured.promptCount, 400);
  measured.steps.forEach((step, place) => {
    t.equal(step.bound.threshold, own.steps[place]?.bound.threshold);
    t.equal(step.bound.routedCount + step.abstainedCount, 400);
  });
  t.equal(measured.steps.find(({ risk }) => risk === 0.12)?.bound.wrongCount, 0);
  t.equal(measured.steps.find(({ risk }) => risk === 0.12)?.verdict, 'held');
});

t.test('tells held, broken and open apart', async (t) => {
  const { bundle, model } = fitted(predictions(1500, 6));
  const sure = { logProbability: Math.log(0.99), topLogit: 3.9, nearSimilarity: 0.6 };
  const promptsOf = (right: number, wrong: number): ScoredPrediction[] =>
    Array.from({ length: right + wrong }, (_, row) => ({ features: sure, predictedTask: 0, isRight: row < right }));
  const stepOf = (right: number, wrong: number) =>
    calibrateBundle(bundle, model, { prompts: promptsOf(right, wrong), maxAbstainedShare: 1 }).steps.find(
      ({ risk }) => risk === 0.12,
    )!;
  t.equal(stepOf(100, 0).verdict, 'held');
  t.equal(stepOf(10, 0).verdict, 'open');
  t.equal(stepOf(10, 5).verdict, 'broken');
  // (1 - .12) ** 24 is the first power under .05.
  t.equal(stepOf(24, 0).tasks[0]?.isEnough, true);
  t.equal(stepOf(24, 0).verdict, 'held');
  t.equal(stepOf(23, 0).tasks[0]?.isEnough, false);
  t.equal(stepOf(23, 0).verdict, 'open');
  t.match(stepOf(24, 0).tasks[1]?.bound, { routedCount: 0, wrongCount: 0, upperBound: 1 });
  t.equal(stepOf(24, 0).tasks[1]?.verdict, 'open');
});

t.test('without predictions nothing is supported, yet prompts can be judged', async (t) => {
  const { bundle, model } = fitted([]);
  const alone = calibrateBundle(bundle, model, { maxAbstainedShare: 1 });
  t.equal(alone.promptCount, 0);
  t.notOk('recommendedRisk' in alone);
  const { steps } = calibrateBundle(bundle, model, { prompts: predictions(200, 7), maxAbstainedShare: 1 });
  t.ok(steps.every(({ isSupported, bound }) => !isSupported && bound.threshold === 0.3));
});
