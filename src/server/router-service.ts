import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import {
  RouterServiceService,
  ExplainSelectionRequest,
  RecordOutcomeRequest,
  SelectModelRequest,
  type ExplainSelectionResponse,
  type RecordOutcomeResponse,
  type SelectModelResponse,
} from '../gen/pointsman/router/v1/router.js';
import type { OutcomeJournal } from '../outcomes/outcome-journal.js';
import type { RouteRequest } from '../request.js';
import type { Decision } from '../routing/decision.js';
import { createTrace, type RoutingTrace } from '../trace.js';
import { toWireDecision, toWireTrace } from './map-decision.js';
import { mapRequest } from './map-request.js';
import type { PromptLimits } from './map-prompt.js';
import { recordOutcome } from './record-outcome.js';
import { timingTrailers } from './server-timing.js';
import { receive } from './strict-decode.js';
import { unary, type HandlerEnvironment } from './unary.js';

/** Decides which model should answer. */
export interface ModelSelector {
  select(request: RouteRequest, trace: RoutingTrace, signal: AbortSignal): Promise<Decision>;
}

/** What RouterService is made of. */
export interface RouterServiceOptions {
  readonly selector: ModelSelector;
  readonly limits: PromptLimits;
  readonly environment: HandlerEnvironment;
  /** Absent: outcomes are refused. */
  readonly journal?: OutcomeJournal;
  /** Masked prompt of a recent decision, where the operator opted in. */
  readonly promptOf?: (decisionId: string) => string | undefined;
}

/** Method definitions of RouterService that check text and wire format while decoding. */
export const routerServiceDefinition = {
  selectModel: {
    ...RouterServiceService.selectModel,
    requestDeserialize: receive((reader) => SelectModelRequest.decode(reader)),
  },
  explainSelection: {
    ...RouterServiceService.explainSelection,
    requestDeserialize: receive((reader) => ExplainSelectionRequest.decode(reader)),
  },
  recordOutcome: {
    ...RouterServiceService.recordOutcome,
    requestDeserialize: receive((reader) => RecordOutcomeRequest.decode(reader)),
  },
};

/** Handlers of RouterService. */
export function createRouterService(options: RouterServiceOptions): UntypedServiceImplementation {
  const { selector, limits, environment, journal, promptOf = () => undefined } = options;
  return {
    selectModel: unary<SelectModelRequest, SelectModelResponse>(environment, async (request, context) => {
      const trace = createTrace({ isWhole: false });
      const decision = await selector.select(mapRequest(request, context.tenant, limits), trace, context.signal);
      context.setTrailers(timingTrailers(trace, context.startedAtMs));
      return { decision: toWireDecision(decision, trace.tasks) };
    }),
    explainSelection: unary<ExplainSelectionRequest, ExplainSelectionResponse>(
      environment,
      async (request, context) => {
        const trace = createTrace();
        const decision = await selector.select(mapRequest(request, context.tenant, limits), trace, context.signal);
        context.setTrailers(timingTrailers(trace, context.startedAtMs));
        return { decision: toWireDecision(decision, trace.tasks), trace: toWireTrace(trace) };
      },
    ),
    recordOutcome: unary<RecordOutcomeRequest, RecordOutcomeResponse>(environment, (request) =>
      recordOutcome(request, journal, promptOf),
    ),
  };
}
