import t from 'tap';
import { readError, unaryCall } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';
import { until } from '../support/until.js';

const LONG_TEXT = 'summarise the minutes of the meeting '.repeat(40);

t.test('calls that are cancelled midway leave the embedding queue', async (t) => {
  const { router, service } = await startTestService(t);
  const { embedder } = service.core;
  const cancels: (() => void)[] = [];
  const calls = Array.from({ length: 200 }, (_, index) =>
    unaryCall(router.selectModel.bind(router), selectRequest(`${index} ${LONG_TEXT}`), {
      onCall: (call) => cancels.push(() => call.cancel()),
    }).then(
      () => 'OK',
      (error: unknown) => readError(error).code,
    ),
  );
  await until(() => embedder.queueLength > 100, 30_000);
  for (const cancel of cancels) cancel();
  const codes = await Promise.all(calls);
  t.ok(codes.every((code) => code === 'OK' || code === 'CANCELLED'));
  t.ok(codes.filter((code) => code === 'CANCELLED').length > 100);
  await until(() => embedder.queueLength === 0, 30_000);
  await t.resolves(unaryCall(router.selectModel.bind(router), selectRequest('hello')));
});
