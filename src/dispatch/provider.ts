import type { LanguageModelV3, SharedV3ProviderOptions } from '@ai-sdk/provider';
import type { ProviderKind, ProviderTimeouts } from '../config/provider-settings.js';
import type { ReasoningCall, ReasoningOptions } from './reasoning-options.js';

/** A configured provider, ready to be called. */
export interface Provider {
  /** As in the service config. */
  readonly name: string;
  readonly kind: ProviderKind;
  readonly timeouts: ProviderTimeouts;
  /** Adapter for one of its models, by the provider's own name for it. Kept for the next call. */
  model(upstreamModel: string): LanguageModelV3;
  /** The vendor's own settings for thinking. */
  reasoningOptions(call: ReasoningCall): ReasoningOptions;
  /** Settings sent with every call. */
  readonly baseOptions: SharedV3ProviderOptions;
  /**
   * Asks the provider's own address for health; absent where it has none.
   *
   * @throws APICallError for a status that is not good, or what the connection throws
   */
  readonly checkHealth?: (signal: AbortSignal) => Promise<void>;
  close(): Promise<void>;
}

/** What a provider is called on HTTP with; injected by tests. */
export type FetchFunction = typeof globalThis.fetch;
