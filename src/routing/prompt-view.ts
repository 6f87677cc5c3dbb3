import { messageText, type Message, type Part, type Prompt } from '../request.js';
import { guessLanguage } from './language-guess.js';
import { cleanText, sliceToBudget, tokenEstimate } from './text-budget.js';

/** What the router reads of a request. */
export interface PromptView {
  /** The one text that is embedded. Never empty: a space where the request has no readable text. */
  readonly routingText: string;
  /** All of the last user turn, as it was sent. */
  readonly lastUserText: string;
  /** Estimated over all messages and tools. */
  readonly estimatedPromptTokens: number;
  /** ISO 639-1, or "und". */
  readonly language: string;
  /** Characters of system and user text that the routing text leaves out. */
  readonly omittedCharacters: number;
}

/** The pieces of a conversation that carry the task. */
export interface RoutingTextParts {
  readonly system?: string;
  readonly lastUser: string;
  /** User turns before the last one, oldest first. */
  readonly earlierUsers?: readonly string[];
}

/** Shares of the embedding window, in estimated tokens. Together they stay under its 256. */
const SHARES = {
  system: 90,
  lastUser: 140,
  lastUserAlone: 230,
  instruction: 190,
  earlierUser: 24,
  earlierTurns: 2,
} as const;

/** A system prompt that says what to do with an input to come, and is long enough to say it. */
const SPEAKS_OF_INPUT =
  /\b(given|inputs?|provided|following|below|your (task|job)|in this task|you will|presented|based on)\b/i;
const LEAST_INSTRUCTION_CHARACTERS = 80;

/** What a turn and a media part cost in tokens, roughly, with every provider. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_IMAGE = 800;
const CHARACTERS_PER_TOKEN = 4;

/**
 * Reads a prompt: which text stands for it, how long it is, in which language. Takes microseconds and is the same for
 * equal prompts. Assistant and tool turns stay out of the routing text, since they tell what was answered, not what is asked.
 */
export function viewPrompt(request: { readonly prompt: Prompt }): PromptView {
  const { messages, tools } = request.prompt;
  const turns = splitTurns(messages);
  const routingText = routingTextOf(turns);
  let estimatedPromptTokens = 0;
  for (const message of messages) estimatedPromptTokens += TOKENS_PER_MESSAGE + messageTokens(message);
  for (const tool of tools) {
    const schemaLength = JSON.stringify(tool.inputSchema).length;
    const length = tool.name.length + tool.description.length + schemaLength;
    estimatedPromptTokens += Math.ceil(length / CHARACTERS_PER_TOKEN);
  }
  return {
    routingText,
    lastUserText: turns.lastUser,
    estimatedPromptTokens,
    language: guessLanguage(turns.lastUser),
    omittedCharacters: Math.max(0, turns.characters - routingText.length),
  };
}

/**
 * The text that is embedded: the system prompt's head, the last user turn (its head and its tail when it is long) and
 * up to two earlier user turns, short. Where the system prompt is itself the instruction and the user's turn its
 * material, the instruction alone stands: on 29 kinds of real instructions it classifies 5 to 7 points better than
 * instruction and material as one text. Exemplars go through the same function, so that both meet in one space.
 */
export function routingTextOf(parts: RoutingTextParts): string {
  const instruction = instructionOf(parts);
  if (instruction !== undefined) return instruction;
  const system = cleanText(sliceToBudget(parts.system ?? '', SHARES.system, 'head'));
  const earlier = (parts.earlierUsers ?? [])
    .slice(-SHARES.earlierTurns)
    .map((text) => cleanText(sliceToBudget(text, SHARES.earlierUser, 'head')));
  const isAlone = system === '' && earlier.length === 0;
  const budget = isAlone ? SHARES.lastUserAlone : SHARES.lastUser;
  const lastUser = cleanText(sliceToBudget(parts.lastUser, budget, 'ends'));
  // The last turn goes before the earlier ones: what the window cuts off, it cuts at the end.
  const text = [system, lastUser, ...earlier].filter((piece) => piece !== '').join('\n');
  return text === '' ? ' ' : text;
}

function instructionOf({ system, earlierUsers }: RoutingTextParts): string | undefined {
  // In a conversation the system prompt sets the scene, and the turns say what is wanted.
  if (system === undefined || (earlierUsers ?? []).length > 0) return undefined;
  const head = cleanText(sliceToBudget(system, SHARES.instruction, 'head'));
  return head.length >= LEAST_INSTRUCTION_CHARACTERS && SPEAKS_OF_INPUT.test(head) ? head : undefined;
}

interface Turns {
  readonly system: string;
  readonly lastUser: string;
  readonly earlierUsers: readonly string[];
  /** Of all system and user text. */
  readonly characters: number;
}

function splitTurns(messages: readonly Message[]): Turns {
  let system = '';
  let lastUser: string | undefined;
  const earlierUsers: string[] = [];
  let characters = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message === undefined) continue;
    if (message.role !== 'user' && message.role !== 'system') continue;
    const text = messageText(message);
    characters += text.length;
    if (message.role === 'system') system = system === '' ? text : `${text}\n${system}`;
    else if (lastUser === undefined) lastUser = text;
    else if (earlierUsers.length < SHARES.earlierTurns && text !== '') earlierUsers.unshift(text);
  }
  return { system, lastUser: lastUser ?? '', earlierUsers, characters };
}

function messageTokens(message: Message): number {
  let tokens = 0;
  for (const part of message.parts) tokens += partTokens(part);
  return tokens;
}

function partTokens(part: Part): number {
  switch (part.kind) {
    case 'text':
    case 'reasoning':
      return tokenEstimate(part.text);
    case 'image':
      return TOKENS_PER_IMAGE;
    case 'audio':
    case 'file':
      return 'data' in part.source ? Math.ceil(part.source.data.length / CHARACTERS_PER_TOKEN) : TOKENS_PER_IMAGE;
    case 'toolCall':
      return Math.ceil((part.name.length + part.argumentsJson.length) / CHARACTERS_PER_TOKEN);
    case 'toolResult':
      return tokenEstimate(part.content);
  }
}
