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

t.test('compares as sets, with units where both name one', async (t) => {
  t.ok(haveSameQuantities(read('5 km'), read('5 kilometres, yes 5')));
  t.ok(haveSameQuantities(read('5 dollars'), read('5')));
  t.notOk(haveSameQuantities(read('5 km'), read('5 miles')));
  t.notOk(haveSameQuantities(read('5'), read('5 and 6')));
});
