import t from 'tap';
import { createRandom, sample, shuffle } from '../../bench/lib/random.js';
import { bootstrapInterval, mean, quantile, ranks, spearman, summarizeLatencies } from '../../bench/lib/statistics.js';

t.test('ranks share their mean where values are equal', async (t) => {
  t.same(ranks([10, 30, 20, 20]), [0, 3, 1.5, 1.5]);
  t.same(ranks([5, 5, 5]), [1, 1, 1]);
});

t.test('spearman sees the order alone', async (t) => {
  t.equal(spearman([1, 2, 3, 4], [1, 10, 100, 1000]), 1);
  t.equal(spearman([1, 2, 3, 4], [4, 3, 2, 1]), -1);
  // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])
  t.ok(Math.abs(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) - 0.8207826816681233) < 1e-12);
});

t.test('quantiles are interpolated', async (t) => {
  t.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  t.equal(quantile([1, 2, 3, 4, 5], 1), 5);
  t.same(summarizeLatencies([2, 1, 3]), { count: 3, mean: 2, p50: 2, p90: 2.8, p99: 2.98, p999: 2.998, max: 3 });
});

t.test('the same seed gives the same numbers', async (t) => {
  t.same(shuffle([1, 2, 3, 4, 5], createRandom(7)), shuffle([1, 2, 3, 4, 5], createRandom(7)));
  t.equal(
    new Set(
      sample(
        Array.from({ length: 100 }, (_, index) => index),
        20,
        createRandom(1),
      ),
    ).size,
    20,
  );
});

t.test('a bootstrap interval holds the mean and is as wide as theory says', async (t) => {
  const random = createRandom(3);
  const values = Array.from({ length: 1000 }, () => random());
  const [low, high] = bootstrapInterval(values, mean, random);
  t.ok(low < 0.5 && high > 0.5);
  // The standard error of the mean of 1,000 uniform numbers is 0.0091.
  t.ok(Math.abs(high - low - 2 * 1.96 * 0.0091) < 0.006);
});
