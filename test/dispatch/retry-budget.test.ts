import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { createRetryBudget } from '../../src/dispatch/retry-budget.js';

const { retry } = dispatchSettings({ retry: { budgetShare: 0.1, minPerSecond: 2 } });

t.test('calls earn a share of a retry; a few each second are always allowed', async (t) => {
  const time = { nowMs: 0 };
  const budget = createRetryBudget(retry, () => time.nowMs);
  t.equal(budget.balance, 20, 'ten seconds of the constant allowance');
  let spent = 0;
  while (budget.spend()) spent++;
  t.equal(spent, 20);
  for (let call = 0; call < 100; call++) budget.noteCall();
  spent = 0;
  while (budget.spend()) spent++;
  t.ok(spent === 9 || spent === 10, 'a tenth of the calls');
  time.nowMs = 1500;
  t.equal(budget.spend(), true);
  t.equal(budget.spend(), true);
  t.equal(budget.spend(), true);
  t.equal(budget.spend(), false);
});

t.test('an hour of quiet saves up no more than ten seconds', async (t) => {
  const time = { nowMs: 0 };
  const budget = createRetryBudget(retry, () => time.nowMs);
  time.nowMs = 3_600_000;
  t.equal(budget.balance, 20);
});
