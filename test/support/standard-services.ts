import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { credentials, loadPackageDefinition, type Client, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { projectRoot } from '../../src/config/project-root.js';
import type { Teardown } from './service.js';

const require = createRequire(import.meta.url);
const packageFolder = (name: string): string => dirname(require.resolve(`${name}/package.json`));

/** Where the proto files of the services that every gRPC server may have are. */
const PROTOS = {
  'grpc.health.v1.Health': join(projectRoot(), 'proto/grpc/health/v1/health.proto'),
  'grpc.reflection.v1.ServerReflection': join(projectRoot(), 'proto/grpc/reflection/v1/reflection.proto'),
  'grpc.channelz.v1.Channelz': join(packageFolder('@grpc/grpc-js'), 'proto', 'channelz.proto'),
} as const;

/** A client made from the proto file, as a foreign tool would make it. */
export type DynamicClient = Client &
  Readonly<Record<string, (...args: unknown[]) => NodeJS.ReadWriteStream & { cancel(): void }>>;

/** A client of a standard service. It is closed at the end of the test. */
export function standardClient(t: Teardown, address: string, service: keyof typeof PROTOS): DynamicClient {
  const definition = loadSync(PROTOS[service], { longs: String, enums: String, oneofs: true, defaults: true });
  let found: unknown = loadPackageDefinition(definition);
  for (const name of service.split('.')) found = (found as Record<string, unknown>)[name];
  const client = new (found as ServiceClientConstructor)(address, credentials.createInsecure());
  t.teardown(() => client.close());
  return client as unknown as DynamicClient;
}

/** A unary call of a standard service. */
export function callStandard(client: DynamicClient, method: string, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client[method]?.(request, { deadline: Date.now() + 30_000 }, (error: Error | null, response: unknown) =>
      error === null ? resolve(response) : reject(error),
    );
  });
}

/** Health of a service, "" for the whole server. */
export async function healthOf(client: DynamicClient, service: string): Promise<unknown> {
  const response = await callStandard(client, 'check', { service });
  return (response as { status: unknown }).status;
}
