import t from 'tap';
import { readError, unaryCall, type ReadError } from '../support/rpc.js';
import { selectRequest, startTestService, type TestService } from '../support/service.js';

const LONG_TEXT = 'summarise the minutes of the meeting '.repeat(40);

/** The errors of so many calls at once. */
async function flood({ router }: TestService, count: number): Promise<readonly ReadError[]> {
  const results = await Promise.allSettled(
    Array.from({ length: count }, (_, index) =>
      unaryCall(router.selectModel.bind(router), selectRequest(`${index} ${LONG_TEXT}`)),
    ),
  );
  return results.flatMap((result) => (result.status === 'rejected' ? [readError(result.reason)] : []));
}

t.test('a full embedding queue refuses calls with the time to wait', async (t) => {
  const service = await startTestService(t, { embedding: { queueLimit: 4 } });
  const errors = await flood(service, 60);
  t.ok(errors.length > 0 && errors.length < 60);
  for (const error of errors) {
    t.match(error, {
      code: 'RESOURCE_EXHAUSTED',
      reason: 'EMBEDDING_QUEUE_FULL',
      metadata: { limit: '4', waiting: '4' },
      message: /^4 texts wait to be embedded and the limit is 4; retry in \d+ ms$/u,
    });
    t.ok((error.retryDelayMs ?? 0) >= 10);
    t.strictSame(error.quotas, ['4']);
  }
  await t.resolves(unaryCall(service.router.selectModel.bind(service.router), selectRequest('hello')));
});

t.test('calls above the bound of calls in flight are refused', async (t) => {
  const service = await startTestService(t, { limits: { maxCallsInFlight: 3 } });
  const errors = await flood(service, 40);
  t.ok(errors.length > 0 && errors.length < 40);
  for (const error of errors) {
    t.match(error, {
      code: 'RESOURCE_EXHAUSTED',
      reason: 'TOO_MANY_CALLS_IN_FLIGHT',
      message: '3 calls are in flight, at most 3 are accepted; retry after a pause',
      metadata: { limit: 'calls in flight', max: '3' },
      retryDelayMs: 100,
      quotas: ['calls in flight'],
    });
  }
  await t.resolves(unaryCall(service.router.selectModel.bind(service.router), selectRequest('hello')));
});
