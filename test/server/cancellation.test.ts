import t from 'tap';
import { errorOf, unaryCall } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';

const LONG_TEXT = 'summarise the minutes of the meeting '.repeat(40);

t.test('calls that are cancelled midway leave the embedding queue', async (t) => {
  const { router, service } = await startTestService(t);
  const { embedder } = service.core;
  const calls = Array.from({ length: 200 }, (_, index) => {
    let cancel: () => void = () => undefined;
    const ended = errorOf(
      unaryCall(router.selectModel.bind(router), selectRequest(`${index} ${LONG_TEXT}`), {
        onCall: (call) => {
          cancel = () => call.cancel();
        },
      }),
    );
    return { ended, cancel };
  });
  await until(() => embedder.queueLength > 100);
  for (const { cancel } of calls) cancel();
  const codes = await Promise.all(calls.map(async ({ ended }) => (await ended.catch(() => ({ code: 'OK' }))).code));
  t.ok(codes.filter((code) => code === 'CANCELLED').length > 100);
  const most = embedder.queueLength;
  await until(() => embedder.queueLength === 0);
  t.ok(most < 200);
  await t.resolves(unaryCall(router.selectModel.bind(router), selectRequest('hello')));
});

/** Lets the event loop turn until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
