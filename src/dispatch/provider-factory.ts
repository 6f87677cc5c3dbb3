import { APICallError, type LanguageModelV3, type SharedV3ProviderOptions } from '@ai-sdk/provider';
import type { EchoProviderSettings, ProviderSettings, ProviderTimeouts } from '../config/provider-settings.js';
import { createEchoModel } from './echo-provider.js';
import { createHttpClient } from './http-client.js';
import type { FetchFunction, Provider } from './provider.js';
import { REASONING_OPTIONS } from './reasoning-options.js';

type HttpSettings = Exclude<ProviderSettings, EchoProviderSettings>;
/** The echo provider has none of its own. */
const ECHO_TIMEOUTS: ProviderTimeouts = { connectMs: 5000, firstEventMs: 30_000, idleMs: 30_000, requestMs: 120_000 };

type MakeModel = (upstreamModel: string) => LanguageModelV3;

/** The vendors' public addresses. Given always, since the adapters would otherwise look into the environment. */
const PUBLIC_BASE_URLS = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
  mistral: 'https://api.mistral.ai/v1',
  cohere: 'https://api.cohere.com/v2',
} as const;

/**
 * Makes a provider from its settings, with its own connections. Nothing is read from the environment and nothing is
 * sent before the first call. A vendor's adapter is loaded when it is configured, not before: each takes megabytes.
 *
 * @param injectedFetch replaces the connection pool, in tests.
 */
export async function createProvider(
  name: string,
  settings: ProviderSettings,
  injectedFetch?: FetchFunction,
): Promise<Provider> {
  const isEcho = settings.kind === 'echo';
  const timeouts = isEcho ? ECHO_TIMEOUTS : settings.timeouts;
  const client =
    isEcho || injectedFetch !== undefined
      ? undefined
      : createHttpClient({ connectMs: timeouts.connectMs, maxConnections: settings.maxConnections });
  const fetch = injectedFetch ?? client?.fetch ?? globalThis.fetch;
  const make: MakeModel = isEcho
    ? (model) => createEchoModel(model, settings)
    : await modelMaker(name, settings, fetch);
  const models = new Map<string, LanguageModelV3>();
  return {
    name,
    kind: settings.kind,
    timeouts,
    model(upstreamModel) {
      const model = models.get(upstreamModel) ?? make(upstreamModel);
      models.set(upstreamModel, model);
      return model;
    },
    reasoningOptions: REASONING_OPTIONS[settings.kind],
    baseOptions: baseOptions(settings),
    ...healthCheckOf(settings, fetch),
    close: async () => client?.close(),
  };
}

/** Where the settings name a path for it. Only compatible servers do: vendors have no address that tells of a model. */
function healthCheckOf(settings: ProviderSettings, fetch: FetchFunction): Pick<Provider, 'checkHealth'> {
  if (settings.kind !== 'openai-compatible' || settings.healthPath === undefined) return {};
  const url = new URL(settings.healthPath, settings.baseUrl.replace(/\/?$/u, '/'));
  for (const [name, value] of Object.entries(settings.queryParameters)) url.searchParams.set(name, value);
  const key = settings.apiKey === undefined ? {} : { authorization: `Bearer ${settings.apiKey.reveal()}` };
  const headers = { ...key, ...headersOf(settings) };
  return {
    async checkHealth(signal) {
      const response = await fetch(url.href, { headers, signal });
      await response.text();
      if (response.ok) return;
      const responseHeaders = Object.fromEntries(response.headers);
      const facts = { url: url.href, requestBodyValues: {}, statusCode: response.status, responseHeaders };
      throw new APICallError({ ...facts, message: 'the health check failed' });
    },
  };
}

/** Asks the Responses API to keep nothing, as the chat API does by default. */
function baseOptions(settings: ProviderSettings): SharedV3ProviderOptions {
  const isResponses = (settings.kind === 'openai' || settings.kind === 'azure') && settings.api === 'responses';
  return isResponses ? { openai: { store: false }, azure: { store: false } } : {};
}

async function modelMaker(name: string, settings: HttpSettings, fetch: FetchFunction): Promise<MakeModel> {
  // An empty key is a key: without it the adapters would look into the environment.
  const apiKey = settings.apiKey?.reveal() ?? '';
  const headers = headersOf(settings);
  switch (settings.kind) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      const { organization, project, baseUrl: baseURL = PUBLIC_BASE_URLS.openai } = settings;
      const optional = { ...(organization && { organization }), ...(project && { project }) };
      const provider = createOpenAI({ baseURL, apiKey, headers, fetch, ...optional });
      return (model) => (settings.api === 'chat' ? provider.chat(model) : provider.responses(model));
    }
    case 'azure': {
      const { createAzure } = await import('@ai-sdk/azure');
      const { resourceName = '', apiVersion, useDeploymentBasedUrls } = settings;
      const baseURL = settings.baseUrl ?? `https://${resourceName}.openai.azure.com/openai`;
      const version = apiVersion === undefined ? {} : { apiVersion };
      const provider = createAzure({ baseURL, apiKey, headers, fetch, useDeploymentBasedUrls, ...version });
      return (model) => (settings.api === 'chat' ? provider.chat(model) : provider.responses(model));
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ baseURL: settings.baseUrl ?? PUBLIC_BASE_URLS.anthropic, apiKey, headers, fetch });
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI({ baseURL: settings.baseUrl ?? PUBLIC_BASE_URLS.google, apiKey, headers, fetch });
    }
    case 'mistral': {
      const { createMistral } = await import('@ai-sdk/mistral');
      return createMistral({ baseURL: settings.baseUrl ?? PUBLIC_BASE_URLS.mistral, apiKey, headers, fetch });
    }
    case 'cohere': {
      const { createCohere } = await import('@ai-sdk/cohere');
      return createCohere({ baseURL: settings.baseUrl ?? PUBLIC_BASE_URLS.cohere, apiKey, headers, fetch });
    }
    case 'amazon-bedrock':
      return bedrockMaker(settings, fetch);
    case 'openai-compatible':
      return compatibleMaker(name, settings, fetch);
  }
}

function headersOf({ headers, secretHeaders }: HttpSettings): Record<string, string> {
  const revealed = Object.entries(secretHeaders).map(([name, value]) => [name, value.reveal()] as const);
  return { ...headers, ...Object.fromEntries(revealed) };
}

async function bedrockMaker(
  settings: Extract<HttpSettings, { kind: 'amazon-bedrock' }>,
  fetch: FetchFunction,
): Promise<MakeModel> {
  const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock');
  const { region, accessKeyId, secretAccessKey, sessionToken } = settings;
  return createAmazonBedrock({
    region,
    baseURL: settings.baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    apiKey: settings.apiKey?.reveal() ?? '',
    headers: headersOf(settings),
    fetch,
    ...(accessKeyId && { accessKeyId: accessKeyId.reveal() }),
    ...(secretAccessKey && { secretAccessKey: secretAccessKey.reveal() }),
    ...(sessionToken && { sessionToken: sessionToken.reveal() }),
  });
}

async function compatibleMaker(
  name: string,
  settings: Extract<HttpSettings, { kind: 'openai-compatible' }>,
  fetch: FetchFunction,
): Promise<MakeModel> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  return createOpenAICompatible({
    name,
    baseURL: settings.baseUrl,
    headers: headersOf(settings),
    queryParams: { ...settings.queryParameters },
    fetch,
    includeUsage: true,
    supportsStructuredOutputs: settings.hasStructuredOutputs,
    supportedUrls: () => ({ 'image/*': [/^https?:\/\/.*$/u] }),
    ...(settings.apiKey && { apiKey: settings.apiKey.reveal() }),
  });
}
