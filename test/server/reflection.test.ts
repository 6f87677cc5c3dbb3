import { once } from 'node:events';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import t from 'tap';
import { ServerReflectionRequest } from '../../src/gen/grpc/reflection/v1/reflection.js';
import { rawCall } from '../support/raw-call.js';
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

const SYMBOLS = [
  'pointsman.router.v1.RouterService',
  'pointsman.router.v1.RouterService.StreamChat',
  'pointsman.router.v1.AdminService.GetStatus',
  'pointsman.router.v1.Prompt',
  'pointsman.router.v1.Role',
  'pointsman.router.v1.ResponseFormat.Kind',
  'google.protobuf.Timestamp',
  'grpc.health.v1.Health.Check',
];

t.test('a tool lists the services and gets each definition with all that it imports', async (t) => {
  const { address } = await startTestService(t);
  const client = standardClient(t, address, 'grpc.reflection.v1.ServerReflection');
  const { listServicesResponse } = await ask(client, { listServices: '*' });
  t.strictSame(
    listServicesResponse?.service.map(({ name }) => name),
    [
      'pointsman.router.v1.RouterService',
      'pointsman.router.v1.AdminService',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
    ],
  );
  for (const symbol of SYMBOLS) {
    const { fileDescriptorResponse } = await ask(client, { fileContainingSymbol: symbol });
    const files = (fileDescriptorResponse?.fileDescriptorProto ?? []).map((bytes) =>
      fromBinary(FileDescriptorProtoSchema, bytes),
    );
    t.ok(symbol.startsWith(`${files.at(-1)?.package ?? '?'}.`), symbol);
    const names = files.map((file) => file.name);
    for (const file of files) {
      for (const dependency of file.dependency) {
        t.ok(
          names.indexOf(dependency) < names.indexOf(file.name) && names.includes(dependency),
          `${symbol}: ${dependency}`,
        );
      }
    }
    t.match(await ask(client, { fileByFilename: names.at(-1) }), { fileDescriptorResponse });
  }
});

t.test('what is not there is told in the answer, and the stream goes on', async (t) => {
  const { address } = await startTestService(t);
  const client = standardClient(t, address, 'grpc.reflection.v1.ServerReflection');
  const REQUESTS = [
    [{ fileByFilename: 'no.proto' }, 'no file "no.proto"'],
    [{ fileContainingSymbol: 'no.Symbol' }, 'no symbol "no.Symbol"'],
    [{ allExtensionNumbersOfType: 'no.Message' }, 'no message "no.Message"'],
    [
      { fileContainingExtension: { containingType: 'pointsman.router.v1.Prompt', extensionNumber: 100 } },
      'no extension of "pointsman.router.v1.Prompt"',
    ],
  ] as const;
  for (const [request, errorMessage] of REQUESTS) {
    t.match(await ask(client, request), { errorResponse: { errorCode: status.NOT_FOUND, errorMessage } });
  }
  t.match(await ask(client, {}), {
    errorResponse: { errorCode: status.INVALID_ARGUMENT, errorMessage: 'the request asks for nothing' },
  });
  t.match(await ask(client, { allExtensionNumbersOfType: 'pointsman.router.v1.Prompt' }), {
    allExtensionNumbersResponse: { baseTypeName: 'pointsman.router.v1.Prompt', extensionNumber: [] },
  });
});

t.test('the older name of the service answers alike', async (t) => {
  const { address } = await startTestService(t);
  const request = Buffer.from(
    ServerReflectionRequest.encode({
      host: '',
      messageRequest: { $case: 'listServices', value: '' },
    }).finish(),
  );
  t.match(await rawCall(address, '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', request), {
    code: 'OK',
  });
});

t.test('it can be switched off', async (t) => {
  const { address } = await startTestService(t, { features: { reflection: false } });
  const client = standardClient(t, address, 'grpc.reflection.v1.ServerReflection');
  await t.rejects(ask(client, { listServices: '' }), { code: status.UNIMPLEMENTED });
});
