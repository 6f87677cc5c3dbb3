import t from 'tap';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { createBreaker, type Breaker } from '../../src/dispatch/breaker.js';
import type { AttemptFailure, ErrorClass } from '../../src/dispatch/error-class.js';

const { breaker: settings } = dispatchSettings({
  breaker: { consecutiveFailures: 3, minCalls: 10, failureShare: 0.5, windowMs: 10_000, openMs: 1000, probes: 2 },
});

function setUp() {
  const time = { nowMs: 0 };
  const changes: string[] = [];
  const breaker = createBreaker({
    settings,
    clock: () => time.nowMs,
    random: () => 0,
    onChange: (state) => changes.push(state),
  });
  return { time, breaker, changes };
}

const failure = (errorClass: ErrorClass, retryAfterMs?: number): AttemptFailure => ({
  errorClass,
  message: '',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

function call(breaker: Breaker, result: 'ok' | ErrorClass): void {
  const passage = breaker.enter();
  if (passage === undefined) throw new Error('the breaker let nothing through');
  if (result === 'ok') passage.succeed();
  else passage.fail(failure(result));
}

t.test('it opens after failures in a row, which a success interrupts', async (t) => {
  const { breaker } = setUp();
  for (const result of ['retryable', 'retryable', 'ok', 'retryable', 'retryable'] as const) call(breaker, result);
  t.equal(breaker.state(), 'closed');
  call(breaker, 'retryable');
  t.equal(breaker.state(), 'open');
  t.equal(breaker.enter(), undefined);
  t.equal(breaker.waitMs(), 1000);
});

t.test('it opens when half of the recent calls fail', async (t) => {
  const { breaker, time } = setUp();
  for (let pair = 0; pair < 4; pair++) {
    call(breaker, 'ok');
    call(breaker, 'retryable');
    time.nowMs += 100;
  }
  call(breaker, 'ok');
  t.equal(breaker.state(), 'closed');
  call(breaker, 'retryable');
  t.equal(breaker.state(), 'open');
});

t.test('failures long ago do not count', async (t) => {
  const { breaker, time } = setUp();
  for (let index = 0; index < 30; index++) {
    call(breaker, 'retryable');
    call(breaker, 'ok');
    time.nowMs += 6000;
  }
  t.equal(breaker.state(), 'closed');
});

t.test('probes go one at a time; two good ones close it', async (t) => {
  const { breaker, time, changes } = setUp();
  for (let index = 0; index < 3; index++) call(breaker, 'retryable');
  time.nowMs = 1000;
  t.equal(breaker.state(), 'halfOpen');
  const probe = breaker.enter();
  t.equal(probe?.isProbe, true);
  t.equal(breaker.enter(), undefined, 'no second probe beside the first');
  probe?.succeed();
  t.equal(breaker.state(), 'halfOpen');
  call(breaker, 'ok');
  t.equal(breaker.state(), 'closed');
  t.same(changes, ['open', 'closed']);
});

t.test('a probe that fails doubles the pause, up to the limit', async (t) => {
  const { breaker, time } = setUp();
  for (let index = 0; index < 3; index++) call(breaker, 'retryable');
  const waits = [];
  for (let index = 0; index < 4; index++) {
    time.nowMs += breaker.waitMs();
    call(breaker, 'retryable');
    waits.push(breaker.waitMs());
  }
  t.same(waits, [2000, 4000, 4000, 4000]);
});

t.test('a probe that ends without a word, or is refused for the request itself, does no harm', async (t) => {
  const { breaker, time } = setUp();
  for (let index = 0; index < 3; index++) call(breaker, 'retryable');
  time.nowMs = 1000;
  breaker.enter()?.cancel();
  t.equal(breaker.canEnter(), true);
  call(breaker, 'badRequest');
  call(breaker, 'contextTooLong');
  t.equal(breaker.state(), 'closed', 'who refuses a request is alive');
});

t.test('failures of calls from before it opened change nothing', async (t) => {
  const { breaker, time } = setUp();
  const early = [breaker.enter(), breaker.enter(), breaker.enter(), breaker.enter()];
  for (const passage of early.slice(0, 3)) passage?.fail(failure('retryable'));
  time.nowMs = 900;
  early[3]?.fail(failure('retryable'));
  t.equal(breaker.waitMs(), 100);
});

t.test('a refused key or an unknown model opens it at once, and for longer', async (t) => {
  for (const errorClass of ['auth', 'gone'] as const) {
    const { breaker } = setUp();
    call(breaker, errorClass);
    t.equal(breaker.waitMs(), 30_000);
  }
});

t.test('a rate limit pauses it as long as the provider asks', async (t) => {
  const { breaker, time } = setUp();
  breaker.enter()?.fail(failure('rateLimited', 7000));
  t.equal(breaker.state(), 'paused');
  t.equal(breaker.canEnter(), false);
  time.nowMs = 6999;
  t.equal(breaker.canEnter(), false);
  time.nowMs = 7000;
  t.equal(breaker.state(), 'closed');
  breaker.enter()?.fail(failure('rateLimited'));
  t.equal(breaker.waitMs(), 1000, 'the default where it names none');
});

t.test('what the request is at fault for says nothing about the deployment', async (t) => {
  const { breaker } = setUp();
  for (const errorClass of ['badRequest', 'contentFiltered', 'contextTooLong', 'unsupported'] as const) {
    for (let index = 0; index < 20; index++) call(breaker, errorClass);
  }
  t.equal(breaker.state(), 'closed');
});
