import type {
  LanguageModelV3CallOptions,
  LanguageModelV3FilePart,
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
  LanguageModelV3ToolChoice,
  LanguageModelV3ToolResultPart,
} from '@ai-sdk/provider';
import type { MediaSource, Message, Part, Prompt, ResponseFormat, Tool, ToolChoice } from '../request.js';
import { AttemptError } from './error-class.js';
import { parseDataUrl, sniffMediaType } from './media-type.js';

type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'];
type UserContent = Extract<LanguageModelV3Message, { role: 'user' }>['content'];
type MediaPart = Extract<Part, { source: MediaSource }>;

/** What a provider's adapter is called with, without signal, headers and vendor options. */
export type MappedCall = Omit<LanguageModelV3CallOptions, 'abortSignal' | 'headers' | 'providerOptions'>;

/**
 * Writes a prompt as call options of the AI SDK's `LanguageModelV3`. Settings that are absent stay absent, so that the
 * provider's own defaults hold. Bytes without a media type are typed by their head.
 *
 * @throws AttemptError `badRequest` when a tool call's arguments are not JSON.
 */
export function toCallOptions(prompt: Prompt): MappedCall {
  const { sampling } = prompt;
  const hasTools = prompt.tools.length > 0;
  return {
    prompt: prompt.messages.map(toMessage),
    ...(hasTools ? { tools: prompt.tools.map(toTool), toolChoice: toToolChoice(prompt.toolChoice) } : {}),
    ...(prompt.responseFormat.kind === 'text' ? {} : { responseFormat: toResponseFormat(prompt.responseFormat) }),
    ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
    ...(sampling.topP === undefined ? {} : { topP: sampling.topP }),
    ...(sampling.maxOutputTokens === undefined ? {} : { maxOutputTokens: sampling.maxOutputTokens }),
    ...(sampling.seed === undefined ? {} : { seed: sampling.seed }),
    ...(sampling.stopSequences === undefined ? {} : { stopSequences: [...sampling.stopSequences] }),
  };
}

function toMessage(message: Message): LanguageModelV3Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: textOf(message.parts) };
    case 'user':
      return { role: 'user', content: message.parts.flatMap(toUserContent) };
    case 'assistant':
      return { role: 'assistant', content: message.parts.flatMap(toAssistantContent) };
    case 'tool':
      return { role: 'tool', content: message.parts.flatMap(toToolContent) };
  }
}

function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === 'text' ? part.text : [])).join('\n');
}

function toUserContent(part: Part): UserContent {
  switch (part.kind) {
    case 'text':
      return [{ type: 'text', text: part.text }];
    case 'image':
    case 'audio':
    case 'file':
      return [toFilePart(part)];
    case 'reasoning':
    case 'toolCall':
    case 'toolResult':
      return [];
  }
}

function toAssistantContent(part: Part): AssistantContent {
  switch (part.kind) {
    case 'text':
      return [{ type: 'text', text: part.text }];
    case 'image':
    case 'audio':
    case 'file':
      return [toFilePart(part)];
    case 'toolCall':
      return [{ type: 'tool-call', toolCallId: part.id, toolName: part.name, input: parseArguments(part) }];
    // Vendors take back only thinking that they signed, some refuse any, and none needs it.
    case 'reasoning':
    case 'toolResult':
      return [];
  }
}

function toToolContent(part: Part): LanguageModelV3ToolResultPart[] {
  if (part.kind !== 'toolResult') return [];
  return [
    {
      type: 'tool-result',
      toolCallId: part.toolCallId,
      toolName: part.name,
      output: { type: part.isError ? 'error-text' : 'text', value: part.content },
    },
  ];
}

const DEFAULT_MEDIA_TYPES = { image: 'image/*', audio: 'audio/mpeg', file: 'application/octet-stream' } as const;

function toFilePart(part: MediaPart): LanguageModelV3FilePart {
  const filename = part.filename === undefined ? {} : { filename: part.filename };
  const fallback = DEFAULT_MEDIA_TYPES[part.kind];
  if ('data' in part.source) {
    const { data } = part.source;
    return { type: 'file', data, mediaType: part.mediaType || (sniffMediaType(data) ?? fallback), ...filename };
  }
  const inline = parseDataUrl(part.source.url);
  if (inline !== undefined) {
    const mediaType = part.mediaType || inline.mediaType || (sniffMediaType(inline.data) ?? fallback);
    return { type: 'file', data: inline.data, mediaType, ...filename };
  }
  if (!URL.canParse(part.source.url)) {
    throw new AttemptError({ errorClass: 'badRequest', message: `the address of a ${part.kind} is not a URL` });
  }
  return { type: 'file', data: new URL(part.source.url), mediaType: part.mediaType || fallback, ...filename };
}

function parseArguments(call: Extract<Part, { kind: 'toolCall' }>): unknown {
  if (call.argumentsJson.trim() === '') return {};
  try {
    return JSON.parse(call.argumentsJson) as unknown;
  } catch {
    throw new AttemptError({
      errorClass: 'badRequest',
      message: `the arguments of tool call ${JSON.stringify(call.id)} are not JSON`,
    });
  }
}

function toTool(tool: Tool): LanguageModelV3FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
  };
}

function toToolChoice(choice: ToolChoice): LanguageModelV3ToolChoice {
  return choice.mode === 'named' ? { type: 'tool', toolName: choice.name } : { type: choice.mode };
}

function toResponseFormat(format: ResponseFormat): NonNullable<LanguageModelV3CallOptions['responseFormat']> {
  switch (format.kind) {
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json' };
    case 'jsonSchema':
      return {
        type: 'json',
        schema: format.schema,
        ...(format.name === undefined ? {} : { name: format.name }),
      };
  }
}
