import { z } from 'zod';
import { RouterError } from '../../errors.js';
import {
  ReasoningEffort,
  ResponseFormat_Kind,
  Role,
  ToolChoice_Mode,
  type Message,
  type Part,
  type Prompt,
} from '../../gen/pointsman/router/v1/prompt.js';

/**
 * The body of `POST /v1/chat/completions`, as far as it is used. Unknown fields are let pass, as clients send many.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
const contentPartSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
  z.looseObject({ type: z.literal('image_url'), image_url: z.looseObject({ url: z.string() }) }),
  z.looseObject({
    type: z.literal('input_audio'),
    input_audio: z.looseObject({ data: z.string(), format: z.string() }),
  }),
  z.looseObject({
    type: z.literal('file'),
    file: z.looseObject({ file_data: z.string(), filename: z.string().optional() }),
  }),
]);

const contentSchema = z.union([z.string(), z.array(contentPartSchema)]);

const messageSchema = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer']), content: contentSchema }),
  z.looseObject({ role: z.literal('user'), content: contentSchema }),
  z.looseObject({
    role: z.literal('assistant'),
    content: contentSchema.nullish(),
    tool_calls: z
      .array(z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string() }) }))
      .nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), content: contentSchema, tool_call_id: z.string() }),
]);

const toolSchema = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.json()).nullish(),
  }),
});

const responseFormatSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({ name: z.string(), schema: z.record(z.string(), z.json()).nullish() }),
  }),
]);

const bodySchema = z.looseObject({
  model: z.string(),
  messages: z.array(messageSchema),
  tools: z.array(toolSchema).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) }),
    ])
    .nullish(),
  response_format: responseFormatSchema.nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  max_tokens: z.int().nullish(),
  max_completion_tokens: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  seed: z.int().nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  n: z.literal(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});

/** A request of an OpenAI client, checked. */
export type OpenAiRequest = z.output<typeof bodySchema>;
type OpenAiMessage = OpenAiRequest['messages'][number];
type Content = z.output<typeof contentSchema>;

/** Checks the form of a body. @throws RouterError FIELD_INVALID that names the first wrong field */
export function parseOpenAiRequest(body: unknown): OpenAiRequest {
  const result = bodySchema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = (issue?.path ?? []).reduce<string>(
    (path, step) =>
      typeof step === 'number' ? `${path}[${step}]` : path === '' ? String(step) : `${path}.${String(step)}`,
    '',
  );
  const description = issue?.message ?? 'is not valid';
  throw new RouterError({
    reason: 'FIELD_INVALID',
    message: field === '' ? description : `${field}: ${description}`,
    metadata: { field },
    fieldViolations: [{ field, description }],
  });
}

const EFFORTS = {
  none: ReasoningEffort.NONE,
  minimal: ReasoningEffort.LOW,
  low: ReasoningEffort.LOW,
  medium: ReasoningEffort.MEDIUM,
  high: ReasoningEffort.HIGH,
  xhigh: ReasoningEffort.HIGH,
  max: ReasoningEffort.HIGH,
} as const;

/** The prompt of a request in the words of the gRPC API, whose mapping then checks and limits it as any other. */
export function toWirePrompt(request: OpenAiRequest): Prompt {
  const { tools, tool_choice: choice, response_format: format, reasoning_effort: effort } = request;
  const toolNames = toolNamesById(request.messages);
  return {
    messages: request.messages.map((message) => toWireMessage(message, toolNames)),
    tools: (tools ?? []).map(({ function: { name, description, parameters } }) => ({
      name,
      description: description ?? '',
      inputSchema: parameters ?? { type: 'object', properties: {} },
    })),
    ...(choice == null ? {} : { toolChoice: toWireToolChoice(choice) }),
    ...(format == null ? {} : { responseFormat: toWireResponseFormat(format) }),
    sampling: toWireSampling(request),
    reasoningEffort: effort == null ? ReasoningEffort.UNSPECIFIED : EFFORTS[effort],
  };
}

function toWireSampling(request: OpenAiRequest): NonNullable<Prompt['sampling']> {
  const { temperature, top_p: topP, stop, seed } = request;
  const maxOutputTokens = request.max_completion_tokens ?? request.max_tokens;
  return {
    ...(temperature == null ? {} : { temperature }),
    ...(topP == null ? {} : { topP }),
    ...(maxOutputTokens == null ? {} : { maxOutputTokens }),
    stopSequences: stop == null ? [] : typeof stop === 'string' ? [stop] : stop,
    ...(seed == null ? {} : { seed: BigInt(seed) }),
  };
}

function toWireToolChoice(choice: NonNullable<OpenAiRequest['tool_choice']>): NonNullable<Prompt['toolChoice']> {
  if (typeof choice !== 'string') return { mode: ToolChoice_Mode.NAMED, name: choice.function.name };
  const modes = { none: ToolChoice_Mode.NONE, auto: ToolChoice_Mode.AUTO, required: ToolChoice_Mode.REQUIRED };
  return { mode: modes[choice], name: '' };
}

function toWireResponseFormat(
  format: NonNullable<OpenAiRequest['response_format']>,
): NonNullable<Prompt['responseFormat']> {
  switch (format.type) {
    case 'text':
      return { kind: ResponseFormat_Kind.TEXT, schemaName: '' };
    case 'json_object':
      return { kind: ResponseFormat_Kind.JSON, schemaName: '' };
    case 'json_schema': {
      const { name, schema } = format.json_schema;
      return { kind: ResponseFormat_Kind.JSON_SCHEMA, schemaName: name, jsonSchema: schema ?? {} };
    }
  }
}

/** OpenAI's tool results name only the call; other vendors want the tool's name. */
function toolNamesById(messages: readonly OpenAiMessage[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const call of message.tool_calls ?? []) names.set(call.id, call.function.name);
  }
  return names;
}

function toWireMessage(message: OpenAiMessage, toolNames: ReadonlyMap<string, string>): Message {
  switch (message.role) {
    case 'system':
    case 'developer':
      return toMessage(Role.SYSTEM, toWireParts(message.content));
    case 'user':
      return toMessage(Role.USER, toWireParts(message.content));
    case 'assistant': {
      const calls = (message.tool_calls ?? []).map(({ id, function: called }): Part => ({
        content: { $case: 'toolCall', value: { id, name: called.name, argumentsJson: called.arguments } },
      }));
      return toMessage(Role.ASSISTANT, [...toWireParts(message.content ?? ''), ...calls]);
    }
    case 'tool': {
      const { tool_call_id: toolCallId, content } = message;
      const name = toolNames.get(toolCallId) ?? '';
      const result = { toolCallId, name, content: textOf(content), isError: false };
      return toMessage(Role.TOOL, [{ content: { $case: 'toolResult', value: result } }]);
    }
  }
}

function toMessage(role: Role, parts: readonly Part[]): Message {
  return { role, text: '', parts };
}

function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function toWireParts(content: Content): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ content: { $case: 'text', value: content } }];
  return content.map((part): Part => {
    switch (part.type) {
      case 'text':
        return { content: { $case: 'text', value: part.text } };
      case 'refusal':
        return { content: { $case: 'text', value: part.refusal } };
      case 'image_url':
        return { content: { $case: 'image', value: toMedia({ $case: 'url', value: part.image_url.url }, '', '') } };
      case 'input_audio': {
        const { data, format } = part.input_audio;
        const mediaType = `audio/${format === 'mp3' ? 'mpeg' : format}`;
        const source = { $case: 'data', value: Buffer.from(data, 'base64') } as const;
        return { content: { $case: 'audio', value: toMedia(source, mediaType, '') } };
      }
      case 'file': {
        const { file_data: data, filename = '' } = part.file;
        return { content: { $case: 'file', value: toMedia({ $case: 'url', value: data }, '', filename) } };
      }
    }
  });
}

type Media = Extract<NonNullable<Part['content']>, { $case: 'image' }>['value'];

function toMedia(source: NonNullable<Media['source']>, mediaType: string, filename: string): Media {
  return { source, mediaType, filename };
}
