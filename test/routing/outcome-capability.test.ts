import t from 'tap';
import { createRandom } from '../../bench/lib/random.js';
import type { CapabilityModel } from '../../src/routing/capability.js';
import { fitOutcomeCapability, type IndexedOutcome } from '../../src/routing/fit-outcome-capability.js';
import { createOutcomeCapability } from '../../src/routing/outcome-capability.js';
import type { CapabilityEstimate } from '../../src/trace.js';

const DIMENSIONS = 8;
const Z = 1.2816;
const NOTHING: CapabilityEstimate = { mean: 0, lowerBound: 0, evidenceCount: 0, basis: 'none', source: '' };
const DECLARED: CapabilityEstimate = { mean: 0.7, lowerBound: 0.55, evidenceCount: 0, basis: 'declared', source: 'x' };

/** Model 0 does task 0 well and task 1 badly, model 1 the other way round; model 2 was never measured. */
function world(promptCount: number, seed = 5) {
  const random = createRandom(seed);
  const values = new Float32Array(promptCount * DIMENSIONS);
  const tasks = new Int32Array(promptCount);
  const outcomes: IndexedOutcome[] = [];
  const prompts: string[] = [];
  for (let row = 0; row < promptCount; row += 1) {
    const task = row % 2;
    tasks[row] = task;
    prompts.push(`prompt ${row} of task ${task}`);
    values.set(vectorOf(task, random), row * DIMENSIONS);
    for (const modelIndex of [0, 1]) {
      const chance = modelIndex === task ? 0.9 : 0.2;
      const score = random() < chance ? 1 : 0;
      outcomes.push({ promptIndex: row, modelIndex, score, completionTokens: 100 * (modelIndex + 1) });
    }
  }
  return { outcomes, prompts, vectors: { values, dimensions: DIMENSIONS }, tasks, taskCount: 2, z: Z };
}

function vectorOf(task: number, random: () => number): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, (_, k) => (k === task ? 1 : 0.2 * (random() - 0.5)));
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

const evidence: CapabilityModel = {
  estimate: () => [DECLARED, NOTHING, DECLARED],
  expectedCompletionTokens: () => 500,
};

function inputOf(taskIndex: number) {
  const probabilities = Float32Array.from([taskIndex === 0 ? 0.95 : 0.05, taskIndex === 0 ? 0.05 : 0.95]);
  const vector = vectorOf(taskIndex, createRandom(77));
  return { vector, probabilities, taskIndex, promptTokens: 20, text: `prompt of task ${taskIndex}` };
}

t.test('outcomes tell which model does which task', async (t) => {
  const data = fitOutcomeCapability(world(400));
  const capability = createOutcomeCapability({ data: data!, evidence, z: Z });
  const [first, second] = capability.estimate(inputOf(0));
  t.ok((first?.mean ?? 0) > 0.75 && (second?.mean ?? 1) < 0.4);
  t.equal(first?.basis, 'outcomes');
  t.ok((first?.lowerBound ?? 1) < (first?.mean ?? 0));
  const [other, better] = capability.estimate(inputOf(1));
  t.ok((better?.mean ?? 0) > (other?.mean ?? 1));
});

t.test('a model without outcomes keeps its evidence', async (t) => {
  const capability = createOutcomeCapability({ data: fitOutcomeCapability(world(100))!, evidence, z: Z });
  t.strictSame(capability.estimate(inputOf(0))[2], DECLARED);
});

t.test('more outcomes raise the bound of a model that is good', async (t) => {
  const bounds = [40, 400].map((count) => {
    const capability = createOutcomeCapability({ data: fitOutcomeCapability(world(count))!, evidence, z: Z });
    return capability.estimate(inputOf(0))[0]?.lowerBound ?? 0;
  });
  t.ok((bounds[1] ?? 0) > (bounds[0] ?? 0), bounds.join(' < '));
});

t.test('expected tokens move from the catalogue to what was seen', async (t) => {
  const capability = createOutcomeCapability({ data: fitOutcomeCapability(world(200))!, evidence, z: Z });
  const tokens = capability.expectedCompletionTokens(0, inputOf(0));
  t.ok(tokens > 100 && tokens < 130, String(tokens));
  t.equal(capability.expectedCompletionTokens(2, inputOf(0)), 500);
});

t.test('without outcomes there is nothing to fit', async (t) => {
  t.equal(fitOutcomeCapability({ ...world(4), outcomes: [] }), undefined);
});
