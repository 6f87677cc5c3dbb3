import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { credentials } from '@grpc/grpc-js';
import t from 'tap';
import { RouterServiceClient } from '../../src/gen/pointsman/router/v1/router.js';
import { startCallLoop } from '../support/call-loop.js';
import { startServe } from '../support/program.js';
import { unaryCall } from '../support/rpc.js';
import { selectRequest } from '../support/service.js';
import { standardClient } from '../support/standard-services.js';
import { until } from '../support/until.js';

const DRAIN_TIMEOUT_MS = 10_000;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} under load: health first, no call lost, exit 0`, async (t) => {
    const config = `${t.testdir()}/pointsman.yaml`;
    await writeFile(config, `drain: { pauseMs: 2000, timeoutMs: ${DRAIN_TIMEOUT_MS} }\n`);
    const { child, address, ended } = await startServe(t, ['--config', config]);
    const router = new RouterServiceClient(address, credentials.createInsecure());
    t.teardown(() => router.close());
    const health = standardClient(t, address, 'grpc.health.v1.Health');
    const watch = health['watch']?.({ service: '' });
    if (watch === undefined) throw new Error('the service has no watch');
    const states: unknown[] = [];
    watch.on('data', (update: { status: unknown }) => states.push(update.status));
    watch.on('error', () => undefined);
    await once(watch, 'data');

    const load = startCallLoop(router, 32);
    await until(() => load.answered > 100, 30_000);
    const signalledAt = performance.now();
    child.kill(signal);
    await until(() => states.length === 2, 10_000);
    t.strictSame(states, ['SERVING', 'NOT_SERVING']);
    t.equal(child.exitCode, null);
    t.ok(
      await unaryCall(router.selectModel.bind(router), selectRequest('calls are still answered')),
      'until balancers have noticed',
    );
    await load.end();
    t.strictSame(load.failures, []);
    t.strictSame(await ended, { exitCode: 0, signal: null });
    t.ok(performance.now() - signalledAt < DRAIN_TIMEOUT_MS);
  });
}
