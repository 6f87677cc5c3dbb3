import { hash } from 'node:crypto';
import { ownText } from '../own-copy.js';
import { messageText } from '../request.js';
import type { Constraints, Message, Part, RouteRequest } from '../request.js';
import { rememberByText } from '../text-memo.js';
import { canonicalJson } from './canonical-json.js';

/** Changed when the meaning of stored entries changes, so that older ones are never read. */
const IDENTITY_VERSION = 3;

/** What, besides the request, two prompts must share before one answer may serve both. */
export interface IdentityContext {
  /** ISO 639-1, or "und". */
  readonly language: string;
  /** Of the embedder: vectors of another model are never compared. */
  readonly embedderFingerprint: string;
  /** Set in the service config; raising it leaves every older entry behind. */
  readonly cacheEpoch: number;
}

/** How the cache names a request. All hashes are SHA-256 in base64url, cut to 32 characters (192 bits). */
export interface RequestIdentity {
  /** Equal only where everything but the last user turn's text is equal, and that is cut into parts alike. */
  readonly partition: string;
  /** Equal only where the partition and the last user turn's text are equal. */
  readonly exactKey: string;
  /** Hash of the tenant, safe in keys. */
  readonly tenantKey: string;
  /** Text of the last user turn, as it is compared. */
  readonly text: string;
}

/** Names a request. The order of keys, of model lists and of stop sequences and the way a session is named do not matter; all else does. */
export function identify(request: RouteRequest, context: IdentityContext): RequestIdentity {
  const { prompt, constraints, tenant } = request;
  const turn = prompt.messages.findLastIndex((message) => message.role === 'user');
  const asked = messageText(prompt.messages[turn] ?? { role: 'user', parts: [] });
  const normal = normaliseText(asked);
  const text = normal.length < asked.length ? ownText(normal) : normal;
  // Lists with fixed places, not objects: nothing to sort. Each place always means the same.
  const partition = digest([
    IDENTITY_VERSION,
    tenant,
    prompt.messages.map((message, index) => [
      message.role,
      index === turn ? withoutText(message) : message.parts.map(comparable),
    ]),
    turn,
    prompt.tools,
    prompt.toolChoice,
    prompt.responseFormat,
    { ...prompt.sampling, stopSequences: asSet(prompt.sampling.stopSequences ?? []) },
    prompt.reasoningEffort,
    modelPolicy(constraints),
    context.language,
    context.embedderFingerprint,
    context.cacheEpoch,
  ]);
  return { partition, exactKey: digest([partition, text]), tenantKey: tenantKeyOf(tenant), text };
}

/** Hash of a tenant's name. */
export const tenantKeyOf = rememberByText((tenant) => digest(['tenant', tenant]));

/** What a caller asks of the model. How the caller wants the cache used is not part of it. */
function modelPolicy(constraints: Constraints): readonly unknown[] {
  const { allowedModels, deniedModels, regions, maxCostUsd, minQuality, qualityPreference } = constraints;
  return [asSet(allowedModels), asSet(deniedModels), asSet(regions), maxCostUsd, minQuality, qualityPreference];
}

/**
 * Of text only its place, and where more text follows in another part its length: an image between two texts could as well
 * stand elsewhere among the same words.
 */
function withoutText({ parts }: Message): readonly unknown[] {
  const last = parts.findLastIndex(({ kind }) => kind === 'text');
  return parts.map((part, index) => {
    if (part.kind !== 'text') return part;
    return index === last ? [part.kind] : [part.kind, normaliseText(part.text).length];
  });
}

function comparable(part: Part): unknown {
  return part.kind === 'text' ? [part.kind, normaliseText(part.text)] : part;
}

/** NFC, line feeds only, no white space at either end. Anything more could change what is asked. */
function normaliseText(text: string): string {
  return text.normalize('NFC').replaceAll('\r\n', '\n').trim();
}

function asSet(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)].sort();
}

function digest(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'base64url').slice(0, 32);
}
