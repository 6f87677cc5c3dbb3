import { z } from 'zod';
import { flag, identifier, integerBetween, oneOf, text } from './fields.js';
import { secret } from './secret.js';

/** How providers are reached: the `providers` section of the service config. */

const milliseconds = (): z.ZodType<number> => integerBetween(1, 3_600_000);
const shortText = (what: string): z.ZodType<string> => text({ maxCharacters: 255, what });

function address(): z.ZodType<string> {
  const error = 'expected an address that starts with http:// or https://';
  return z.string({ error }).refine((value) => URL.canParse(value) && /^https?:\/\//u.test(value), { error });
}

/** A path that stays on the server that it is resolved against: the key is sent along. */
function serverPath(): z.ZodType<string> {
  const error = 'expected a path on the same server, for example "/health"';
  const isOnServer = (path: string): boolean =>
    path !== '' && URL.canParse(path, 'http://host/') && new URL(path, 'http://host/').origin === 'http://host';
  return z.string({ error }).refine(isOnServer, { error });
}

/** Limits of one call to a provider, in milliseconds. */
export const providerTimeoutsSchema = z.strictObject({
  /** To open a connection. */
  connectMs: milliseconds().default(5000),
  /** From sending a streamed request to its first event. */
  firstEventMs: milliseconds().default(30_000),
  /** Between two events of a stream. */
  idleMs: milliseconds().default(30_000),
  /** From sending a request that is not streamed to the end of its answer. */
  requestMs: milliseconds().default(120_000),
});

const http = {
  /** The vendor's public address without it. */
  baseUrl: address().optional(),
  apiKey: secret().optional(),
  /** Sent with each request. */
  headers: z.record(z.string(), text({ maxCharacters: 4096, what: 'the text of a header' })).default({}),
  /** Headers whose value is a secret. */
  secretHeaders: z.record(z.string(), secret()).default({}),
  timeouts: providerTimeoutsSchema.prefault({}),
  /** Most sockets to one origin. */
  maxConnections: integerBetween(1, 65_535).default(256),
};

/** OpenAI's two ways of asking. `chat` is the default: it keeps nothing on the provider's side. */
const openAiApi = oneOf(['chat', 'responses']).default('chat');

const openAiSchema = z.strictObject({
  kind: z.literal('openai'),
  ...http,
  api: openAiApi,
  organization: shortText('the name of an organization').optional(),
  project: shortText('the name of a project').optional(),
});

const azureSchema = z.strictObject({
  kind: z.literal('azure'),
  ...http,
  api: openAiApi,
  /** Makes the address where no base URL is given. */
  resourceName: shortText('the name of an Azure resource').optional(),
  apiVersion: shortText('an API version').optional(),
  /** Whether the deployment's name is part of the address, as older API versions want it. */
  useDeploymentBasedUrls: flag().default(false),
});

const bedrockSchema = z.strictObject({
  kind: z.literal('amazon-bedrock'),
  ...http,
  /** AWS region, for address and signature. */
  region: shortText('an AWS region'),
  /** With `secretAccessKey`, in place of an API key. */
  accessKeyId: secret().optional(),
  secretAccessKey: secret().optional(),
  sessionToken: secret().optional(),
});

const compatibleSchema = z.strictObject({
  kind: z.literal('openai-compatible'),
  ...http,
  baseUrl: address(),
  queryParameters: z.record(z.string(), shortText('the text of a query parameter')).default({}),
  /** Whether the server takes a JSON schema as response format. */
  hasStructuredOutputs: flag().default(true),
  /** Asked by health probes in place of a tiny request: "/health" from the root of the server, "models" below `baseUrl`. */
  healthPath: serverPath().optional(),
});

const echoSchema = z.strictObject({
  kind: z.literal('echo'),
  /** Pause before the answer. */
  delayMs: integerBetween(0, 3_600_000).default(0),
  /** Pause between the pieces of a streamed answer. */
  chunkDelayMs: integerBetween(0, 3_600_000).default(0),
  /** Whether every call fails, to show failover. */
  isDown: flag().default(false),
});

/** One provider. */
export const providerSchema = z.discriminatedUnion(
  'kind',
  [
    openAiSchema,
    azureSchema,
    z.strictObject({ kind: z.literal('anthropic'), ...http }),
    z.strictObject({ kind: z.literal('google'), ...http }),
    z.strictObject({ kind: z.literal('mistral'), ...http }),
    z.strictObject({ kind: z.literal('cohere'), ...http }),
    bedrockSchema,
    compatibleSchema,
    echoSchema,
  ],
  {
    error:
      'expected one of "openai", "azure", "anthropic", "google", "mistral", "cohere", "amazon-bedrock", "openai-compatible", "echo"',
  },
);

/** Providers by the names that deployments in the catalogue use. */
export const providersSchema = z.record(identifier('the name of a provider'), providerSchema);

/** Limits of one call to a provider. */
export type ProviderTimeouts = Readonly<z.output<typeof providerTimeoutsSchema>>;

/** How to reach one provider. */
export type ProviderSettings = z.output<typeof providerSchema>;

/** A provider that answers without any network, for the demo and for tests. */
export type EchoProviderSettings = z.output<typeof echoSchema>;

/** A provider's kind: which vendor's wire format it speaks. */
export type ProviderKind = ProviderSettings['kind'];

/** Settings as they are written in the config, with defaults filled in. Secrets must already be resolved. */
export function providerSettings(written: z.input<typeof providerSchema>): ProviderSettings {
  return providerSchema.parse(written);
}

/** An echo provider without pauses. */
export const ECHO_PROVIDER: EchoProviderSettings = { kind: 'echo', delayMs: 0, chunkDelayMs: 0, isDown: false };
