import type * as wire from '../gen/pointsman/router/v1/prompt.js';
import { ReasoningEffort, ResponseFormat_Kind, Role, ToolChoice_Mode } from '../gen/pointsman/router/v1/prompt.js';
import type {
  JsonValue,
  MediaSource,
  Message,
  Part,
  Prompt,
  ReasoningEffort as Effort,
  ResponseFormat,
  Role as DomainRole,
  Sampling,
  Tool,
  ToolChoice,
} from '../request.js';
import type { Violations } from './violations.js';

/** Limits on the size of a prompt. */
export interface PromptLimits {
  readonly maxMessages: number;
  /** UTF-8 bytes of text over all messages, tools and schemas; media by value not counted. */
  readonly maxPromptBytes: number;
}

const ROLES: Partial<Record<Role, DomainRole>> = {
  [Role.SYSTEM]: 'system',
  [Role.USER]: 'user',
  [Role.ASSISTANT]: 'assistant',
  [Role.TOOL]: 'tool',
};

const EFFORTS: Partial<Record<ReasoningEffort, Effort>> = {
  [ReasoningEffort.NONE]: 'none',
  [ReasoningEffort.LOW]: 'low',
  [ReasoningEffort.MEDIUM]: 'medium',
  [ReasoningEffort.HIGH]: 'high',
};

/** Maps a prompt of the API to the inner one. What is wrong with it is noted in `violations`, with the field's path. */
export function mapPrompt(prompt: wire.Prompt | undefined, limits: PromptLimits, violations: Violations): Prompt {
  const messages = mapMessages(prompt?.messages ?? [], limits, violations);
  const effort = prompt === undefined ? undefined : EFFORTS[prompt.reasoningEffort];
  const mapped: Prompt = {
    messages,
    tools: mapTools(prompt?.tools ?? [], violations),
    toolChoice: mapToolChoice(prompt?.toolChoice, prompt?.tools ?? [], violations),
    responseFormat: mapResponseFormat(prompt?.responseFormat, violations),
    sampling: mapSampling(prompt?.sampling, violations),
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
  };
  checkSize(mapped, limits, violations);
  return mapped;
}

function mapMessages(messages: readonly wire.Message[], limits: PromptLimits, violations: Violations): Message[] {
  if (messages.length > limits.maxMessages) {
    violations.fail(
      'TOO_MANY_MESSAGES',
      'prompt.messages',
      `${messages.length} messages, at most ${limits.maxMessages} are accepted; summarise or drop the oldest turns`,
    );
  }
  const mapped = messages.map((message, index) => mapMessage(message, `prompt.messages[${index}]`, violations));
  if (!mapped.some((message) => message.role === 'user' && hasContent(message))) {
    violations.add('PROMPT_EMPTY', 'prompt.messages', 'at least one user message with content is required');
  }
  return mapped;
}

function hasContent(message: Message): boolean {
  return message.parts.some((part) => part.kind !== 'text' || part.text.trim() !== '');
}

function mapMessage(message: wire.Message, path: string, violations: Violations): Message {
  const role = ROLES[message.role];
  if (role === undefined) {
    violations.add(
      'MESSAGE_INVALID',
      `${path}.role`,
      'a role is required: ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT or ROLE_TOOL',
    );
  }
  if (message.text !== '' && message.parts.length > 0) {
    violations.add('MESSAGE_INVALID', path, 'text and parts may not be combined; put the text into a part');
  }
  if (message.parts.length === 0) {
    checkText(message.text, `${path}.text`, violations);
    return { role: role ?? 'user', parts: message.text === '' ? [] : [{ kind: 'text', text: message.text }] };
  }
  const parts: Part[] = [];
  message.parts.forEach((part, index) => {
    const mapped = mapPart(part, `${path}.parts[${index}]`, violations);
    if (mapped !== undefined) parts.push(mapped);
  });
  return { role: role ?? 'user', parts };
}

function mapPart(part: wire.Part, path: string, violations: Violations): Part | undefined {
  const content = part.content;
  if (content === undefined) {
    violations.add('MESSAGE_INVALID', path, 'a part needs content');
    return undefined;
  }
  switch (content.$case) {
    case 'text':
    case 'reasoning':
      checkText(content.value, `${path}.${content.$case}`, violations);
      return { kind: content.$case, text: content.value };
    case 'image':
    case 'file':
    case 'audio':
      return mapMedia(content.$case, content.value, `${path}.${content.$case}`, violations);
    case 'toolCall': {
      const { id, name, argumentsJson } = content.value;
      return { kind: 'toolCall', id, name, argumentsJson };
    }
    case 'toolResult': {
      const { toolCallId, name, content: result, isError } = content.value;
      return { kind: 'toolResult', toolCallId, name, content: result, isError };
    }
  }
}

function mapMedia(
  kind: 'image' | 'file' | 'audio',
  media: wire.Media,
  path: string,
  violations: Violations,
): Part | undefined {
  if (media.source === undefined) {
    violations.add('MESSAGE_INVALID', path, 'url or data is required');
    return undefined;
  }
  const source: MediaSource =
    media.source.$case === 'url' ? { url: media.source.value } : { data: new Uint8Array(media.source.value) };
  return {
    kind,
    source,
    mediaType: media.mediaType,
    ...(media.filename === '' ? {} : { filename: media.filename }),
  };
}

/** NUL ends strings in many systems behind us; other control characters occur in real logs and are accepted. */
function checkText(text: string, path: string, violations: Violations): void {
  if (text.includes('\0')) {
    violations.add('TEXT_INVALID', path, 'text may not contain the character U+0000; remove it');
  } else if (!text.isWellFormed()) {
    violations.add('TEXT_INVALID', path, 'text holds an unpaired surrogate; send well-formed Unicode');
  }
}

function mapTools(tools: readonly wire.Tool[], violations: Violations): Tool[] {
  const seen = new Set<string>();
  return tools.map((tool, index) => {
    if (tool.name === '') violations.add('FIELD_INVALID', `prompt.tools[${index}].name`, 'a name is required');
    if (seen.has(tool.name)) {
      violations.add('FIELD_INVALID', `prompt.tools[${index}].name`, `"${tool.name}" is declared twice`);
    }
    seen.add(tool.name);
    return { name: tool.name, description: tool.description, inputSchema: jsonObject(tool.inputSchema) };
  });
}

function jsonObject(value: { readonly [key: string]: unknown } | undefined): Readonly<Record<string, JsonValue>> {
  // google.protobuf.Struct decodes to plain JSON by construction.
  return (value ?? {}) as Readonly<Record<string, JsonValue>>;
}

function mapToolChoice(
  choice: wire.ToolChoice | undefined,
  tools: readonly wire.Tool[],
  violations: Violations,
): ToolChoice {
  switch (choice?.mode ?? ToolChoice_Mode.UNSPECIFIED) {
    case ToolChoice_Mode.NONE:
      return { mode: 'none' };
    case ToolChoice_Mode.REQUIRED:
      return { mode: 'required' };
    case ToolChoice_Mode.NAMED: {
      const name = choice?.name ?? '';
      if (!tools.some((tool) => tool.name === name)) {
        violations.add('FIELD_INVALID', 'prompt.tool_choice.name', `"${name}" is not among the tools of the request`);
      }
      return { mode: 'named', name };
    }
    case ToolChoice_Mode.UNSPECIFIED:
    case ToolChoice_Mode.AUTO:
    case ToolChoice_Mode.UNRECOGNIZED:
      return { mode: 'auto' };
  }
}

function mapResponseFormat(format: wire.ResponseFormat | undefined, violations: Violations): ResponseFormat {
  switch (format?.kind ?? ResponseFormat_Kind.UNSPECIFIED) {
    case ResponseFormat_Kind.JSON:
      return { kind: 'json' };
    case ResponseFormat_Kind.JSON_SCHEMA: {
      if (format?.jsonSchema === undefined) {
        violations.add('FIELD_INVALID', 'prompt.response_format.json_schema', 'KIND_JSON_SCHEMA needs a schema');
      }
      const name = format?.schemaName ?? '';
      return { kind: 'jsonSchema', schema: jsonObject(format?.jsonSchema), ...(name === '' ? {} : { name }) };
    }
    case ResponseFormat_Kind.UNSPECIFIED:
    case ResponseFormat_Kind.TEXT:
    case ResponseFormat_Kind.UNRECOGNIZED:
      return { kind: 'text' };
  }
}

function mapSampling(sampling: wire.Sampling | undefined, violations: Violations): Sampling {
  if (sampling === undefined) return {};
  const path = 'prompt.sampling';
  violations.checkRange(`${path}.temperature`, sampling.temperature, 0, 2);
  violations.checkRange(`${path}.top_p`, sampling.topP, 0, 1);
  violations.checkRange(`${path}.max_output_tokens`, sampling.maxOutputTokens, 1, 10_000_000);
  return {
    ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
    ...(sampling.topP === undefined ? {} : { topP: sampling.topP }),
    ...(sampling.maxOutputTokens === undefined ? {} : { maxOutputTokens: sampling.maxOutputTokens }),
    ...(sampling.stopSequences.length === 0 ? {} : { stopSequences: sampling.stopSequences }),
    ...(sampling.seed === undefined ? {} : { seed: Number(sampling.seed) }),
  };
}

function checkSize(prompt: Prompt, limits: PromptLimits, violations: Violations): void {
  const bytes = promptBytes(prompt, limits.maxPromptBytes);
  if (bytes <= limits.maxPromptBytes) return;
  violations.add(
    'PROMPT_TOO_LARGE',
    'prompt',
    `${bytes} bytes of text, at most ${limits.maxPromptBytes} are accepted; shorten the prompt`,
  );
}

/** Counts exactly only where the cheap upper bound (3 bytes a UTF-16 unit) could exceed the limit. */
function promptBytes(prompt: Prompt, limit: number): number {
  const texts: string[] = [];
  for (const message of prompt.messages) for (const part of message.parts) texts.push(...partTexts(part));
  for (const tool of prompt.tools) texts.push(tool.name, tool.description, JSON.stringify(tool.inputSchema));
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  return units * 3 <= limit ? units : texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function partTexts(part: Part): string[] {
  switch (part.kind) {
    case 'text':
    case 'reasoning':
      return [part.text];
    case 'toolCall':
      return [part.argumentsJson];
    case 'toolResult':
      return [part.content];
    case 'image':
    case 'audio':
    case 'file':
      return [];
  }
}
