/** How providers are reached: the `providers` section of the service config, checked and with secrets resolved. */

/** Limits of one call to a provider, in milliseconds. */
export interface ProviderTimeouts {
  /** To open a connection. Default 5,000. */
  readonly connectMs: number;
  /** From sending a streamed request to its first event. Default 30,000. */
  readonly firstEventMs: number;
  /** Between two events of a stream. Default 30,000. */
  readonly idleMs: number;
  /** From sending a request that is not streamed to the end of its answer. Default 120,000. */
  readonly requestMs: number;
}

/** What every provider that is reached over HTTP has. */
export interface HttpProviderSettings {
  /** Absent: the vendor's public address. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: ProviderTimeouts;
  /** Most sockets to one origin. Default 256. */
  readonly maxConnections: number;
}

/** OpenAI's two ways of asking. `chat` is the default: it keeps nothing on the provider's side. */
export type OpenAiApi = 'chat' | 'responses';

/** How to reach one provider. */
export type ProviderSettings =
  | (HttpProviderSettings & {
      readonly kind: 'openai';
      readonly api: OpenAiApi;
      readonly organization?: string;
      readonly project?: string;
    })
  | (HttpProviderSettings & {
      readonly kind: 'azure';
      readonly api: OpenAiApi;
      /** Used where no base URL is given. */
      readonly resourceName?: string;
      readonly apiVersion?: string;
      readonly useDeploymentBasedUrls: boolean;
    })
  | (HttpProviderSettings & { readonly kind: 'anthropic' | 'google' | 'mistral' | 'cohere' })
  | (HttpProviderSettings & {
      readonly kind: 'amazon-bedrock';
      /** AWS region, for address and signature. */
      readonly region: string;
      /** With `secretAccessKey`, in place of an API key. */
      readonly accessKeyId?: string;
      readonly secretAccessKey?: string;
      readonly sessionToken?: string;
    })
  | (HttpProviderSettings & {
      readonly kind: 'openai-compatible';
      readonly baseUrl: string;
      readonly queryParameters: Readonly<Record<string, string>>;
      /** Whether the server takes a JSON schema as response format. Default true. */
      readonly hasStructuredOutputs: boolean;
    })
  | EchoProviderSettings;

/** A provider that answers without any network, for the demo and for tests. */
export interface EchoProviderSettings {
  readonly kind: 'echo';
  /** Pause before the answer. Default 0. */
  readonly delayMs: number;
  /** Pause between the pieces of a streamed answer. Default 0. */
  readonly chunkDelayMs: number;
  /** Whether every call fails, to show failover. Default false. */
  readonly isDown: boolean;
}

/** A provider's kind: which vendor's wire format it speaks. */
export type ProviderKind = ProviderSettings['kind'];

/** The defaults of {@link ProviderTimeouts}. */
export const DEFAULT_PROVIDER_TIMEOUTS: ProviderTimeouts = {
  connectMs: 5000,
  firstEventMs: 30_000,
  idleMs: 30_000,
  requestMs: 120_000,
};

/** The default of `maxConnections`. */
export const DEFAULT_MAX_CONNECTIONS = 256;

/** An echo provider without pauses. */
export const ECHO_PROVIDER: EchoProviderSettings = { kind: 'echo', delayMs: 0, chunkDelayMs: 0, isDown: false };
