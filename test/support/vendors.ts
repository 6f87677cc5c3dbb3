import { providerSettings, type ProviderSettings } from '../../src/config/provider-settings.js';
import { Secret } from '../../src/config/secret.js';

/** A secret that reads `test-key`. */
export const TEST_KEY = '${env:TEST_KEY}';

/** Settings of a provider at an address of the scripted upstream. */
export function testProvider(written: Parameters<typeof providerSettings>[0]): ProviderSettings {
  const settings = providerSettings(written);
  for (const value of Object.values(settings)) {
    if (value instanceof Secret) value.resolve({ environment: { TEST_KEY: 'test-key' }, readFile: () => '' });
  }
  return settings;
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
    settings: (url) => testProvider({ kind: 'openai', api: 'chat', baseUrl: `${url}/openai/v1`, apiKey: TEST_KEY }),
  },
  {
    name: 'openai-responses',
    upstreamModel: 'gpt-5-mini',
    settings: (url) =>
      testProvider({ kind: 'openai', api: 'responses', baseUrl: `${url}/openai/v1`, apiKey: TEST_KEY }),
  },
  {
    name: 'azure',
    upstreamModel: 'gpt-5-mini',
    settings: (url) =>
      testProvider({
        kind: 'azure',
        api: 'chat',
        useDeploymentBasedUrls: false,
        baseUrl: `${url}/azure/openai`,
        apiKey: TEST_KEY,
      }),
  },
  {
    name: 'azure-responses',
    upstreamModel: 'gpt-5-mini',
    settings: (url) =>
      testProvider({
        kind: 'azure',
        api: 'responses',
        useDeploymentBasedUrls: true,
        baseUrl: `${url}/azure/openai`,
        apiKey: TEST_KEY,
      }),
  },
  {
    name: 'anthropic',
    upstreamModel: 'claude-sonnet-4-5',
    settings: (url) => testProvider({ kind: 'anthropic', baseUrl: `${url}/anthropic/v1`, apiKey: TEST_KEY }),
  },
  {
    name: 'google',
    upstreamModel: 'gemini-2.5-flash',
    settings: (url) => testProvider({ kind: 'google', baseUrl: `${url}/google/v1beta`, apiKey: TEST_KEY }),
  },
  {
    name: 'amazon-bedrock',
    upstreamModel: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    settings: (url) =>
      testProvider({ kind: 'amazon-bedrock', region: 'eu-central-1', baseUrl: `${url}/bedrock`, apiKey: TEST_KEY }),
  },
  {
    name: 'mistral',
    upstreamModel: 'mistral-small-latest',
    settings: (url) => testProvider({ kind: 'mistral', baseUrl: `${url}/mistral/v1`, apiKey: TEST_KEY }),
  },
  {
    name: 'cohere',
    upstreamModel: 'command-a-03-2025',
    settings: (url) => testProvider({ kind: 'cohere', baseUrl: `${url}/cohere/v2`, apiKey: TEST_KEY }),
  },
  {
    name: 'openai-compatible',
    upstreamModel: 'llama-3.3-70b',
    settings: (url) =>
      testProvider({
        kind: 'openai-compatible',
        baseUrl: `${url}/compatible/v1`,
        apiKey: TEST_KEY,
      }),
  },
];
