import { ECHO_PROVIDER, type ProviderSettings } from '../config/provider-settings.js';
import { createEchoModel } from './echo-provider.js';
import type { Provider } from './provider.js';

/** Makes a provider from its settings. */
export function createProvider(name: string, settings: ProviderSettings): Provider {
  const models = new Map<string, ReturnType<Provider['model']>>();
  const make = (upstreamModel: string): ReturnType<Provider['model']> =>
    createEchoModel(upstreamModel, settings.kind === 'echo' ? settings : ECHO_PROVIDER);
  return {
    name,
    kind: settings.kind,
    timeouts: { connectMs: 5000, firstEventMs: 30_000, idleMs: 30_000, requestMs: 120_000 },
    model(upstreamModel) {
      const kept = models.get(upstreamModel) ?? make(upstreamModel);
      models.set(upstreamModel, kept);
      return kept;
    },
    reasoningOptions: () => ({}),
    baseOptions: {},
    close: () => Promise.resolve(),
  };
}
