import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import t from 'tap';
import { callStandard, healthOf, standardClient } from '../support/standard-services.js';
import { startTestService } from '../support/service.js';

const SERVICES = ['', 'pointsman.router.v1.RouterService', 'pointsman.router.v1.AdminService'];

t.test('each service that is served is healthy', async (t) => {
  const { address } = await startTestService(t);
  const health = standardClient(t, address, 'grpc.health.v1.Health');
  for (const service of SERVICES) t.equal(await healthOf(health, service), 'SERVING', service);
  await t.rejects(callStandard(health, 'check', { service: 'no.such.Service' }), { code: status.NOT_FOUND });
});

t.test('a watch sees the shutdown before it ends, and does not hold it up', async (t) => {
  const { address, service, stop } = await startTestService(t, { drain: { timeoutMs: 60_000 } });
  const health = standardClient(t, address, 'grpc.health.v1.Health');
  const watch = health['watch']?.({ service: SERVICES[1] });
  if (watch === undefined) throw new Error('the service has no watch');
  const seen: unknown[] = [];
  watch.on('data', (update: { status: unknown }) => seen.push(update.status));
  const ended = once(watch, 'end').catch((error: unknown) => error);
  await once(watch, 'data');
  const stopped = service.stop();
  const error = await ended;
  t.equal(await stopped, true, 'every call ended by itself');
  t.strictSame(seen, ['SERVING', 'NOT_SERVING']);
  t.match(error, { code: status.UNAVAILABLE, details: 'the server is shutting down' });
  await stop().catch(() => undefined);
});
