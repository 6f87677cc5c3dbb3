import type { Logger } from 'pino';
import type { AnswerEvent, AnswerSummary, ChatAnswer, FinishReason, Usage } from '../answer.js';
import { ECHO_PROVIDER, type ProviderSettings } from '../config/provider-settings.js';
import { throwIfAborted } from '../errors.js';
import type { Part } from '../request.js';
import type { DeploymentHealth } from '../routing/gates.js';
import type { MonotonicClock, RoutingTrace } from '../trace.js';
import { openStream, requestAnswer, type OpenStream } from './attempt.js';
import { createDeploymentPool } from './deployment-pool.js';
import { brokenStream } from './dispatch-error.js';
import type { DispatchPlan } from './dispatch-plan.js';
import { AttemptError } from './error-class.js';
import { createFailover, type Attempted } from './failover.js';
import type { MappedEnd, MappedResult } from './from-language-model.js';
import { createProvider } from './provider-factory.js';
import type { Provider } from './provider.js';
import { costOfUsage, estimateUsage } from './usage.js';

/** What {@link createDispatcher} needs. */
export interface DispatcherOptions {
  /** By the names that deployments use. */
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  /** What becomes of deployments whose provider is not configured: answered by an echo, or left out. Default `leaveOut`. */
  readonly unconfigured?: 'echo' | 'leaveOut';
  readonly clock: MonotonicClock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** How a deployment does. */
export interface DeploymentStatus {
  readonly model: string;
  readonly deployment: string;
  readonly isHealthy: boolean;
  readonly inFlight: number;
}

/** Gets answers from models: the only part of the service that talks to providers. */
export interface Dispatcher {
  /**
   * A whole answer. Each attempt is added to the trace, also when the call fails.
   *
   * @throws RouterError ALL_DEPLOYMENTS_FAILED, UPSTREAM_*, or the signal's reason
   */
  chat(plan: DispatchPlan, trace: RoutingTrace, signal: AbortSignal): Promise<ChatAnswer>;
  /**
   * The pieces of an answer as they come, then one `end`. Pulls from the provider only as fast as it is pulled. Leaving
   * the iteration, or the signal, closes the connection to the provider at once.
   *
   * @throws RouterError as `chat` does before the first piece; STREAM_INTERRUPTED, STREAM_IDLE after it
   */
  stream(plan: DispatchPlan, trace: RoutingTrace, signal: AbortSignal): AsyncGenerator<AnswerEvent, void, undefined>;
  /** For the gate "no healthy deployment". */
  readonly health: DeploymentHealth;
  status(): readonly DeploymentStatus[];
  close(): Promise<void>;
}

/** Creates the dispatcher, with a connection pool for each provider. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { clock } = options;
  const providers = new Map<string, Provider>();
  for (const [name, settings] of Object.entries(options.providers)) providers.set(name, createProvider(name, settings));
  const echo = options.unconfigured === 'echo' ? createProvider('echo', ECHO_PROVIDER) : undefined;
  const pool = createDeploymentPool();
  const failover = createFailover({ pool, clock, providerOf: (name) => providers.get(name) ?? echo });

  async function chat(plan: DispatchPlan, trace: RoutingTrace, signal: AbortSignal): Promise<ChatAnswer> {
    const answered = await failover.run<MappedResult>({
      plan,
      signal,
      isStream: false,
      attempt: (target, attemptSignal) => requestAnswer(target, plan.request.prompt, attemptSignal),
      onFailure: (attempt) => trace.attempts.push(attempt),
    });
    const { result, lease } = answered;
    lease.release();
    const usage = result.usage ?? estimateUsage(plan.promptTokens, textsOf(result.parts));
    const summary = settle({
      plan,
      trace,
      answered,
      usage,
      finishReason: result.finishReason,
      warnings: result.warnings,
    });
    return { parts: result.parts, ...summary };
  }

  async function* stream(
    plan: DispatchPlan,
    trace: RoutingTrace,
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    const answered = await failover.run<OpenStream>({
      plan,
      signal,
      isStream: true,
      attempt: (target, attemptSignal) => openStream(target, plan.request.prompt, attemptSignal),
      onFailure: (attempt) => trace.attempts.push(attempt),
    });
    const { result: open, lease, target } = answered;
    const texts = { text: '', reasoning: '' };
    let end: MappedEnd | undefined = open.end;
    const state = { isSettled: false };
    const finish = (finishReason: FinishReason, failure?: AttemptError): AnswerSummary => {
      state.isSettled = true;
      const usage = end?.usage ?? estimateUsage(plan.promptTokens, texts);
      return settle({
        plan,
        trace,
        answered,
        usage,
        finishReason,
        warnings: open.warnings,
        ...(failure ? { failure } : {}),
      });
    };
    try {
      for (const event of open.head) {
        note(texts, event);
        yield event;
      }
      while (end === undefined) {
        const step = await open.rest.next();
        if (step.done === true) end = step.value;
        else {
          note(texts, step.value);
          yield step.value;
        }
      }
      yield { kind: 'end', ...finish(end.finishReason) };
    } catch (error) {
      if (!(error instanceof AttemptError)) throw error;
      const { failure } = error;
      lease.fail(failure);
      finish('error', error);
      throwIfAborted(signal);
      throw brokenStream({ model: target.model.id, deployment: target.deployment.id, failure });
    } finally {
      await open.rest.return({ finishReason: 'other', isComplete: false });
      lease.release();
      if (!state.isSettled) {
        finish('other', new AttemptError({ errorClass: 'cancelled', message: 'the caller stopped reading' }));
      }
    }
  }

  interface Settlement {
    readonly plan: DispatchPlan;
    readonly trace: RoutingTrace;
    readonly answered: Attempted<unknown>;
    readonly usage: Usage;
    readonly finishReason: FinishReason;
    readonly warnings: readonly string[];
    readonly failure?: AttemptError;
  }

  function settle(settlement: Settlement): AnswerSummary {
    const { plan, trace, answered, usage, finishReason, warnings, failure } = settlement;
    const { model, deployment } = answered.target;
    trace.attempts.push({
      model: model.id,
      deployment: deployment.id,
      result: failure?.failure.errorClass ?? 'ok',
      durationMs: clock() - answered.startedAtMs,
      costUsd: costOfUsage(model.price, usage),
      usage,
      message: failure?.failure.message ?? '',
      isHedge: false,
    });
    return {
      finishReason,
      usage,
      costUsd: trace.attempts.reduce((sum, attempt) => sum + attempt.costUsd, 0),
      model: model.id,
      deployment: deployment.id,
      isFallback: model.id !== plan.candidates[0]?.model.id,
      warnings,
    };
  }

  return {
    chat,
    stream,
    health: { isHealthy: (modelId, deploymentId) => pool.isHealthy(modelId, deploymentId), version: 0 },
    status: () => [],
    async close() {
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}

function note(texts: { text: string; reasoning: string }, event: AnswerEvent): void {
  if (event.kind === 'textDelta') texts.text += event.text;
  else if (event.kind === 'reasoningDelta') texts.reasoning += event.text;
  else if (event.kind === 'toolCallDelta') texts.text += event.argumentsDelta;
}

function textsOf(parts: readonly Part[]): { text: string; reasoning: string } {
  const texts = { text: '', reasoning: '' };
  for (const part of parts) {
    if (part.kind === 'text') texts.text += part.text;
    else if (part.kind === 'reasoning') texts.reasoning += part.text;
    else if (part.kind === 'toolCall') texts.text += part.argumentsJson;
  }
  return texts;
}
