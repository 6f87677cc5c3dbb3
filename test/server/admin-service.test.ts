import t from 'tap';
import { programVersion } from '../../src/compose.js';
import { errorOf, unaryCall } from '../support/rpc.js';
import { startTestService } from '../support/service.js';

const { admin, service } = await startTestService(t);
const { bundle, id } = service.core.snapshots.current();

t.test('GetStatus says what is loaded', async (t) => {
  const status = await unaryCall(admin.getStatus.bind(admin), {});
  t.match(status, {
    version: programVersion(),
    snapshotId: id,
    embedderFingerprint: service.core.embedder.fingerprint,
    taskCount: bundle.tasks.length,
    exemplarCount: bundle.exemplars.length,
    modelCount: bundle.models.length,
    lastReloadError: '',
    embeddingQueueLength: 0,
  });
  t.ok(status.uptimeSeconds > 0);
  t.ok(status.residentMemoryBytes > 1_000_000n);
  t.strictSame(status.snapshotLoadedAt, service.core.snapshots.loadedAt);
});

t.test('the pages of ListModels are the catalogue, in its order', async (t) => {
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await unaryCall(admin.listModels.bind(admin), { pageSize: 7, pageToken });
    t.ok(page.models.length <= 7);
    seen.push(...page.models.map((model) => model.id));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  t.strictSame(
    seen,
    bundle.models.map((model) => model.id),
  );
});

t.test('a page size of 0 takes the default', async (t) => {
  const { tasks, nextPageToken } = await unaryCall(admin.listTasks.bind(admin), { pageSize: 0, pageToken: '' });
  t.strictSame(
    tasks.map((task) => task.id),
    bundle.tasks.map((task) => task.id),
  );
  t.equal(nextPageToken, '');
});

t.test('models and tasks are told in full', async (t) => {
  const { models } = await unaryCall(admin.listModels.bind(admin), { pageSize: 1000, pageToken: '' });
  for (const model of models) {
    t.ok(model.vendor !== '' && model.contextWindowTokens > 0n && model.modalities.length > 0, model.id);
    t.match(model.priceSource, /, \d{4}-\d\d-\d\d( \(declared\))?$/u, model.id);
    for (const { task, n, isDeclared, source } of model.evidence) {
      t.ok(bundle.tasks.some((known) => known.id === task) && source !== '' && (isDeclared || n > 0), model.id);
    }
  }
  const { tasks } = await unaryCall(admin.listTasks.bind(admin), { pageSize: 1, pageToken: '' });
  const [task] = tasks;
  t.match(task, { description: /\S/u, cachePolicy: /^(allow|exact|never)$/u });
  t.ok((task?.exemplarCount ?? 0) > 0 && (task?.qualityFloor ?? 0) > 0);
});

const WRONG_PAGES = {
  page_size: [{ pageSize: -1, pageToken: '' }, 'must not be negative, got -1'],
  page_token: [
    { pageSize: 1, pageToken: 'someone-elses:5' },
    'not a token of the snapshot in service; start again without a token',
  ],
} as const;

for (const [field, [request, description]] of Object.entries(WRONG_PAGES)) {
  t.test(`a wrong ${field} is refused`, async (t) => {
    for (const call of [admin.listModels.bind(admin), admin.listTasks.bind(admin)]) {
      t.match(await errorOf(unaryCall<typeof request, unknown>(call, request)), {
        code: 'INVALID_ARGUMENT',
        reason: 'FIELD_INVALID',
        message: `${field}: ${description}`,
        fields: [field],
      });
    }
  });
}
