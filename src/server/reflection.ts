import { status, type Server, type ServerDuplexStream } from '@grpc/grpc-js';
import {
  ServerReflectionService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '../gen/grpc/reflection/v1/reflection.js';
import type { FileDescriptors } from './file-descriptors.js';

/** The older name of the service, which tools still ask for first. Its messages are the same on the wire. */
const ALPHA_PATH = '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo';

type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;

/** Adds grpc.reflection.v1 and v1alpha, which tell tools such as grpcurl what the server offers. */
export function addReflection(server: Server, files: FileDescriptors, services: readonly string[]): void {
  const serverReflectionInfo = (call: ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>): void => {
    call.on('data', (request: ServerReflectionRequest) => {
      const messageResponse = answer(request.messageRequest, files, services);
      call.write({ validHost: request.host, originalRequest: request, messageResponse });
    });
    call.on('end', () => call.end());
  };
  const method = ServerReflectionService.serverReflectionInfo;
  server.addService(ServerReflectionService, { serverReflectionInfo });
  server.addService({ serverReflectionInfo: { ...method, path: ALPHA_PATH } }, { serverReflectionInfo });
}

function answer(
  request: ServerReflectionRequest['messageRequest'],
  files: FileDescriptors,
  services: readonly string[],
): Answer {
  switch (request?.$case) {
    case 'fileByFilename':
      return filesAnswer(files.byName(request.value), `no file "${request.value}"`);
    case 'fileContainingSymbol':
      return filesAnswer(files.bySymbol(request.value), `no symbol "${request.value}"`);
    case 'fileContainingExtension':
      return notFound(`no extension of "${request.value.containingType}"`);
    case 'allExtensionNumbersOfType':
      // proto3 has no extensions but those of options, and the API defines none.
      return files.hasMessage(request.value)
        ? {
            $case: 'allExtensionNumbersResponse',
            value: { baseTypeName: request.value, extensionNumber: [] },
          }
        : notFound(`no message "${request.value}"`);
    case 'listServices':
      return { $case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } };
    case undefined:
      return failure(status.INVALID_ARGUMENT, 'the request asks for nothing');
  }
}

function filesAnswer(found: readonly Buffer[] | undefined, otherwise: string): Answer {
  if (found === undefined) return notFound(otherwise);
  return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto: found } };
}

const notFound = (errorMessage: string): Answer => failure(status.NOT_FOUND, errorMessage);

function failure(errorCode: status, errorMessage: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage } };
}
