import t from 'tap';
import { calibrationBins, expectedCalibrationError } from '../../src/learning/calibration.js';

t.test('the error is the mean gap, weighted by bin', async (t) => {
  const input = { probabilities: [0.9, 0.9, 0.9, 0.9, 0.2], outcomes: [1, 1, 1, 0, 0] };
  t.ok(Math.abs(expectedCalibrationError(input) - (0.8 * 0.15 + 0.2 * 0.2)) < 1e-12);
});

t.test('empty bins are left out, and 1 falls into the last', async (t) => {
  t.same(calibrationBins({ probabilities: [1, 0.05], outcomes: [1, 0] }, 10), [
    { count: 1, meanProbability: 0.05, shareRight: 0 },
    { count: 1, meanProbability: 1, shareRight: 1 },
  ]);
  t.equal(expectedCalibrationError({ probabilities: [], outcomes: [] }), 0);
});
