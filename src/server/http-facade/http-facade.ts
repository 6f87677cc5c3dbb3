import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SnapshotSource } from '../../bundle/snapshot.js';
import type { ChatPipeline } from '../../chat/chat-pipeline.js';
import { RouterError } from '../../errors.js';
import type { PromptLimits } from '../map-prompt.js';
import { logFailure, type HandlerEnvironment } from '../unary.js';
import { AUTO_MODEL, chatCompletions, type HttpExchange } from './chat-completions.js';
import { openHttpCall } from './http-call.js';
import { toOpenAiError } from './openai-error.js';

/** What {@link startHttpFacade} needs. */
export interface HttpFacadeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly pipeline: ChatPipeline;
  readonly snapshots: SnapshotSource & { readonly loadedAt: Date };
  readonly limits: PromptLimits & { readonly maxReceiveBytes: number };
  readonly environment: HandlerEnvironment;
  /** Time without data on a stream after which a comment is sent. Default 15,000. */
  readonly heartbeatMs?: number;
}

/** A running facade. */
export interface HttpFacade {
  readonly port: number;
  /** Takes no new connections and waits for the calls in flight; those that outlast the limit are cut. */
  drain(timeoutMs: number): Promise<void>;
}

const DEFAULT_HEARTBEAT_MS = 15_000;

/**
 * Starts the OpenAI-compatible HTTP server: `POST /v1/chat/completions` with and without `stream`, `GET /v1/models`,
 * `GET /v1/models/ID`, `GET /healthz`. The model `auto` leaves the choice to the router; any other name is a model of
 * the catalogue. It has no authentication of its own.
 *
 * @throws RouterError LISTEN_FAILED
 */
export async function startHttpFacade(options: HttpFacadeOptions): Promise<HttpFacade> {
  const server = createServer((request, response) => void serve(options, request, response));
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    drain: (timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listen(server: Server, { host, port }: HttpFacadeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `cannot listen on ${host}:${port} for HTTP; choose another port`;
      reject(new RouterError({ reason: 'LISTEN_FAILED', message, metadata: { host, port: String(port) }, cause }));
    });
    server.listen({ host, port }, resolve);
  });
}

async function serve(options: HttpFacadeOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { environment } = options;
  const open = openHttpCall(request, response, environment);
  const exchange = { request, response, context: open.context };
  try {
    environment.gate.enter();
    try {
      await route(options, exchange);
    } finally {
      environment.gate.leave();
    }
  } catch (error) {
    const known = RouterError.from(error);
    logFailure(environment.logger, known, open.context.requestId);
    sendError(exchange, known);
  } finally {
    open.close();
  }
}

async function route(options: HttpFacadeOptions, exchange: HttpExchange): Promise<void> {
  const { request, response } = exchange;
  const path = (request.url ?? '/').replace(/[?#].*/u, '').replace(/(?<!\/)\/+$/u, '');
  const resource = `${request.method ?? ''} ${path}`;
  if (resource === 'POST /v1/chat/completions') {
    const heartbeatMs = options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS;
    await chatCompletions({ ...options, heartbeatMs }, exchange);
  } else if (resource === 'GET /v1/models') {
    sendJson(response, { object: 'list', data: listModels(options) });
  } else if (resource.startsWith('GET /v1/models/')) {
    sendJson(response, findModel(options, decodeURIComponent(path.slice('/v1/models/'.length))));
  } else if (resource === 'GET /healthz') {
    sendJson(response, { status: 'ok' });
  } else {
    const known = 'POST /v1/chat/completions, GET /v1/models, GET /v1/models/ID, GET /healthz';
    throw new RouterError({
      reason: 'RESOURCE_NOT_FOUND',
      message: `there is no ${resource}; known: ${known}`,
    });
  }
}

interface OpenAiModel {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

function listModels({ snapshots }: HttpFacadeOptions): readonly OpenAiModel[] {
  const created = Math.floor(snapshots.loadedAt.getTime() / 1000);
  const entry = (id: string, owner: string): OpenAiModel => ({ id, object: 'model', created, owned_by: owner });
  const models = snapshots.current().bundle.models.filter((model) => model.isEnabled);
  return [entry(AUTO_MODEL, 'pointsman'), ...models.map((model) => entry(model.id, model.vendor))];
}

function findModel(options: HttpFacadeOptions, id: string): OpenAiModel {
  const found = listModels(options).find((model) => model.id === id);
  if (found !== undefined) return found;
  throw new RouterError({
    reason: 'UNKNOWN_MODEL',
    message: `model ${JSON.stringify(id)} is not in the catalogue; GET /v1/models lists it`,
    metadata: { model: id },
    fieldViolations: [{ field: 'model', description: 'not in the catalogue' }],
  });
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Tells an error by its status, where nothing has been sent yet. */
function sendError({ request, response, context }: HttpExchange, error: RouterError): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = toOpenAiError(error);
  // What the client still sends of a refused request is not read, so the connection cannot be used again.
  const isUnread = !request.complete;
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-request-id': context.requestId,
    ...(isUnread ? { connection: 'close' } : {}),
    ...headers,
  });
  response.end(JSON.stringify(body));
}
