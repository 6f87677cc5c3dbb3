import t from 'tap';
import type { Bundle, CachePair } from '../../src/bundle/bundle.js';
import type { Snapshot } from '../../src/bundle/snapshot.js';
import { followThresholds } from '../../src/chat/calibrated-thresholds.js';
import type { CalibratedThresholdsOptions } from '../../src/chat/calibrated-thresholds.js';
import { createFakeEmbedder } from '../support/fake-embedder.js';

const configured = { minProbability: 0.9, minProbabilityUnverified: 0.1 };

/** Pairs that are the same but for case, marked different: the cache would be wrong on each. */
const wrongPairs = (count: number): CachePair[] =>
  Array.from({ length: count }, (_, place) => ({
    q1: `what is the name of the town ${'x'.repeat(place + 1)}`,
    q2: `What is the name of the town ${'x'.repeat(place + 1)}`,
    isSame: false,
  }));

function setUp(first: readonly CachePair[], changes: Partial<CalibratedThresholdsOptions> = {}) {
  let pairs = first;
  const tasks = [
    { id: 'towns', cache: {} },
    { id: 'laws', cache: { minProbability: 0.95 } },
    { id: 'jokes', cache: { minProbability: 0.6 } },
  ];
  let listener = (): void => undefined;
  const messages: string[] = [];
  const note = (_facts: object, message: string): void => void messages.push(message);
  const thresholds = followThresholds({
    least: configured,
    calibration: 'both',
    minSimilarity: 0.75,
    semanticLanguages: ['en'],
    embedder: createFakeEmbedder(),
    snapshots: {
      // Only the pairs of the bundle are read.
      current: () => ({ bundle: { cachePairs: pairs, tasks } as unknown as Bundle }) as unknown as Snapshot,
      onSwap: (added) => {
        listener = () => added({} as Snapshot);
        return () => (listener = () => undefined);
      },
    },
    logger: { info: note, warn: note },
    ...changes,
  });
  const swap = (next: readonly CachePair[]): Promise<void> => {
    pairs = next;
    listener();
    return thresholds.settled();
  };
  return { thresholds, swap, messages };
}

t.test('follows the pairs of the snapshot in service, and goes back without them', async (t) => {
  const { thresholds, swap, messages } = setUp(wrongPairs(60));
  t.same(thresholds.current(), configured, 'those of the config until the pairs are judged');
  await thresholds.settled();
  t.ok(thresholds.current().minProbabilityUnverified > configured.minProbabilityUnverified);
  t.match(thresholds.calibration(), { general: { unverified: { outcome: 'raised', differentPairs: 60 } } });
  t.match(messages, [/follow the bundle/]);
  await swap([]);
  t.same(thresholds.current(), configured);
  t.equal(thresholds.calibration(), undefined);
  await swap(wrongPairs(60));
  t.match(thresholds.calibration(), { general: { unverified: { outcome: 'raised' } } });
  thresholds.close();
  await swap([]);
  t.match(thresholds.calibration(), { general: { unverified: { outcome: 'raised' } } }, 'closed');
});

t.test('does not count pairs in languages that are never compared', async (t) => {
  const { thresholds } = setUp(wrongPairs(60), { semanticLanguages: ['de'] });
  await thresholds.settled();
  t.equal(thresholds.calibration(), undefined);
});

t.test('keeps thresholds by task, and does not judge the same pairs twice', async (t) => {
  const ofTowns = wrongPairs(60).map((pair) => ({ ...pair, taskIndex: 0 }));
  const { thresholds, swap, messages } = setUp(ofTowns);
  await thresholds.settled();
  t.ok(thresholds.current('towns').minProbabilityUnverified > configured.minProbabilityUnverified);
  t.same(thresholds.current('rivers'), configured);
  t.same(thresholds.current(), configured);
  await swap([...ofTowns]);
  t.equal(messages.length, 1);
});

t.test('reads the tasks of the snapshot, with or without pairs', async (t) => {
  const { thresholds } = setUp([], { least: { minProbabilityUnverified: 0.1 }, calibration: 'off' });
  t.equal(thresholds.current('laws').minProbability, 0.95);
  t.equal(thresholds.current('jokes').minProbability, 0.6);
  t.same([...thresholds.tasks().keys()], ['laws', 'jokes']);
  t.equal(thresholds.calibration(), undefined);
});

t.test('keeps the thresholds where the pairs cannot be judged', async (t) => {
  const fail = (): never => {
    throw new Error('no embedder');
  };
  const { thresholds, messages } = setUp(wrongPairs(60), { embedder: createFakeEmbedder({ before: fail }) });
  await thresholds.settled();
  t.same(thresholds.current(), configured);
  t.match(messages, [/could not be judged/]);
});

t.test('a later snapshot overtakes the judging of an earlier one', async (t) => {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const embedder = createFakeEmbedder({ before: () => gate });
  const { thresholds, swap, messages } = setUp(wrongPairs(60), { embedder });
  const first = thresholds.settled();
  await swap([]);
  open();
  await first;
  t.same(thresholds.current(), configured);
  t.same(messages, []);
});
