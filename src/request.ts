/** The vocabulary of a request inside the service. The gRPC and HTTP edges map their own types to these. */

/** Who speaks in a message. */
export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** A JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Where non-text content is: an address, or the bytes themselves. */
export type MediaSource = { readonly url: string } | { readonly data: Uint8Array };

/** One piece of a message's content. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | {
      readonly kind: 'image' | 'audio' | 'file';
      readonly source: MediaSource;
      /** IANA media type, "" where unknown. */
      readonly mediaType: string;
      readonly filename?: string;
    }
  | { readonly kind: 'toolCall'; readonly id: string; readonly name: string; readonly argumentsJson: string }
  | {
      readonly kind: 'toolResult';
      readonly toolCallId: string;
      readonly name: string;
      readonly content: string;
      readonly isError: boolean;
    };

/** One turn of a conversation. */
export interface Message {
  readonly role: Role;
  readonly parts: readonly Part[];
}

/** A function that the model may call. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input. */
  readonly inputSchema: Readonly<Record<string, JsonValue>>;
}

/** Whether tools must be used. */
export type ToolChoice =
  { readonly mode: 'auto' | 'none' | 'required' } | { readonly mode: 'named'; readonly name: string };

/** The form that an answer must have. */
export type ResponseFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | {
      readonly kind: 'jsonSchema';
      readonly schema: Readonly<Record<string, JsonValue>>;
      readonly name?: string;
    };

/** Settings of token sampling; what is absent is left to the provider. */
export interface Sampling {
  /** 0 to 2. */
  readonly temperature?: number;
  /** 0 to 1. */
  readonly topP?: number;
  /** Thinking included. */
  readonly maxOutputTokens?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
}

/** How long a thinking model should think. */
export type ReasoningEffort = 'none' | 'low' | 'medium' | 'high';

/** How a caller tightens the use of the cache. */
export interface CachePolicy {
  readonly noCache: boolean;
  readonly noStore: boolean;
  readonly exactOnly: boolean;
  readonly maxAgeSeconds?: number;
  /** Cosine, -1 to 1. */
  readonly minSimilarity?: number;
}

/** Limits on the choice of model. They only tighten what bundle and config allow. */
export interface Constraints {
  /** Empty means all. */
  readonly allowedModels: readonly string[];
  readonly deniedModels: readonly string[];
  readonly maxCostUsd?: number;
  /** 0 to 1; counts where it is above the task's floor. */
  readonly minQuality?: number;
  /** 0 (cheapest capable) to 1 (best); absent means the bundle's default. */
  readonly qualityPreference?: number;
  /** Empty means all. */
  readonly regions: readonly string[];
  readonly cache: CachePolicy;
}

/** What a caller wants answered. */
export interface Prompt {
  /** Oldest first; at least one user message. */
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly responseFormat: ResponseFormat;
  readonly sampling: Sampling;
  readonly reasoningEffort?: ReasoningEffort;
}

/** A request as the pipeline sees it. */
export interface RouteRequest {
  readonly prompt: Prompt;
  readonly constraints: Constraints;
  /** Whose request it is; "default" where callers are not told apart. Never shared across in the cache. */
  readonly tenant: string;
  readonly sessionId?: string;
}

/** Constraints that limit nothing. */
export const NO_CONSTRAINTS: Constraints = {
  allowedModels: [],
  deniedModels: [],
  regions: [],
  cache: { noCache: false, noStore: false, exactOnly: false },
};

/** A request of one user message with default settings, optionally under a system prompt. */
export function textRequest(text: string, options: { system?: string; tenant?: string } = {}): RouteRequest {
  const user: Message = { role: 'user', parts: [{ kind: 'text', text }] };
  const system: Message[] =
    options.system === undefined ? [] : [{ role: 'system', parts: [{ kind: 'text', text: options.system }] }];
  return {
    prompt: {
      messages: [...system, user],
      tools: [],
      toolChoice: { mode: 'auto' },
      responseFormat: { kind: 'text' },
      sampling: {},
    },
    constraints: NO_CONSTRAINTS,
    tenant: options.tenant ?? 'default',
  };
}

/** The text parts of a message, joined by line breaks. */
export function messageText(message: Message): string {
  const texts: string[] = [];
  for (const part of message.parts) if (part.kind === 'text') texts.push(part.text);
  return texts.length === 1 ? (texts[0] ?? '') : texts.join('\n');
}

/** What is written in a part, whoever wrote it; "" for media. */
export function partText(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'toolCall':
      return part.argumentsJson;
    case 'toolResult':
      return part.content;
    case 'image':
    case 'audio':
    case 'file':
      return '';
  }
}

/** Text of the last user message; "" where there is none. */
export function lastUserText(messages: readonly Message[]): string {
  const last = messages.findLast((message) => message.role === 'user');
  return last === undefined ? '' : messageText(last);
}
