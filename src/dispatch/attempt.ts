import type { LanguageModelV3CallOptions, LanguageModelV3StreamPart, SharedV3ProviderOptions } from '@ai-sdk/provider';
import type { AnswerEvent } from '../answer.js';
import type { Deployment, Model } from '../bundle/bundle.js';
import type { Prompt } from '../request.js';
import { openScope, type AttemptScope } from './attempt-scope.js';
import { checkAddresses } from './check-addresses.js';
import { AttemptError, classifyStreamError } from './error-class.js';
import {
  createStreamReader,
  fromGenerateResult,
  type MappedEnd,
  type MappedResult,
  type MappedStreamPart,
} from './from-language-model.js';
import type { Provider } from './provider.js';
import { toCallOptions } from './to-language-model.js';

/** Where an attempt goes. */
export interface Target {
  readonly model: Model;
  readonly deployment: Deployment;
  readonly provider: Provider;
}

/** A stream that has brought its first piece, or has ended without any. */
export interface OpenStream {
  /** Pieces that came so far. */
  readonly head: readonly ContentEvent[];
  /** The rest, then the end. Throws AttemptError. Returning early closes the connection. */
  readonly rest: AsyncGenerator<ContentEvent, MappedEnd, undefined>;
  readonly warnings: string[];
  /** Set when the stream ended within its head. */
  readonly end?: MappedEnd;
}

/** A piece of content. */
export type ContentEvent = Exclude<AnswerEvent, { kind: 'end' }>;

/**
 * Asks a deployment for a whole answer. Aborts after `limitMs`, the provider's request timeout by default.
 *
 * @throws AttemptError
 */
export async function requestAnswer(
  target: Target,
  prompt: Prompt,
  signal: AbortSignal,
  limitMs = target.provider.timeouts.requestMs,
): Promise<MappedResult> {
  const scope = openScope(signal);
  scope.limit(limitMs, 'no answer');
  try {
    const options = callOptions(target, prompt, scope.signal);
    const result = await target.provider.model(target.deployment.model).doGenerate(options);
    return fromGenerateResult(result);
  } catch (error) {
    throw scope.explain(error);
  } finally {
    scope.close();
  }
}

/**
 * Opens a stream and waits for its first piece: until then the caller may still go elsewhere. Time limits hold to the
 * first event and between events, and only while somebody waits for one. @throws AttemptError
 */
export async function openStream(target: Target, prompt: Prompt, signal: AbortSignal): Promise<OpenStream> {
  const scope = openScope(signal);
  const { provider, deployment } = target;
  const { firstEventMs, idleMs } = provider.timeouts;
  scope.limit(firstEventMs, 'no first piece');
  try {
    const options = callOptions(target, prompt, scope.signal);
    const { stream } = await provider.model(deployment.model).doStream(options);
    const parts = readParts(stream);
    const warnings: string[] = [];
    const rest = readContent({ parts, warnings, scope, idleMs });
    const first = await rest.next();
    if (first.done === true) return { head: [], rest, warnings, end: first.value };
    return { head: [first.value], rest, warnings };
  } catch (error) {
    scope.close();
    throw scope.explain(error);
  }
}

interface ContentSource {
  readonly parts: AsyncGenerator<MappedStreamPart, undefined, undefined>;
  readonly warnings: string[];
  readonly scope: AttemptScope;
  readonly idleMs: number;
}

async function* readContent(source: ContentSource): AsyncGenerator<ContentEvent, MappedEnd, undefined> {
  const { parts, warnings, scope, idleMs } = source;
  try {
    for (;;) {
      const step = await parts.next();
      if (step.done === true) throw cutShort();
      const part = step.value;
      switch (part.kind) {
        case 'warnings':
          warnings.push(...part.warnings);
          break;
        case 'error':
          throw new AttemptError(classifyStreamError(part.error, Date.now()));
        case 'end':
          if (!part.end.isComplete) throw cutShort();
          return part.end;
        case 'event':
          scope.unlimit();
          yield part.event;
          scope.limit(idleMs, 'no next piece');
          break;
      }
    }
  } catch (error) {
    throw scope.explain(error);
  } finally {
    scope.abort();
    scope.close();
  }
}

async function* readParts(
  stream: ReadableStream<LanguageModelV3StreamPart>,
): AsyncGenerator<MappedStreamPart, undefined, undefined> {
  const read = createStreamReader();
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const mapped = read(value);
      if (mapped !== undefined) yield mapped;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function cutShort(): AttemptError {
  return new AttemptError({ errorClass: 'retryable', message: 'the stream ended before the answer was complete' });
}

function callOptions(target: Target, prompt: Prompt, signal: AbortSignal): LanguageModelV3CallOptions {
  const { provider, model, deployment } = target;
  const mapped = toCallOptions(prompt);
  checkAddresses(mapped, provider.model(deployment.model).supportedUrls);
  const effort = model.isReasoning ? prompt.reasoningEffort : undefined;
  if (effort === undefined) return { ...mapped, abortSignal: signal, providerOptions: provider.baseOptions };
  const { maxOutputTokens } = mapped;
  const limit = maxOutputTokens === undefined ? {} : { maxOutputTokens };
  const { providerOptions, ...rest } = provider.reasoningOptions({ effort, upstreamModel: deployment.model, ...limit });
  return { ...mapped, ...rest, abortSignal: signal, providerOptions: merge(provider.baseOptions, providerOptions) };
}

function merge(base: SharedV3ProviderOptions, more: SharedV3ProviderOptions): SharedV3ProviderOptions {
  const merged = { ...base };
  for (const [vendor, options] of Object.entries(more)) merged[vendor] = { ...base[vendor], ...options };
  return merged;
}
