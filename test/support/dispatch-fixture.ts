import pino from 'pino';
import type { ProviderSettings } from '../../src/config/provider-settings.js';
import type { DispatchPlan } from '../../src/dispatch/dispatch-plan.js';
import { dispatchSettings } from '../../src/config/dispatch-settings.js';
import { createDispatcher, type Dispatcher, type DispatcherOptions } from '../../src/dispatch/dispatcher.js';
import { textRequest, type Prompt } from '../../src/request.js';
import type { Model } from '../../src/bundle/bundle.js';
import { startScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.js';
import { VENDORS, type Vendor } from './vendors.js';
import { testDeployment, testModel } from './catalogue-model.js';

/** A signal that never aborts. */
export const NEVER = new AbortController().signal;

/** A dispatcher for tests: real clock, real random, silent. */
export function testDispatcher(
  providers: Readonly<Record<string, ProviderSettings>>,
  options: Partial<DispatcherOptions> = {},
): Promise<Dispatcher> {
  return createDispatcher({
    providers,
    settings: dispatchSettings(),
    clock: () => performance.now(),
    random: Math.random,
    logger: pino({ level: 'silent' }),
    ...options,
  });
}

/** A plan for a short prompt. */
export function testPlan(models: readonly Model[], prompt: Partial<Prompt> = {}): DispatchPlan {
  const request = textRequest('Say hello');
  return {
    request: { ...request, prompt: { ...request.prompt, ...prompt } },
    candidates: models.map((model) => ({ model, expectedCostUsd: 0.001 })),
    promptTokens: 3,
  };
}

/** The scripted upstream with a dispatcher that reaches it as every vendor. */
export interface VendorsFixture {
  readonly upstream: ScriptedUpstream;
  readonly dispatcher: Dispatcher;
  /** A catalogue entry served by one vendor; a name of its own each time, so that no failure is remembered. */
  modelOf(vendor: Vendor): Model;
  close(): Promise<void>;
}

/** Starts the fixture. */
export async function startVendors(options: Partial<DispatcherOptions> = {}): Promise<VendorsFixture> {
  let count = 0;
  const upstream = await startScriptedUpstream();
  const settings = VENDORS.map((vendor) => [vendor.name, vendor.settings(upstream.url)] as const);
  const dispatcher = await testDispatcher(Object.fromEntries(settings), options);
  return {
    upstream,
    dispatcher,
    modelOf: ({ name, upstreamModel }) =>
      testModel(`model-${count++}`, {
        deployments: [testDeployment({ id: name, provider: name, model: upstreamModel })],
      }),
    async close() {
      await dispatcher.close();
      await upstream.stop();
    },
  };
}
