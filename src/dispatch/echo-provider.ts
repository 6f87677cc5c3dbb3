import { setTimeout as pause } from 'node:timers/promises';
import {
  APICallError,
  type LanguageModelV3,
  type LanguageModelV3CallOptions,
  type LanguageModelV3Content,
  type LanguageModelV3FunctionTool,
  type LanguageModelV3StreamPart,
  type LanguageModelV3Usage,
} from '@ai-sdk/provider';
import type { EchoProviderSettings } from '../config/provider-settings.js';

/** An answer of the echo provider that a test wrote beforehand. */
export interface EchoScript {
  readonly text?: string;
  readonly reasoning?: string;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** Fails the call instead. */
  readonly error?: Error;
}

const CHARACTERS_PER_TOKEN = 4;

/**
 * A language model that answers at once, always the same, without network, and says so: `[echo of MODEL] PROMPT`.
 * It keeps to a token limit, calls the tool that must be called, and writes the least JSON that fits a schema. Tokens
 * are counted as characters / 4.
 *
 * @param script decides single answers; undefined leaves the default.
 */
export function createEchoModel(
  modelId: string,
  settings: EchoProviderSettings,
  script?: (options: LanguageModelV3CallOptions) => EchoScript | undefined,
): LanguageModelV3 {
  async function answer(options: LanguageModelV3CallOptions): Promise<EchoAnswer> {
    options.abortSignal?.throwIfAborted();
    if (settings.delayMs > 0) {
      await pause(settings.delayMs, undefined, options.abortSignal ? { signal: options.abortSignal } : {});
    }
    const scripted = script?.(options);
    if (scripted?.error !== undefined) throw scripted.error;
    if (settings.isDown) throw downError(modelId);
    return writeAnswer(modelId, options, scripted);
  }

  return {
    specificationVersion: 'v3',
    provider: 'echo',
    modelId,
    supportedUrls: { '*/*': [/.*/u] },
    async doGenerate(options) {
      const { content, usage, isCut } = await answer(options);
      return { content, usage, finishReason: { unified: finishReason(content, isCut), raw: 'echo' }, warnings: [] };
    },
    async doStream(options) {
      const whole = await answer(options);
      return { stream: ReadableStream.from(streamParts(whole, settings.chunkDelayMs, options.abortSignal)) };
    },
  };
}

interface EchoAnswer {
  readonly content: LanguageModelV3Content[];
  readonly usage: LanguageModelV3Usage;
  readonly isCut: boolean;
}

function downError(modelId: string): APICallError {
  return new APICallError({
    message: 'the echo provider is set to fail',
    url: 'echo:',
    requestBodyValues: { modelId },
    statusCode: 503,
  });
}

function finishReason(content: readonly LanguageModelV3Content[], isCut: boolean): 'stop' | 'length' | 'tool-calls' {
  if (content.some((part) => part.type === 'tool-call')) return 'tool-calls';
  return isCut ? 'length' : 'stop';
}

function writeAnswer(modelId: string, options: LanguageModelV3CallOptions, scripted?: EchoScript): EchoAnswer {
  const content: LanguageModelV3Content[] = [];
  if (scripted?.reasoning !== undefined) content.push({ type: 'reasoning', text: scripted.reasoning });
  const tool = requiredTool(options);
  let isCut = false;
  if (tool !== undefined) {
    const input = JSON.stringify(leastValue(tool.inputSchema));
    content.push({ type: 'tool-call', toolCallId: 'echo-1', toolName: tool.name, input });
  } else {
    const text = scripted?.text ?? echoText(modelId, options);
    const limit = (options.maxOutputTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
    isCut = text.length > limit;
    content.push({ type: 'text', text: isCut ? text.slice(0, limit) : text });
  }
  const written = content.map((part) =>
    part.type === 'text' ? part.text : part.type === 'tool-call' ? part.input : '',
  );
  const promptTokens = scripted?.promptTokens ?? countTokens(JSON.stringify(options.prompt));
  const completionTokens = scripted?.completionTokens ?? countTokens(written.join(''));
  return { content, isCut, usage: usageOf(promptTokens, completionTokens) };
}

function echoText(modelId: string, options: LanguageModelV3CallOptions): string {
  if (options.responseFormat?.type === 'json') {
    const { schema } = options.responseFormat;
    return JSON.stringify(schema === undefined ? { echo: modelId } : leastValue(schema));
  }
  const lastUser = options.prompt.findLast((message) => message.role === 'user');
  const texts = lastUser?.content.map((part) => (part.type === 'text' ? part.text : `(${part.mediaType})`)) ?? [];
  return `[echo of ${modelId}] ${texts.join(' ')}`;
}

function requiredTool(options: LanguageModelV3CallOptions): LanguageModelV3FunctionTool | undefined {
  const { tools = [], toolChoice } = options;
  const isWanted = (name: string): boolean =>
    toolChoice?.type === 'required' || (toolChoice?.type === 'tool' && toolChoice.toolName === name);
  const answered = options.prompt.at(-1)?.role === 'tool';
  return answered
    ? undefined
    : (tools.find((tool) => tool.type === 'function' && isWanted(tool.name)) as
        LanguageModelV3FunctionTool | undefined);
}

/** The least value that fits the commonest parts of JSON Schema: types, enum, const, required properties. */
function leastValue(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return null;
  const { type, properties, required, enum: options, const: constant } = schema as Record<string, unknown>;
  if (constant !== undefined) return constant;
  if (Array.isArray(options)) return options[0] as unknown;
  switch (Array.isArray(type) ? (type[0] as unknown) : type) {
    case 'string':
      return 'echo';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'null':
      return null;
    default: {
      const known = (properties ?? {}) as Record<string, unknown>;
      const names = Array.isArray(required) ? (required as string[]) : [];
      return Object.fromEntries(names.map((name) => [name, leastValue(known[name])]));
    }
  }
}

function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

function usageOf(promptTokens: number, completionTokens: number): LanguageModelV3Usage {
  return {
    inputTokens: { total: promptTokens, noCache: promptTokens, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: completionTokens, text: completionTokens, reasoning: 0 },
  };
}

async function* streamParts(
  answer: EchoAnswer,
  chunkDelayMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<LanguageModelV3StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  for (const part of answer.content) {
    if (part.type === 'tool-call') yield part;
    if (part.type !== 'text' && part.type !== 'reasoning') continue;
    for (const delta of part.text.match(/\S+\s*|\s+/gu) ?? []) {
      if (chunkDelayMs > 0) await pause(chunkDelayMs, undefined, signal ? { signal } : {});
      yield part.type === 'text' ? { type: 'text-delta', id: '1', delta } : { type: 'reasoning-delta', id: '0', delta };
    }
  }
  yield {
    type: 'finish',
    usage: answer.usage,
    finishReason: { unified: finishReason(answer.content, answer.isCut), raw: 'echo' },
  };
}
