import t from 'tap';
import { seededRandom } from '../../src/learning/random.js';
import type { CapabilityInput, CapabilityModel } from '../../src/routing/capability.js';
import { fitOutcomeCapability, type IndexedOutcome } from '../../src/routing/fit-outcome-capability.js';
import { createOutcomeCapability } from '../../src/routing/outcome-capability.js';
import type { CapabilityEstimate } from '../../src/trace.js';

const Z = 1.2816;
const DIMENSIONS = 8;
const NONE: CapabilityEstimate = { mean: 0, lowerBound: 0, evidenceCount: 0, basis: 'none', source: '' };

/** Evidence of three models; the outcomes below are of the first two. */
function evidenceOf(...estimates: readonly CapabilityEstimate[]): CapabilityModel {
  return { estimate: () => estimates, expectedCompletionTokens: () => 100 };
}

const noEvidence = evidenceOf(NONE, NONE, NONE);

function unitVector(random: () => number): Float32Array {
  const values = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

/** How often each model is right on a task: model 0 on the first, model 1 on the second. */
function chanceOf(modelIndex: number, task: number): number {
  return modelIndex === task ? 0.9 : 0.4;
}

interface World {
  readonly prompts: readonly string[];
  readonly vectors: { readonly values: Float32Array; readonly dimensions: number };
  readonly tasks: Int32Array;
  readonly outcomes: readonly IndexedOutcome[];
}

/** Prompts of two tasks around two directions, and outcomes of two models on all of them. */
function world(count: number, seed: number): World {
  const random = seededRandom(seed);
  const values = new Float32Array(count * DIMENSIONS);
  const tasks = new Int32Array(count);
  const outcomes: IndexedOutcome[] = [];
  const prompts: string[] = [];
  for (let prompt = 0; prompt < count; prompt += 1) {
    const task = prompt % 2;
    tasks[prompt] = task;
    const vector = unitVector(random);
    vector[task] = (vector[task] ?? 0) + 3;
    const norm = Math.hypot(...vector);
    values.set(
      vector.map((value) => value / norm),
      prompt * DIMENSIONS,
    );
    prompts.push(`prompt number ${prompt} of task ${task}`);
    for (const modelIndex of [0, 1]) {
      const score = Number(random() < chanceOf(modelIndex, task));
      outcomes.push({ promptIndex: prompt, modelIndex, score, completionTokens: 10 * (task + 1) });
    }
  }
  return { prompts, vectors: { values, dimensions: DIMENSIONS }, tasks, outcomes };
}

function fitted(data: World) {
  const fit = fitOutcomeCapability({ ...data, taskCount: 2, z: Z });
  if (fit === undefined) throw new Error('nothing was fitted');
  return fit;
}

function inputOf(data: World, prompt: number): CapabilityInput {
  const taskIndex = data.tasks[prompt] ?? 0;
  const probabilities = new Float32Array(2);
  probabilities[taskIndex] = 1;
  return {
    text: data.prompts[prompt] ?? '',
    vector: data.vectors.values.slice(prompt * DIMENSIONS, (prompt + 1) * DIMENSIONS),
    probabilities,
    taskIndex,
    promptTokens: 10,
  };
}

t.test('finds who is good at what, on prompts that it has not seen', async (t) => {
  const data = fitted(world(600, 1));
  t.equal(data.report.promptCount, 600);
  t.equal(data.report.outcomeCount, 1200);
  t.equal(data.report.taskCount, 2);
  t.ok(data.report.leftOutError < data.report.meanScoreError);
  const capability = createOutcomeCapability({ data, evidence: noEvidence, z: Z });
  const fresh = world(100, 2);
  for (let prompt = 0; prompt < 100; prompt += 1) {
    const [first, second, third] = capability.estimate(inputOf(fresh, prompt));
    const isFirst = fresh.tasks[prompt] === 0;
    t.equal(first!.mean > second!.mean, isFirst);
    t.equal(first?.basis, 'outcomes');
    t.equal(first?.evidenceCount, 600);
    t.same(third, NONE, 'a model without outcomes keeps its evidence');
  }
});

t.test('lower bounds hold about as often as they say', async (t) => {
  let held = 0;
  let total = 0;
  for (let seed = 0; seed < 20; seed += 1) {
    const capability = createOutcomeCapability({ data: fitted(world(120, 100 + seed)), evidence: noEvidence, z: Z });
    const fresh = world(20, 200 + seed);
    for (let prompt = 0; prompt < 20; prompt += 1) {
      const estimates = capability.estimate(inputOf(fresh, prompt));
      for (const modelIndex of [0, 1]) {
        total += 1;
        const bound = estimates[modelIndex]?.lowerBound ?? 1;
        if (bound <= chanceOf(modelIndex, fresh.tasks[prompt] ?? 0)) held += 1;
      }
    }
  }
  t.ok(held / total >= 0.88, `${held} of ${total}`);
});

t.test('more outcomes tighten the bound', async (t) => {
  const margins = [60, 240, 960].map((count) => {
    const data = { ...fitted(world(count, 3)), widening: 1 };
    const [first] = createOutcomeCapability({ data, evidence: noEvidence, z: Z }).estimate(inputOf(world(2, 4), 0));
    return first!.mean - first!.lowerBound;
  });
  t.ok(margins[0]! > margins[1]! && margins[1]! > margins[2]!, margins.join(' '));
});

t.test('evidence pulls the estimate by its weight', async (t) => {
  const data = fitted(world(60, 5));
  const poor: CapabilityEstimate = { mean: 0.2, lowerBound: 0.18, evidenceCount: 500, basis: 'measured', source: 's' };
  const input = inputOf(world(2, 4), 0);
  const [alone] = createOutcomeCapability({ data, evidence: noEvidence, z: Z }).estimate(input);
  const [pulled] = createOutcomeCapability({ data, evidence: evidenceOf(poor, NONE, NONE), z: Z }).estimate(input);
  t.ok(pulled!.mean < alone!.mean && pulled!.mean > poor.mean);
  t.ok(pulled!.mean - pulled!.lowerBound < alone!.mean - alone!.lowerBound, 'two sources know more than one');
  t.equal(pulled?.evidenceCount, 560);
  t.equal(pulled?.source, '60 outcomes; s');
});

t.test('outcomes on other tasks count for little', async (t) => {
  const data = fitted(world(200, 6));
  const capability = createOutcomeCapability({ data, evidence: noEvidence, z: Z });
  const input = inputOf(world(2, 4), 0);
  const [known] = capability.estimate(input);
  const [unknown] = capability.estimate({ ...input, probabilities: new Float32Array(2) });
  t.ok(unknown!.lowerBound < known!.lowerBound - 0.1);
});

t.test('completion tokens come from outcomes of the task, with the catalogue as prior', async (t) => {
  const capability = createOutcomeCapability({ data: fitted(world(194, 7)), evidence: noEvidence, z: Z });
  const fresh = world(2, 4);
  t.equal(capability.expectedCompletionTokens(0, inputOf(fresh, 0)), (97 * 10 + 3 * 100) / 100);
  t.equal(capability.expectedCompletionTokens(1, inputOf(fresh, 1)), (97 * 20 + 3 * 100) / 100);
  t.equal(capability.expectedCompletionTokens(2, inputOf(fresh, 0)), 100);
});

t.test('models measured on different prompts each have their own covariance', async (t) => {
  const whole = world(300, 8);
  const outcomes = whole.outcomes.filter(({ modelIndex, promptIndex }) => modelIndex === 0 || promptIndex < 40);
  const data = fitted({ ...whole, outcomes });
  t.equal(data.groups.length, 2);
  const [much, little] = createOutcomeCapability({ data, evidence: noEvidence, z: Z }).estimate(inputOf(whole, 200));
  t.ok(much!.mean - much!.lowerBound < little!.mean - little!.lowerBound);
});

t.test('the same outcomes give the same fit, and none give none', async (t) => {
  t.same(fitted(world(60, 9)), fitted(world(60, 9)));
  t.equal(fitOutcomeCapability({ ...world(10, 9), outcomes: [], taskCount: 2, z: Z }), undefined);
});
