import t from 'tap';
import type { Bundle } from '../../src/bundle/bundle.js';
import type { DecisionModelReport } from '../../src/routing/decision-model.js';
import { evaluateBundle } from '../../src/report/evaluate-bundle.js';
import { renderHtml, renderMarkdown } from '../../src/report/render-evaluation.js';

const bundle = {
  tasks: [{ id: 'sums' }, { id: 'songs' }],
  exemplars: [0, 0, 0, 1, 1, 1].map((taskIndex) => ({ taskIndex })),
} as unknown as Bundle;

const report: DecisionModelReport = {
  promptCount: 6,
  accuracy: 4 / 6,
  expectedCalibrationError: 0.02,
  regularisation: 0.1,
  wordScale: 1,
  abstainedShare: 0.1,
  bound: { threshold: 0.5, routedCount: 5, wrongCount: 1, upperBound: 0.6 },
  taskBounds: [],
  outOfFold: {
    exemplarIndex: Int32Array.of(0, 1, 2, 3, 4, 5),
    predictedTask: Int32Array.of(0, 0, 1, 1, 1, 0),
    probability: Float32Array.of(0.95, 0.85, 0.55, 0.95, 0.75, 0.52),
    ownProbability: Float32Array.of(0.95, 0.85, 0.45, 0.95, 0.75, 0.48),
    score: Float32Array.of(6, 5, 2, 4, 3, 1),
    topLogit: new Float64Array(6),
    nearSimilarity: new Float64Array(6),
  },
  notes: ['a note'],
};

t.test('precision, recall and confusions come from predictions that did not know the exemplar', async (t) => {
  const evaluation = evaluateBundle(bundle, report);
  t.strictSame(evaluation.tasks, [
    { task: 'sums', exemplars: 3, precision: 2 / 3, recall: 2 / 3 },
    { task: 'songs', exemplars: 3, precision: 2 / 3, recall: 2 / 3 },
  ]);
  t.strictSame(evaluation.confusions, [
    { task: 'songs', predicted: 'sums', count: 1 },
    { task: 'sums', predicted: 'songs', count: 1 },
  ]);
});

t.test('accuracy rises as the least sure are left out', async (t) => {
  const { abstention } = evaluateBundle(bundle, report);
  t.equal(abstention[0]?.accuracy, 4 / 6);
  t.equal(abstention.at(-1)?.abstainedShare, 0.5);
  t.equal(abstention.at(-1)?.accuracy, 1);
});

t.test('calibration bins hold mean probability and accuracy', async (t) => {
  const { calibration } = evaluateBundle(bundle, report);
  const top = calibration.at(-1);
  t.equal(top?.count, 2);
  t.equal(top?.accuracy, 1);
  t.equal(calibration[0]?.accuracy, 0);
});

t.test('the report is one page that needs nothing else', async (t) => {
  const shown = {
    bundle: 'router-models',
    evaluation: evaluateBundle(bundle, report),
    curve: [
      { preference: 0, costUsd: 0.001, lowerBound: 0.7 },
      { preference: 1, costUsd: 0.01, lowerBound: 0.9 },
    ],
  };
  const html = renderHtml(shown);
  t.notMatch(html, /<script|<link|src=|href=|@import|url\(/u);
  t.equal(html.match(/<svg/gu)?.length, 3);
  t.match(html, /at most 60\.0% with 95% confidence/u);
  t.match(renderMarkdown(shown), /\| sums \| 3 \| 66\.7% \| 66\.7% \|/u);
});
