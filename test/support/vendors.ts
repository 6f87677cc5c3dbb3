import {
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_PROVIDER_TIMEOUTS,
  type ProviderSettings,
} from '../../src/config/provider-settings.js';

/** What every provider of the tests has, at an address of the scripted upstream. */
function common(baseUrl: string) {
  return {
    baseUrl,
    apiKey: 'test-key',
    headers: {},
    timeouts: DEFAULT_PROVIDER_TIMEOUTS,
    maxConnections: DEFAULT_MAX_CONNECTIONS,
  };
}

/** One way of reaching a vendor. */
export interface Vendor {
  readonly name: string;
  readonly upstreamModel: string;
  settings(url: string): ProviderSettings;
}

/** Every provider package, and both of OpenAI's ways of asking. */
export const VENDORS: readonly Vendor[] = [
  {
    name: 'openai',
    upstreamModel: 'gpt-5-mini',
    settings: (url) => ({ kind: 'openai', api: 'chat', ...common(`${url}/openai/v1`) }),
  },
  {
    name: 'openai-responses',
    upstreamModel: 'gpt-5-mini',
    settings: (url) => ({ kind: 'openai', api: 'responses', ...common(`${url}/openai/v1`) }),
  },
  {
    name: 'azure',
    upstreamModel: 'gpt-5-mini',
    settings: (url) => ({
      kind: 'azure',
      api: 'chat',
      useDeploymentBasedUrls: false,
      ...common(`${url}/azure/openai`),
    }),
  },
  {
    name: 'azure-responses',
    upstreamModel: 'gpt-5-mini',
    settings: (url) => ({
      kind: 'azure',
      api: 'responses',
      useDeploymentBasedUrls: true,
      ...common(`${url}/azure/openai`),
    }),
  },
  {
    name: 'anthropic',
    upstreamModel: 'claude-sonnet-4-5',
    settings: (url) => ({ kind: 'anthropic', ...common(`${url}/anthropic/v1`) }),
  },
  {
    name: 'google',
    upstreamModel: 'gemini-2.5-flash',
    settings: (url) => ({ kind: 'google', ...common(`${url}/google/v1beta`) }),
  },
  {
    name: 'amazon-bedrock',
    upstreamModel: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    settings: (url) => ({ kind: 'amazon-bedrock', region: 'eu-central-1', ...common(`${url}/bedrock`) }),
  },
  {
    name: 'mistral',
    upstreamModel: 'mistral-small-latest',
    settings: (url) => ({ kind: 'mistral', ...common(`${url}/mistral/v1`) }),
  },
  {
    name: 'cohere',
    upstreamModel: 'command-a-03-2025',
    settings: (url) => ({ kind: 'cohere', ...common(`${url}/cohere/v2`) }),
  },
  {
    name: 'openai-compatible',
    upstreamModel: 'llama-3.3-70b',
    settings: (url) => ({
      kind: 'openai-compatible',
      queryParameters: {},
      hasStructuredOutputs: true,
      ...common(`${url}/compatible/v1`),
    }),
  },
];
