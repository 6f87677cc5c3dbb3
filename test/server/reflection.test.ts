import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import t from 'tap';
import { standardClient, type DynamicClient } from '../support/standard-services.js';
import { startTestService } from '../support/service.js';

interface ReflectionResponse {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
}

async function ask(client: DynamicClient, request: object): Promise<ReflectionResponse> {
  const stream = client['serverReflectionInfo']?.();
  if (stream === undefined) throw new Error('the client has no serverReflectionInfo');
  stream.write(request as unknown as string);
  const [response] = (await once(stream, 'data')) as [ReflectionResponse];
  const ended = once(stream, 'end');
  stream.resume();
  stream.end();
  await ended;
  return response;
}

t.test('a tool can list the services and read their definitions', async (t) => {
  const { address } = await startTestService(t);
  const client = standardClient(t, address, 'grpc.reflection.v1.ServerReflection');
  const { listServicesResponse } = await ask(client, { listServices: '' });
  const names = listServicesResponse?.service.map(({ name }) => name) ?? [];
  t.ok(names.includes('pointsman.router.v1.RouterService'));
  t.ok(names.includes('pointsman.router.v1.AdminService'));
  for (const method of ['SelectModel', 'ExplainSelection', 'Chat', 'StreamChat', 'RecordOutcome']) {
    const symbol = `pointsman.router.v1.RouterService.${method}`;
    const { fileDescriptorResponse } = await ask(client, { fileContainingSymbol: symbol });
    const files = (fileDescriptorResponse?.fileDescriptorProto ?? []).map((bytes) => bytes.toString('latin1'));
    t.ok(
      files.some((file) => file.includes(`${method}Request`)),
      method,
    );
  }
});

t.test('it can be switched off', async (t) => {
  const { address } = await startTestService(t, { features: { reflection: false } });
  const client = standardClient(t, address, 'grpc.reflection.v1.ServerReflection');
  await t.rejects(ask(client, { listServices: '' }), { code: status.UNIMPLEMENTED });
});
