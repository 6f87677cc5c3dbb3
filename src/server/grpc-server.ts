import { readFileSync } from 'node:fs';
import {
  addAdminServicesToServer,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from 'pino';
import { RouterError } from '../errors.js';
import { readFileDescriptors } from './file-descriptors.js';
import { addReflection } from './reflection.js';
import { createLongStreams, type LongStreams } from './long-streams.js';

/** A service and its handlers. */
export interface ServiceBinding {
  /** Full name, for example "pointsman.router.v1.RouterService". */
  readonly name: string;
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** What a gRPC server is made of. */
export interface GrpcServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly services: readonly ServiceBinding[];
  readonly maxReceiveBytes: number;
  readonly hasReflection: boolean;
  readonly hasChannelz: boolean;
  /** Descriptor set of the API, as `buf build` writes it. */
  readonly descriptorSetPath: string;
  readonly logger: Logger;
}

/** A listening gRPC server with grpc.health.v1. */
export interface GrpcServer {
  readonly port: number;
  /** Sets the health of the server and of each service. It starts as NOT_SERVING. */
  setServing(isServing: boolean): void;
  /**
   * Ends the server: health first, then a pause in which balancers notice, then no new connections and the calls in
   * flight run to their end. After `timeoutMs` the rest is cut.
   *
   * @returns whether every call ended by itself.
   */
  drain(options: { pauseMs: number; timeoutMs: number }): Promise<boolean>;
}

/** Services besides those of the API that reflection lists. */
const STANDARD_SERVICES = ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection'];

/** Keepalive and age limits that let balancers spread connections anew. */
const CONNECTION_OPTIONS = {
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.max_connection_age_ms': 30 * 60_000,
  'grpc.max_connection_age_grace_ms': 5 * 60_000,
};

/**
 * Starts a server.
 *
 * @throws RouterError LISTEN_FAILED when the address cannot be bound.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  // A health watch or a reflection session would otherwise hold up every shutdown until its timeout.
  const services = options.services.map(({ name }) => `/${name}/`);
  const longStreams = createLongStreams((path) => !services.some((prefix) => path.startsWith(prefix)));
  const server = new Server({
    ...CONNECTION_OPTIONS,
    interceptors: [longStreams.interceptor],
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    'grpc.enable_channelz': options.hasChannelz ? 1 : 0,
  });
  for (const service of options.services) server.addService(service.definition, service.implementation);
  const health = addHealth(server, options.services);
  if (options.hasChannelz) addAdminServicesToServer(server);
  if (options.hasReflection) {
    const files = readFileDescriptors(readFileSync(options.descriptorSetPath));
    addReflection(server, files, [...options.services.map(({ name }) => name), ...STANDARD_SERVICES]);
  }
  const port = await listen(server, options);

  const setServing = (isServing: boolean): void => {
    for (const name of ['', ...options.services.map((service) => service.name)]) {
      health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    }
  };
  return {
    port,
    setServing,
    async drain({ pauseMs, timeoutMs }) {
      setServing(false);
      await delay(pauseMs);
      return shutDown(server, { longStreams, timeoutMs, logger: options.logger });
    },
  };
}

function addHealth(server: Server, services: readonly ServiceBinding[]): HealthImplementation {
  const initial = Object.fromEntries(
    ['', ...services.map((service) => service.name)].map((name) => [name, 'NOT_SERVING' as const]),
  );
  const health = new HealthImplementation(initial);
  health.addToServer(server);
  return health;
}

function listen(server: Server, { host, port }: GrpcServerOptions): Promise<number> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, boundPort) => {
      if (error === null) resolve(boundPort);
      else {
        reject(
          new RouterError({
            reason: 'LISTEN_FAILED',
            message: `cannot listen on ${address}: ${listenProblem(error.message)}`,
            metadata: { address },
            cause: error,
          }),
        );
      }
    });
  });
}

function listenProblem(message: string): string {
  if (message.includes('EADDRINUSE')) return 'the port is in use; stop the other program or choose another port';
  if (message.includes('EACCES')) return 'permission denied; choose a port above 1023';
  if (message.includes('EADDRNOTAVAIL') || message.includes('ENOTFOUND')) {
    return 'this machine has no such address; check listen.host';
  }
  return message;
}

interface ShutDownOptions {
  readonly longStreams: LongStreams;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

function shutDown(server: Server, { longStreams, timeoutMs, logger }: ShutDownOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      logger.warn({ timeoutMs }, 'calls still in flight after the drain timeout are cut');
      server.forceShutdown();
      resolve(false);
    }, timeoutMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve(true);
    });
    longStreams.end();
  });
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
