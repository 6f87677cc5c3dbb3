import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startSweeping } from '../../src/cache/sweeper.js';
import { until } from '../support/until.js';

t.test('sweeps again and again, never twice at once, whether one fails or not, until it is ended', async (t) => {
  let begun = 0;
  let underWay = 0;
  let most = 0;
  const end = startSweeping(async () => {
    begun += 1;
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(10);
    underWay -= 1;
    if (begun === 1) throw new Error('the store is away');
  }, 1);
  await until(() => begun >= 3);
  end();
  await until(() => underWay === 0);
  const atEnd = begun;
  await sleep(50);
  t.equal(begun, atEnd);
  t.equal(most, 1);
});
