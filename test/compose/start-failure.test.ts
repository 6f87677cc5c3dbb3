import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import t from 'tap';
import { startService } from '../../src/compose.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { ConfigOverrides } from '../../src/config/service-config.js';
import { RouterError } from '../../src/errors.js';
import { failureOf } from '../support/failure-of.js';

const start = (overrides: ConfigOverrides): Promise<unknown> =>
  startService({ config: loadConfig({ overrides: { log: { level: 'silent' }, ...overrides } }) });

t.test('a port in use', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  const error = await failureOf(start({ listen: { port } }));
  t.ok(error instanceof RouterError);
  t.match(error, {
    reason: 'LISTEN_FAILED',
    message: `cannot listen on 127.0.0.1:${port}: the port is in use; stop the other program or choose another port`,
    metadata: { address: `127.0.0.1:${port}` },
  });
});

t.test('an address that is not this machine’s', async (t) => {
  t.match(await failureOf(start({ listen: { host: '192.0.2.1', port: 0 } })), {
    reason: 'LISTEN_FAILED',
    message: 'cannot listen on 192.0.2.1:0: this machine has no such address; check listen.host',
  });
});

t.test('an IPv6 address is put in brackets', async (t) => {
  t.match(await failureOf(start({ listen: { host: '2001:db8::1', port: 0 } })), {
    reason: 'LISTEN_FAILED',
    message: 'cannot listen on [2001:db8::1]:0: this machine has no such address; check listen.host',
  });
});
