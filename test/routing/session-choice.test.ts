import t from 'tap';
import { textRequest } from '../../src/request.js';
import type { Decision } from '../../src/routing/decision.js';
import { parseDecisionId } from '../../src/routing/decision-id.js';
import type { Router } from '../../src/routing/route-prompt.js';
import { keepSessionModels } from '../../src/routing/session-choice.js';
import { createTrace, type CandidateTrace, type RejectionReason } from '../../src/trace.js';

/** What the router behind decides next. */
interface Next {
  task: string;
  probability: number;
  isAbstained: boolean;
  model: string;
  /** Why each of the other models was not chosen. */
  others: Record<string, RejectionReason>;
}

const capability = { mean: 0.9, lowerBound: 0.8, evidenceCount: 10, basis: 'measured', source: 'test' } as const;
const candidate = (model: string, reason?: RejectionReason): CandidateTrace => ({
  model,
  capability,
  expectedCostUsd: 0.001,
  expectedCompletionTokens: 100,
  isChosen: reason === undefined,
  rejections: reason === undefined ? [] : [{ reason, message: '' }],
});

function setUp() {
  const next: Next = { task: 'writing', probability: 0.9, isAbstained: false, model: 'small', others: {} };
  const time = { nowMs: 0 };
  const behind: Pick<Router, 'select'> = {
    async select(_request, trace) {
      trace.candidates = [
        candidate(next.model),
        ...Object.entries(next.others).map(([model, reason]) => candidate(model, reason)),
      ];
      return {
        decisionId: 'id',
        snapshotId: '0123456789abcdef',
        classification: { probability: next.probability, isAbstained: next.isAbstained },
        task: next.task,
        model: next.model,
        capability,
        qualityFloor: 0.7,
        reason: 'cheapestCapable',
        fallbackModels: Object.keys(next.others),
      } as unknown as Decision;
    },
  };
  const settings = { ttlMs: 1000, maxSessions: 10, taskChangeProbability: 0.6 };
  const router = keepSessionModels(behind as Router, settings, () => time.nowMs);
  const turn = async (change: Partial<Next>, sessionId: string | null = 's', tenant = 'a') => {
    Object.assign(next, change);
    const trace = createTrace();
    const request = { ...textRequest('x', { tenant }), ...(sessionId === null ? {} : { sessionId }) };
    const decision = await router.select(request, trace, new AbortController().signal);
    return { decision, trace };
  };
  return { time, turn };
}

const toLarge = { model: 'large', others: { small: 'NOT_CHEAPEST' } } as const;

t.test('the same task keeps the model that the session began with', async (t) => {
  const { turn } = setUp();
  await turn({});
  const { decision, trace } = await turn(toLarge);
  t.match(decision, { model: 'small', reason: 'sessionAffinity', fallbackModels: ['large'], isFloorMet: true });
  t.equal(decision.explanation, 'small was kept, since the session used it before; large would have been chosen.');
  t.equal(parseDecisionId(decision.decisionId).model, 'small');
  t.match(trace.candidates, [
    { model: 'small', isChosen: true, rejections: [] },
    { model: 'large', isChosen: false, rejections: [{ reason: 'SESSION_KEEPS_MODEL' }] },
  ]);
});

t.test('a task that clearly changes is decided anew, and is then the one to keep', async (t) => {
  const { turn } = setUp();
  await turn({});
  t.equal((await turn({ ...toLarge, task: 'code' })).decision.model, 'large');
  t.equal((await turn({ task: 'code', model: 'small', others: { large: 'NOT_CHEAPEST' } })).decision.model, 'large');
});

t.test('a change that is not clear changes nothing', async (t) => {
  const { turn } = setUp();
  await turn({});
  t.equal((await turn({ ...toLarge, task: 'code', probability: 0.5 })).decision.model, 'small');
  t.equal((await turn({ ...toLarge, task: 'code', probability: 0.9, isAbstained: true })).decision.model, 'small');
});

t.test('a model that cannot serve the turn is left', async (t) => {
  for (const reason of ['CONTEXT_WINDOW_TOO_SMALL', 'NO_HEALTHY_DEPLOYMENT', 'BELOW_FLOOR', 'NO_EVIDENCE'] as const) {
    const { turn } = setUp();
    await turn({});
    t.equal((await turn({ model: 'large', others: { small: reason } })).decision.model, 'large', reason);
  }
});

t.test('while the task is uncertain, its floor does not count', async (t) => {
  const { turn } = setUp();
  await turn({});
  const uncertain = { isAbstained: true, model: 'large', others: { small: 'BELOW_FLOOR' } } as const;
  t.equal((await turn(uncertain)).decision.model, 'small');
});

t.test('sessions end, belong to one tenant, and are not made up', async (t) => {
  const { turn, time } = setUp();
  await turn({});
  t.equal((await turn(toLarge, 's', 'b')).decision.model, 'large', 'another tenant');
  t.equal((await turn(toLarge, null)).decision.model, 'large', 'no session');
  time.nowMs = 1001;
  t.equal((await turn(toLarge)).decision.model, 'large', 'forgotten');
});
