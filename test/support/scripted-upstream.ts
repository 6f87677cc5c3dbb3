import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { anthropicWire } from './wire/anthropic.js';
import { bedrockWire } from './wire/bedrock.js';
import { cohereWire } from './wire/cohere.js';
import { googleWire } from './wire/google.js';
import { mistralWire, openAiChatWire } from './wire/openai-chat.js';
import { openAiResponsesWire } from './wire/openai-responses.js';
import type { Wire, WireAnswer, WireUsage } from './wire/wire.js';

/** A request as the upstream received it. */
export interface UpstreamRequest {
  readonly wire: string;
  readonly path: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  /** Counts from 0. */
  readonly index: number;
}

/** What goes wrong. */
export type UpstreamFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A good status with a body cut in the middle. */
  | { readonly kind: 'malformed' }
  /** A good status with a page of HTML. */
  | { readonly kind: 'wrongContentType' }
  /** The socket is closed at once. */
  | { readonly kind: 'reset' }
  /** Nothing ever comes. */
  | { readonly kind: 'hang' }
  /** The socket is closed after so many pieces of content; 0 means before the first. */
  | { readonly kind: 'cut'; readonly afterPieces: number }
  /** The body ends in good order after so many pieces of content, without its closing pieces. */
  | { readonly kind: 'unfinished'; readonly afterPieces: number }
  /** Nothing comes any more after so many pieces of content. */
  | { readonly kind: 'stall'; readonly afterPieces: number }
  /** Content for ever, a piece every `everyMs`. */
  | { readonly kind: 'endless'; readonly everyMs: number };

/** How the upstream answers one request. */
export interface UpstreamScript {
  /** Default: one text, "Hello from MODEL". */
  readonly texts?: readonly string[];
  readonly reasoning?: string;
  readonly toolCalls?: WireAnswer['toolCalls'];
  readonly finish?: WireAnswer['finish'];
  /** null: none is reported. Default: 10 prompt tokens, 5 completion tokens. */
  readonly usage?: Partial<WireUsage> | null;
  /** Before anything is sent. */
  readonly delayMs?: number;
  /** Between headers and the first piece of a stream. */
  readonly firstPieceDelayMs?: number;
  /** Between pieces of a stream. */
  readonly pieceDelayMs?: number;
  readonly fault?: UpstreamFault;
}

/** A running upstream. */
export interface ScriptedUpstream {
  readonly port: number;
  /** Without a path. */
  readonly url: string;
  /** Every request so far, unless `keepsRequests` is off. */
  readonly requests: readonly UpstreamRequest[];
  readonly requestCount: number;
  /** Requests being answered now. */
  readonly activeCount: number;
  /** Open sockets. */
  readonly socketCount: number;
  /** Requests whose client went away before the end. */
  readonly abortedCount: number;
  /** Sum over the answers that were sent whole. */
  readonly billed: Readonly<WireUsage>;
  script: (request: UpstreamRequest) => UpstreamScript;
  /** Stops listening and cuts every connection. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
}

const WIRES: readonly Wire[] = [
  mistralWire,
  openAiChatWire,
  openAiResponsesWire,
  anthropicWire,
  googleWire,
  bedrockWire,
  cohereWire,
];

const DEFAULT_USAGE: WireUsage = { promptTokens: 10, cachedTokens: 0, completionTokens: 5, reasoningTokens: 0 };

/** Starts an upstream that speaks every vendor's wire format, told apart by path, on a free port of the loopback. */
export async function startScriptedUpstream(
  options: { readonly script?: ScriptedUpstream['script']; readonly keepsRequests?: boolean } = {},
): Promise<ScriptedUpstream> {
  const keepsRequests = options.keepsRequests ?? true;
  const requests: UpstreamRequest[] = [];
  const sockets = new Set<Socket>();
  const counts = { requests: 0, active: 0, aborted: 0 };
  const billed = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 };
  let server: Server;
  let port = 0;

  const upstream: ScriptedUpstream = {
    get port() {
      return port;
    },
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    requests,
    get requestCount() {
      return counts.requests;
    },
    get activeCount() {
      return counts.active;
    },
    get socketCount() {
      return sockets.size;
    },
    get abortedCount() {
      return counts.aborted;
    },
    billed,
    script: options.script ?? (() => ({})),
    start: () => listen(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    counts.active++;
    let isGone = false;
    response.on('close', () => {
      counts.active--;
      isGone = !response.writableFinished;
      if (isGone) counts.aborted++;
    });
    const received = await readRequest(request, counts.requests++);
    if (keepsRequests) requests.push(received.seen);
    const script = upstream.script(received.seen);
    const answer = answerOf(received.seen, script);
    if (script.delayMs !== undefined) await pause(script.delayMs);
    const isWhole = await send({ response, script, answer, ...received, isGone: () => isGone });
    if (!isWhole || answer.usage === undefined) return;
    for (const key of Object.keys(billed) as (keyof WireUsage)[]) billed[key] += answer.usage[key];
  }

  async function listen(): Promise<void> {
    server = createServer((request, response) => {
      serve(request, response).catch(() => response.destroy());
    });
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // Deep enough for a thousand clients that connect in the same moment.
      server.listen({ port, host: '127.0.0.1', backlog: 4096 }, resolve);
    });
    port = (server.address() as AddressInfo).port;
  }

  await listen();
  return upstream;
}

async function readRequest(
  request: IncomingMessage,
  index: number,
): Promise<{ readonly seen: UpstreamRequest; readonly wire: Wire }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>;
  const path = (request.url ?? '').replace(/\?.*/u, '');
  const wire = WIRES.find((candidate) => candidate.matches(path));
  if (wire === undefined) throw new Error(`no wire format for ${path}`);
  const model = wire.model(path, body);
  const isStream = wire.isStream(path, body);
  return { wire, seen: { wire: wire.name, path, model, isStream, headers: request.headers, body, index } };
}

function answerOf(request: UpstreamRequest, script: UpstreamScript): WireAnswer {
  const toolCalls = script.toolCalls ?? [];
  return {
    model: request.model,
    texts: script.texts ?? (toolCalls.length > 0 ? [] : [`Hello from ${request.model}`]),
    reasoning: script.reasoning ?? '',
    toolCalls,
    finish: script.finish ?? (toolCalls.length > 0 ? 'toolCalls' : 'stop'),
    ...(script.usage === null ? {} : { usage: { ...DEFAULT_USAGE, ...script.usage } }),
  };
}

interface Sending {
  readonly response: ServerResponse;
  readonly script: UpstreamScript;
  readonly answer: WireAnswer;
  readonly seen: UpstreamRequest;
  readonly wire: Wire;
  readonly isGone: () => boolean;
}

/** Sends the answer or its fault; says whether the answer went out whole. */
async function send(sending: Sending): Promise<boolean> {
  const { response, script, answer, seen, wire } = sending;
  const { fault } = script;
  const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  switch (fault?.kind) {
    case 'status':
      json(fault.status, wire.error(fault.status, fault.message ?? 'scripted failure', fault.code), fault.headers);
      return false;
    case 'malformed': {
      const whole = JSON.stringify(wire.json(answer));
      response.writeHead(200, { 'content-type': 'application/json' }).end(whole.slice(0, whole.length / 2));
      return false;
    }
    case 'wrongContentType':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>');
      return false;
    case 'reset':
      response.socket?.destroy();
      return false;
    case 'hang':
      return false;
    case 'cut':
    case 'unfinished':
    case 'stall':
    case 'endless':
    case undefined:
      if (seen.isStream) return await sendStream(sending);
      if (fault !== undefined) {
        response.socket?.destroy();
        return false;
      }
      json(200, wire.json(answer));
      return true;
  }
}

async function sendStream({ response, script, answer, wire, isGone }: Sending): Promise<boolean> {
  const { fault } = script;
  const { open, content, close } = wire.stream(answer);
  response.writeHead(200, { 'content-type': wire.streamContentType });
  response.flushHeaders();
  if (script.firstPieceDelayMs !== undefined) await pause(script.firstPieceDelayMs);
  for (const piece of open) response.write(piece);
  const limit = fault !== undefined && 'afterPieces' in fault ? fault.afterPieces : Infinity;
  let sent = 0;
  for (;;) {
    const piece = fault?.kind === 'endless' ? content[sent % content.length] : content[sent];
    if (isGone()) return false;
    if (piece === undefined || sent >= limit) break;
    const waitMs = fault?.kind === 'endless' ? fault.everyMs : script.pieceDelayMs;
    if (sent > 0 && waitMs !== undefined) await pause(waitMs);
    response.write(piece);
    sent++;
  }
  if (fault?.kind === 'cut') {
    // Lets what was written reach the other side first.
    await new Promise((resolve) => setImmediate(resolve));
    response.socket?.destroy();
    return false;
  }
  if (fault?.kind === 'stall') return false;
  if (fault?.kind === 'unfinished') {
    response.end();
    return false;
  }
  for (const piece of close) response.write(piece);
  response.end();
  return true;
}
