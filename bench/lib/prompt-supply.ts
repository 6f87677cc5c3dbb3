import { ReasoningEffort, Role } from '../../src/gen/pointsman/router/v1/prompt.js';
import { CacheVerdict_Outcome } from '../../src/gen/pointsman/router/v1/decision.js';
import { ChatRequest, ChatResponse, SelectModelRequest } from '../../src/gen/pointsman/router/v1/router.js';
import { readRows, textField } from './json-lines.js';

/** An endless supply of prompts that differ, with the lengths of real ones. */
export interface PromptSupply {
  /** A prompt that was not given out before. */
  next(): string;
}

/** Reads prompts and gives them out round after round, each with a number that makes it a new text. */
export async function createPromptSupply(file: string, dataDirectory: string): Promise<PromptSupply> {
  const prompts = (await readRows(file, dataDirectory)).map((row) => textField(row, 'prompt', 'text'));
  let given = 0;
  return {
    next() {
      const prompt = prompts[given % prompts.length] ?? '';
      given++;
      return `${given} ${prompt}`;
    },
  };
}

/** Methods that load can be put on. */
export const METHODS = {
  SelectModel: {
    path: '/pointsman.router.v1.RouterService/SelectModel',
    encode: (text: string) => Buffer.from(SelectModelRequest.encode(requestOf(text)).finish()),
    /** Whether the response to a message that was sent before came from what was kept of it. */
    isKept: () => true,
  },
  Chat: {
    path: '/pointsman.router.v1.RouterService/Chat',
    encode: (text: string) => Buffer.from(ChatRequest.encode({ ...requestOf(text), includeTrace: false }).finish()),
    isKept: (response: Buffer) => ChatResponse.decode(response).cache?.outcome === CacheVerdict_Outcome.EXACT_HIT,
  },
} as const;

/** A key of {@link METHODS}. */
export type MethodName = keyof typeof METHODS;

/** @throws Error when there is no such method */
export function methodNamed(name: string): (typeof METHODS)[MethodName] {
  if (name === 'SelectModel' || name === 'Chat') return METHODS[name];
  throw new Error(`--method is "${name}", expected one of ${Object.keys(METHODS).join(', ')}`);
}

function requestOf(text: string): SelectModelRequest {
  return {
    prompt: {
      messages: [{ role: Role.USER, text, parts: [] }],
      tools: [],
      reasoningEffort: ReasoningEffort.UNSPECIFIED,
    },
    sessionId: '',
  };
}
