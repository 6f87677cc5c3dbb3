import { once } from 'node:events';
import type { ClientUnaryCall, StatusObject } from '@grpc/grpc-js';
import t from 'tap';
import { SERVER_TIMING, serverTiming } from '../../src/server/server-timing.js';
import { createTrace } from '../../src/trace.js';
import { unaryCall } from '../support/rpc.js';
import { selectRequest, startTestService } from '../support/service.js';

t.test('steps and the attempts together, in milliseconds', (t) => {
  const trace = createTrace();
  t.match(serverTiming(trace, performance.now() - 5), /^total;dur=5\.\d\d$/u);
  trace.timings.push({ step: 'embed', durationMs: 4.612 }, { step: 'choose', durationMs: 0.1 });
  const attempt = { model: 'm', deployment: 'd', result: 'ok', costUsd: 0, message: '', isHedge: false };
  trace.attempts.push({ ...attempt, durationMs: 50 }, { ...attempt, durationMs: 25.5 });
  t.match(
    serverTiming(trace, performance.now() - 80),
    /^embed;dur=4\.61, choose;dur=0\.10, upstream;dur=75\.50, total;dur=8\d\.\d\d$/u,
  );
  t.end();
});

t.test('SelectModel tells its timing in the trailing metadata', async (t) => {
  const { router } = await startTestService(t);
  let ended: Promise<[StatusObject]> | undefined;
  const onCall = (call: ClientUnaryCall): void => {
    ended = once(call, 'status') as Promise<[StatusObject]>;
  };
  await unaryCall(router.selectModel.bind(router), selectRequest('Translate into Italian: good night.'), { onCall });
  const [status] = (await ended) ?? [];
  const steps = String(status?.metadata.get(SERVER_TIMING)[0])
    .split(', ')
    .map((entry) => entry.split(';dur='));
  t.strictSame(
    steps.map(([step]) => step),
    ['view', 'embed', 'classify', 'choose', 'total'],
  );
  t.ok(steps.every(([, duration]) => Number(duration) >= 0));
});
