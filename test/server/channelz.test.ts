import { status } from '@grpc/grpc-js';
import t from 'tap';
import { callStandard, standardClient } from '../support/standard-services.js';
import { startTestService } from '../support/service.js';

t.test('channelz is off by default', async (t) => {
  const { address } = await startTestService(t);
  const channelz = standardClient(t, address, 'grpc.channelz.v1.Channelz');
  await t.rejects(callStandard(channelz, 'getServers', {}), { code: status.UNIMPLEMENTED });
});

t.test('switched on, it shows the server and its calls', async (t) => {
  const { address } = await startTestService(t, { features: { channelz: true } });
  const channelz = standardClient(t, address, 'grpc.channelz.v1.Channelz');
  await callStandard(channelz, 'getServers', {});
  const response = (await callStandard(channelz, 'getServers', {})) as {
    readonly server: readonly { readonly data: { readonly callsStarted: string } }[];
  };
  t.equal(response.server.length, 1);
  t.equal(response.server[0]?.data.callsStarted, '2');
});
