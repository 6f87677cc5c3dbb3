import t from 'tap';
import { NO_USAGE } from '../../src/answer.js';
import type { CachedAnswer } from '../../src/cache/cached-answer.js';
import { AUDIT_TENANT, createHitAudit } from '../../src/chat/hit-audit.js';
import { RouterError } from '../../src/errors.js';
import { textRequest, type RouteRequest } from '../../src/request.js';
import { createTrace } from '../../src/trace.js';
import { startChatFixture } from '../support/chat-fixture.js';
import { NEVER } from '../support/dispatch-fixture.js';
import { until } from '../support/until.js';

const fixture = await startChatFixture();
t.teardown(() => fixture.close());
const { router, upstream, ledger, faults } = fixture;

const CACHED: CachedAnswer = {
  parts: [{ kind: 'text', text: 'Because.' }],
  finishReason: 'stop',
  usage: NO_USAGE,
  costUsd: 0,
  model: 'cheap',
  chunks: [],
};
const REQUEST: RouteRequest = { ...textRequest('Why?', { tenant: 'acme' }), sessionId: 'talk-1' };

/** Audits every hit; remembers the requests that it chose a model for. */
function setUp() {
  const chosenFor: RouteRequest[] = [];
  const audit = createHitAudit({
    ...fixture,
    router: {
      ...router,
      choose(request, prompt, trace) {
        chosenFor.push(request);
        return router.choose(request, prompt, trace);
      },
    },
    share: 1,
    maxConcurrent: 1,
    minAnswerSimilarity: 0.99,
    random: () => 0,
  });
  return { audit, chosenFor };
}

t.test('a hit is compared with a fresh answer, whose cost is entered under a tenant of its own', async (t) => {
  upstream.script = () => ({ texts: ['Because.'] });
  const { audit } = setUp();
  const prompt = await router.classify(REQUEST, createTrace(), NEVER);
  audit.consider(REQUEST, prompt, CACHED);
  await until(() => audit.stats().audited === 1);
  t.match(audit.stats(), { wrong: 0, failed: 0 });
  upstream.script = () => ({ texts: ['Something else altogether'] });
  audit.consider(REQUEST, prompt, CACHED);
  await until(() => audit.stats().audited === 2);
  t.match(audit.stats(), { wrong: 1, failed: 0 });
  t.match(ledger.sums(AUDIT_TENANT).total, { calls: 2, failures: 0, promptTokens: 20, baselineCostUsd: 0 });
  t.equal(ledger.sums('acme').total.calls, 0);
  await audit.close();
});

t.test('an audit leaves the session of its caller alone', async (t) => {
  const { audit, chosenFor } = setUp();
  audit.consider(REQUEST, await router.classify(REQUEST, createTrace(), NEVER), CACHED);
  await until(() => audit.stats().audited === 1);
  t.equal(chosenFor[0]?.sessionId, undefined);
  await audit.close();
});

t.test('an audit that fails has one entry, whatever it fails at', async (t) => {
  const before = ledger.sums(AUDIT_TENANT).total;
  const { audit } = setUp();
  const prompt = await router.classify(REQUEST, createTrace(), NEVER);
  upstream.script = () => ({ fault: { kind: 'status', status: 500 } });
  audit.consider(REQUEST, prompt, CACHED);
  await until(() => audit.stats().failed === 1);
  faults.choose = new RouterError({ reason: 'NO_ELIGIBLE_MODEL', message: 'none' });
  audit.consider(REQUEST, prompt, CACHED);
  await until(() => audit.stats().failed === 2);
  delete faults.choose;
  const { calls, failures } = ledger.sums(AUDIT_TENANT).total;
  t.same([calls - before.calls, failures - before.failures], [2, 2]);
  await audit.close();
});
