import { Metadata, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { AnswerSummary } from '../answer.js';
import type { AnswerOrigin, ChatEvent, ChatPipeline } from '../chat/chat-pipeline.js';
import {
  ChatRequest,
  RouterServiceService,
  StreamChatRequest,
  type ChatResponse,
  type StreamChatResponse,
} from '../gen/pointsman/router/v1/router.js';
import type { Decision as WireDecision } from '../gen/pointsman/router/v1/decision.js';
import { createTrace, type RoutingTrace } from '../trace.js';
import { toWireAccounting, toWireFinishReason, toWireParts } from './map-answer.js';
import { toWireCachedDecision, toWireDecision, toWireTrace, toWireVerdict } from './map-decision.js';
import type { PromptLimits } from './map-prompt.js';
import { mapRequest } from './map-request.js';
import { timingTrailers } from './server-timing.js';
import { serverStream } from './server-stream.js';
import { receive } from './strict-decode.js';
import { unary, type HandlerEnvironment } from './unary.js';

/** What the chat methods are made of. */
export interface ChatServiceOptions {
  readonly pipeline: ChatPipeline;
  readonly limits: PromptLimits;
  readonly environment: HandlerEnvironment;
}

/** Method definitions of Chat and StreamChat that check text and wire format while decoding. */
export const chatServiceDefinition = {
  chat: {
    ...RouterServiceService.chat,
    requestDeserialize: receive((reader) => ChatRequest.decode(reader)),
  },
  streamChat: {
    ...RouterServiceService.streamChat,
    requestDeserialize: receive((reader) => StreamChatRequest.decode(reader)),
  },
};

/** Handlers of Chat and StreamChat. */
export function createChatService(options: ChatServiceOptions): UntypedServiceImplementation {
  const { pipeline, limits, environment } = options;
  return {
    chat: unary<ChatRequest, ChatResponse>(environment, async (request, context) => {
      const trace = createTrace();
      const { origin, answer, baselineCostUsd } = await pipeline.chat(
        mapRequest(request, context.tenant, limits),
        trace,
        context,
      );
      context.setTrailers(timingTrailers(trace, context.startedAtMs));
      return {
        parts: toWireParts(answer.parts),
        finishReason: toWireFinishReason(answer.finishReason),
        decision: toWireOrigin(origin, trace),
        accounting: toWireAccounting(answer, baselineCostUsd, trace),
        ...(origin.cache === undefined ? {} : { cache: toWireVerdict(origin.cache) }),
        ...(request.includeTrace ? { trace: toWireTrace(trace) } : {}),
        warnings: answer.warnings,
      };
    }),
    streamChat: serverStream<StreamChatRequest, StreamChatResponse>(environment, async function* (request, context) {
      const trace = createTrace();
      const events = pipeline.stream(mapRequest(request, context.tenant, limits), trace, context);
      for await (const event of events) {
        if (event.kind === 'start') context.sendMetadata(originMetadata(event.origin));
        if (event.kind === 'end') context.setTrailers(timingTrailers(trace, context.startedAtMs));
        yield toWireEvent(event, trace, request.includeTrace);
      }
    }),
  };
}

/** The decision in the initial metadata, for clients that look there before the first message. */
function originMetadata(origin: AnswerOrigin): Metadata {
  const { decisionId, model, task } = origin.kind === 'decided' ? origin.decision : origin;
  const metadata = new Metadata();
  metadata.set('x-pointsman-decision-id', decisionId);
  metadata.set('x-pointsman-model', model);
  metadata.set('x-pointsman-task', task);
  return metadata;
}

function toWireOrigin(origin: AnswerOrigin, trace: RoutingTrace): WireDecision {
  return origin.kind === 'decided' ? toWireDecision(origin.decision, trace.tasks) : toWireCachedDecision(origin);
}

function toWireEvent(event: ChatEvent, trace: RoutingTrace, includeTrace: boolean): StreamChatResponse {
  switch (event.kind) {
    case 'start': {
      const { origin } = event;
      const cache = origin.cache === undefined ? {} : { cache: toWireVerdict(origin.cache) };
      return { event: { $case: 'start', value: { decision: toWireOrigin(origin, trace), ...cache } } };
    }
    case 'textDelta':
      return { event: { $case: 'textDelta', value: event.text } };
    case 'reasoningDelta':
      return { event: { $case: 'reasoningDelta', value: event.text } };
    case 'toolCallDelta': {
      const { id, name = '', argumentsDelta } = event;
      return { event: { $case: 'toolCallDelta', value: { id, name, argumentsDelta } } };
    }
    case 'end':
      return { event: { $case: 'end', value: toWireEnd(event, trace, includeTrace) } };
  }
}

function toWireEnd(
  end: AnswerSummary & { readonly baselineCostUsd: number },
  trace: RoutingTrace,
  includeTrace: boolean,
): Extract<NonNullable<StreamChatResponse['event']>, { $case: 'end' }>['value'] {
  return {
    finishReason: toWireFinishReason(end.finishReason),
    accounting: toWireAccounting(end, end.baselineCostUsd, trace),
    ...(includeTrace ? { trace: toWireTrace(trace) } : {}),
    warnings: end.warnings,
  };
}
