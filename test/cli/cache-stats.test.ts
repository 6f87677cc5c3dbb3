import t from 'tap';
import type { ThresholdDecision, ThresholdDecisions } from '../../src/cache/pair-calibration.js';
import { renderStats } from '../../src/cli/cache.js';
import { readCacheStats, type CacheAdmin, type ThresholdStatus } from '../../src/server/cache-admin.js';

const decided = (
  outcome: ThresholdDecision['outcome'],
  unverified: ThresholdDecision['outcome'],
  differentPairs: number,
): ThresholdDecisions => ({
  verified: { outcome, threshold: 0.9, differentPairs, wrongHits: 0 },
  unverified: { outcome: unverified, threshold: 0.75, differentPairs, wrongHits: 0 },
});

const answers: CacheAdmin['answers'] = {
  stats: async () => ({
    lookups: 12,
    exactHits: 2,
    semanticHits: 1,
    misses: 4,
    refusals: new Map([
      ['guard:negation', 1],
      ['guard:numbers', 3],
    ]),
    unavailable: 1,
    bypasses: 4,
    stored: 3,
    notStored: new Map([['task:never', 2]]),
    local: { entries: 0, bytes: 0, state: 'ok', droppedWrites: 0 },
  }),
  invalidate: async () => 0,
};

t.test('shows what look-ups came to and what was kept', async (t) => {
  const thresholds: ThresholdStatus = {
    minProbability: 0.9,
    minProbabilityUnverified: 0.7,
    tasks: new Map(),
    calibration: undefined,
  };
  const lines = renderStats(await readCacheStats({ answers, thresholds: () => thresholds })).split('\n');
  t.same(lines.slice(2, 5), [
    'look-ups  12: 2 exact hits, 1 semantic hits (25.0%), 4 misses, 4 passed by, 1 unanswered',
    'refused   guard:numbers 3, guard:negation 1',
    'stored    3; not stored: task:never 2',
  ]);
});

const thresholdLines = async (status: ThresholdStatus): Promise<readonly string[]> => {
  const lines = renderStats(await readCacheStats({ answers, thresholds: () => status })).split('\n');
  return lines.slice(lines.findIndex((line) => line.startsWith('threshold')));
};

t.test('shows the thresholds in force, and which pairs had to do with them', async (t) => {
  const inForce = { minProbability: 0.96, minProbabilityUnverified: 0.75 };
  const tasks = new Map([
    ['laws', inForce],
    ['towns', inForce],
    ['jokes', { ...inForce, minProbability: 0.85 }],
    ['poems', inForce],
    ['letters', inForce],
  ]);
  const own = new Map([
    ['towns', decided('tooFew', 'tooFew', 1)],
    ['jokes', decided('lowered', 'tooFew', 190)],
    ['poems', decided('tooFew', 'tooFew', 0)],
  ]);
  t.same(
    await thresholdLines({ ...inForce, tasks, calibration: { general: decided('raised', 'kept', 80), tasks: own } }),
    [
      'threshold 0.960, 0.750 without the verifier; raised and kept by 80 different cache pairs without a task',
      '  laws, letters: 0.960, 0.750 without the verifier; no different cache pairs of its own',
      '  towns: 0.960, 0.750 without the verifier; 1 different cache pairs of its own are too few',
      '  jokes: 0.850, 0.750 without the verifier; lowered and left alone by 190 different cache pairs of its own',
      '  poems: 0.960, 0.750 without the verifier; no different cache pairs of its own near enough to be compared',
    ],
  );
  t.same(await thresholdLines({ ...inForce, tasks: new Map(), calibration: undefined }), [
    'threshold 0.960, 0.750 without the verifier; no different cache pairs without a task',
  ]);
});
