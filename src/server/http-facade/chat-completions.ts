import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatPipeline } from '../../chat/chat-pipeline.js';
import { RouterError } from '../../errors.js';
import type { RouteRequest } from '../../request.js';
import { createTrace } from '../../trace.js';
import type { CallContext } from '../call-context.js';
import type { PromptLimits } from '../map-prompt.js';
import { mapRequest } from '../map-request.js';
import { answerHeaders, originHeaders } from './decision-headers.js';
import { createEventStream } from './event-stream.js';
import { headerText, listHeader, readJsonBody } from './http-call.js';
import { createChunkWriter, toCompletion } from './openai-answer.js';
import { toOpenAiError } from './openai-error.js';
import { parseOpenAiRequest, toWirePrompt, type OpenAiRequest } from './openai-request.js';

/** What the handler is made of. */
export interface ChatCompletionsOptions {
  readonly pipeline: ChatPipeline;
  readonly limits: PromptLimits & { readonly maxReceiveBytes: number };
  readonly heartbeatMs: number;
}

/** One call of `POST /v1/chat/completions`. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: CallContext;
}

/** The name under which clients leave the choice to the router. */
export const AUTO_MODEL = 'auto';

/**
 * Answers one call. Errors before the first byte are thrown; those after it end the stream with an error event, as
 * OpenAI does.
 */
export async function chatCompletions(options: ChatCompletionsOptions, exchange: HttpExchange): Promise<void> {
  const { request, context } = exchange;
  const body = parseOpenAiRequest(await readJsonBody(request, options.limits.maxReceiveBytes));
  const routed = toRouteRequest(body, exchange, options.limits);
  const head = { id: `chatcmpl-${context.requestId}`, created: Math.floor(Date.now() / 1000) };
  if (body.stream === true) await streamAnswer(options, exchange, { body, routed, head });
  else await wholeAnswer(options, exchange, { routed, head });
}

interface Ask {
  readonly routed: RouteRequest;
  readonly head: { readonly id: string; readonly created: number };
}

async function wholeAnswer(
  { pipeline }: ChatCompletionsOptions,
  { response, context }: HttpExchange,
  { routed, head }: Ask,
): Promise<void> {
  const trace = createTrace();
  const { answer, origin } = await pipeline.chat(routed, trace, context);
  const headers = {
    ...originHeaders(origin),
    ...answerHeaders(answer, trace, context.startedAtMs),
    'x-request-id': context.requestId,
  };
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(toCompletion(head, answer)));
}

async function streamAnswer(
  { pipeline, heartbeatMs }: ChatCompletionsOptions,
  { response, context }: HttpExchange,
  { body, routed, head }: Ask & { readonly body: OpenAiRequest },
): Promise<void> {
  const { signal, requestId } = context;
  let headers: Record<string, string> = { 'x-request-id': requestId };
  const stream = createEventStream({ response, signal, headers: () => headers, heartbeatMs });
  let writer = createChunkWriter(head, body.model, false);
  try {
    for await (const event of pipeline.stream(routed, createTrace(), context)) {
      if (signal.aborted) throw RouterError.from(signal.reason);
      if (event.kind === 'start') {
        headers = { ...headers, ...originHeaders(event.origin) };
        const model = event.origin.kind === 'decided' ? event.origin.decision.model : event.origin.model;
        writer = createChunkWriter(head, model, body.stream_options?.include_usage === true);
        continue;
      }
      for (const chunk of writer.chunksOf(event)) await stream.send(chunk);
    }
    await stream.send('[DONE]');
  } catch (error) {
    if (!stream.isOpen) throw error;
    await stream.send(toOpenAiError(RouterError.from(error)).body).catch(() => undefined);
    throw error;
  } finally {
    stream.end();
  }
}

/** Limits that OpenAI's body has no place for come as headers. */
function toRouteRequest(body: OpenAiRequest, { request, context }: HttpExchange, limits: PromptLimits): RouteRequest {
  const maxCostUsd = numberHeader(request, 'x-pointsman-max-cost-usd');
  const qualityPreference = numberHeader(request, 'x-pointsman-quality-preference');
  const directives = new Set(listHeader(request, 'cache-control'));
  const constraints = {
    allowedModels: body.model === AUTO_MODEL ? [] : [body.model],
    deniedModels: [],
    regions: listHeader(request, 'x-pointsman-regions'),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(qualityPreference === undefined ? {} : { qualityPreference }),
    cache: { noCache: directives.has('no-cache'), noStore: directives.has('no-store'), exactOnly: false },
  };
  const sessionId = headerText(request, 'x-pointsman-session-id') ?? '';
  return mapRequest({ prompt: toWirePrompt(body), constraints, sessionId }, context.tenant, limits);
}

function numberHeader(request: IncomingMessage, name: string): number | undefined {
  const text = headerText(request, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  const description = `expected a number, got ${JSON.stringify(text)}`;
  throw new RouterError({
    reason: 'CONSTRAINT_INVALID',
    message: `${name}: ${description}`,
    metadata: { field: name },
    fieldViolations: [{ field: name, description }],
  });
}
