import { z } from 'zod';
import { flag, integerBetween, oneOf, text } from './fields.js';

/** The sections of the service config that the core of the service reads. Every field has a default. */

const bytes = (): z.ZodType<number> => integerBetween(1024, 1024 * 1024 * 1024);
const milliseconds = (): z.ZodType<number> => integerBetween(0, 3_600_000);
const path = (): z.ZodType<string> => text({ maxCharacters: 4096, what: 'a path' });

/** Where the gRPC server listens. */
export const listenSchema = z.strictObject({
  /** Loopback by default: there is no authentication yet, so reaching further is a decision. */
  host: text({ maxCharacters: 255, what: 'an address' }).default('127.0.0.1'),
  /** 0 takes a free one. */
  port: integerBetween(0, 65_535).default(50_051),
});

/** The OpenAI-compatible HTTP server. */
export const httpFacadeSchema = z.strictObject({
  enabled: flag().default(false),
  /** Loopback by default: the facade has no authentication, so reaching further is a decision. */
  host: text({ maxCharacters: 255, what: 'an address' }).default('127.0.0.1'),
  /** 0 takes a free one. */
  port: integerBetween(0, 65_535).default(8080),
});

/** The embedding worker process. */
export const embeddingSchema = z.strictObject({
  /** Texts that may wait; more are refused with RESOURCE_EXHAUSTED. */
  queueLimit: integerBetween(1, 1_000_000).default(4096),
  /** Vectors kept by text. */
  cacheEntries: integerBetween(1, 10_000_000).default(8000),
  /** Threads inside one operator of the model. 1 leaves the other cores to the calls. */
  threads: integerBetween(1, 64).default(1),
});

/** Bounds on what a call may send. */
export const limitsSchema = z.strictObject({
  /** Messages of a prompt. */
  maxMessages: integerBetween(1, 1_000_000).default(1000),
  /** UTF-8 bytes of text in a prompt. */
  maxPromptBytes: bytes().default(1024 * 1024),
  /** Bytes of a whole request, media included. Larger ones are refused by the transport. */
  maxReceiveBytes: bytes().default(16 * 1024 * 1024),
  /** Calls in flight. */
  maxCallsInFlight: integerBetween(1, 1_000_000).default(10_000),
});

/** How long calls may take. */
export const deadlinesSchema = z.strictObject({
  /** Applies where the client sets none. */
  defaultMs: milliseconds().default(30_000),
  /** The same for Chat and StreamChat, whose models may think for minutes. */
  chatDefaultMs: milliseconds().default(300_000),
  /** Kept back from the client's deadline for the reply. */
  reserveMs: milliseconds().default(5),
});

/** How the service ends. */
export const drainSchema = z.strictObject({
  /** Time between NOT_SERVING and the refusal of new connections, in which balancers notice. */
  pauseMs: milliseconds().default(500),
  /** Time that calls in flight have to end. */
  timeoutMs: milliseconds().default(10_000),
});

/** Optional gRPC services. */
export const featuresSchema = z.strictObject({
  reflection: flag().default(true),
  channelz: flag().default(false),
});

/** The log on standard error, one JSON object a line. */
export const logSchema = z.strictObject({
  level: oneOf(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
});

/** Noticing edits of the bundle. */
export const reloadSchema = z.strictObject({
  /** Time between two looks at the bundle's files; 0 never looks. */
  pollIntervalMs: milliseconds().default(1000),
});

/** The journal of outcomes. */
export const outcomesSchema = z.strictObject({
  /** Folder of the journal; RecordOutcome is refused without one. */
  directory: path().optional(),
  /** Whether masked prompts are kept with outcomes and proposals. */
  recordPrompts: flag().default(false),
});

/** Folders. Relative ones are relative to the config file, or to the working folder without one. */
export const folderSchema = path();
