import t from 'tap';
import { protoField, rawCall } from '../support/raw-call.js';
import { errorOf, unaryCall } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';
import { until } from '../support/until.js';

const SELECT = '/pointsman.router.v1.RouterService/SelectModel';
const LONG_TEXT = 'summarise the minutes of the meeting '.repeat(40);
const PASSED = 'the deadline passed before the call was done; allow more time or send less text';
const MESSAGE = protoField(
  1,
  protoField(1, Buffer.concat([Buffer.from([8, 2]), protoField(2, Buffer.from(LONG_TEXT))])),
);

t.test('a deadline of 1 ms', async (t) => {
  const { router, service } = await startTestService(t);
  const select = (text: string, deadlineMs: number): Promise<unknown> =>
    unaryCall(router.selectModel.bind(router), selectRequest(text), { deadlineMs });
  await select('hello', 30_000);
  const codes = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => (await errorOf(select(`${index} ${LONG_TEXT}`, 1))).code),
  );
  t.strictSame(new Set(codes), new Set(['DEADLINE_EXCEEDED']));
  // Clients end their calls by themselves; the service may still be about to read them.
  await until(() => service.core.embedder.queueLength === 0);
  await t.resolves(select('hello again', 30_000));
});

t.test('a deadline that leaves no time for the reply is refused with details', async (t) => {
  const { address } = await startTestService(t, { deadlines: { reserveMs: 1000 } });
  t.match(await rawCall(address, SELECT, MESSAGE, { 'grpc-timeout': '900m' }), {
    code: 'DEADLINE_EXCEEDED',
    reason: 'DEADLINE_EXCEEDED',
    message: PASSED,
    domain: 'pointsman.router.v1',
  });
});

t.test('the default deadline holds where the client sets none', async (t) => {
  const { router } = await startTestService(t, { deadlines: { defaultMs: 1 } });
  const error = await errorOf(unaryCall(router.selectModel.bind(router), selectRequest(LONG_TEXT), { deadlineMs: 0 }));
  t.match(error, { code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED', message: PASSED });
});
