import t from 'tap';
import { haveSameQuantities, readQuantities } from '../../../src/cache/guard/numbers.js';
import { readPrompt } from '../../../src/cache/guard/tokens.js';

const read = (text: string) => readQuantities(readPrompt(text));

t.test('reads figures, number words, ordinals, shares and units', async (t) => {
  t.same(read('$1.5m'), [{ value: 1_500_000, kind: 'cardinal', unit: 'usd' }]);
  t.same(read('twenty five thousand euros'), [{ value: 25_000, kind: 'cardinal', unit: 'eur' }]);
  t.same(read('the 3rd and the fourth'), [
    { value: 3, kind: 'ordinal', unit: '' },
    { value: 4, kind: 'ordinal', unit: '' },
  ]);
  t.same(read('12.5 percent'), [{ value: 12.5, kind: 'percent', unit: '' }]);
  t.same(read('wait 30 seconds'), [{ value: 30, kind: 'cardinal', unit: 'second' }]);
  t.same(read('the second one, a second later'), [{ value: 2, kind: 'ordinal', unit: '' }]);
});

t.test('reads one of a unit, halves and shares in words', async (t) => {
  t.same(read('an hour'), [{ value: 1, kind: 'cardinal', unit: 'hour', isOptional: true }]);
  t.same(read('half an hour'), [{ value: 0.5, kind: 'cardinal', unit: 'hour' }]);
  t.same(read('two and a half litres'), [{ value: 2.5, kind: 'cardinal', unit: 'litre' }]);
  t.same(read('five per cent'), [{ value: 5, kind: 'percent', unit: '' }]);
  t.same(read('a house'), []);
});

t.test('the same amount in another unit is no difference', async (t) => {
  for (const [left, right] of [
    ['half an hour', '30 minutes'],
    ['2 days', '48 hours'],
    ['12 months', 'a year'],
    ['1.5 kg', '1500 grams'],
    ['one hour a day', '60 minutes a day'],
    ['for a month', 'for 1 month'],
    ['at 3am', 'at 3 am'],
  ] as const)
    t.ok(haveSameQuantities(read(left), read(right)), `${left} | ${right}`);
  for (const [left, right] of [
    ['half an hour', '20 minutes'],
    ['2 days', '24 hours'],
    ['for a month', 'for 2 months'],
    ['1 month', '30 days'],
    ['an hour', 'a minute'],
  ] as const)
    t.notOk(haveSameQuantities(read(left), read(right)), `${left} | ${right}`);
});

t.test('what points back may be left out, but not be another', async (t) => {
  t.ok(haveSameQuantities(read('how do the two differ'), read('how do they differ')));
  t.notOk(haveSameQuantities(read('name the three pillars'), read('name the five pillars')));
  t.notOk(haveSameQuantities(read('5 pillars'), read('pillars')));
});

t.test('compares as sets, with units where both name one', async (t) => {
  t.ok(haveSameQuantities(read('5 km'), read('5 kilometres, yes 5')));
  t.ok(haveSameQuantities(read('5 dollars'), read('5')));
  t.notOk(haveSameQuantities(read('5 km'), read('5 miles')));
  t.notOk(haveSameQuantities(read('5'), read('5 and 6')));
});
