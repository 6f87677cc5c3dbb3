import t from 'tap';
import { unaryCall } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';

const PROMPT = 'Translate into Italian: the train to Rome leaves at nine.';
const { router, service } = await startTestService(t);

t.test('SelectModel names task, model, cost and why', async (t) => {
  const { decision } = await unaryCall(router.selectModel.bind(router), selectRequest(PROMPT));
  t.match(decision, {
    decisionId: /^d1~/u,
    snapshotId: service.core.snapshots.current().id,
    task: { task: 'translation', isAbstained: false },
    isFloorMet: true,
  });
  t.ok((decision?.task?.probability ?? 0) > 0.5);
  t.ok((decision?.expectedCostUsd ?? 0) > 0);
  t.ok((decision?.baselineCostUsd ?? 0) > (decision?.expectedCostUsd ?? 0));
  t.ok((decision?.capability?.lowerBound ?? 0) >= (decision?.qualityFloor ?? 1));
  t.ok(decision?.explanation.includes(decision.model));
});

t.test('the same prompt gets the same decision under another id', async (t) => {
  const select = router.selectModel.bind(router);
  const [first, second] = await Promise.all([1, 2].map(() => unaryCall(select, selectRequest(PROMPT))));
  const third = await unaryCall(select, selectRequest(PROMPT));
  for (const other of [second, third]) {
    t.not(other?.decision?.decisionId, first?.decision?.decisionId);
    t.strictSame({ ...other?.decision, decisionId: '' }, { ...first?.decision, decisionId: '' });
  }
});

t.test('ExplainSelection decides alike and shows the whole way', async (t) => {
  const { decision } = await unaryCall(router.selectModel.bind(router), selectRequest(PROMPT));
  const explained = await unaryCall(router.explainSelection.bind(router), selectRequest(PROMPT));
  t.strictSame({ ...explained.decision, decisionId: '' }, { ...decision, decisionId: '' });
  const trace = explained.trace;
  t.equal(trace?.view?.language, 'en');
  t.ok((trace?.neighbours.length ?? 0) > 0);
  t.equal(trace?.tasks[0]?.task, 'translation');
  t.equal(trace?.candidates.length, service.core.snapshots.current().bundle.models.length);
  const chosen = trace?.candidates.filter((candidate) => candidate.isChosen).map((candidate) => candidate.model);
  t.strictSame(chosen, [decision?.model]);
  for (const { model, isChosen, rejections } of trace?.candidates ?? []) {
    t.equal(rejections.length === 0, isChosen, model);
  }
});

t.test('constraints tighten the choice', async (t) => {
  const constraints = { allowedModels: ['gpt-5-mini'], deniedModels: [], regions: [] };
  const { decision } = await unaryCall(router.selectModel.bind(router), selectRequest(PROMPT, { constraints }));
  t.equal(decision?.model, 'gpt-5-mini');
});
