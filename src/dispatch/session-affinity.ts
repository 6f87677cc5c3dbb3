import { LRUCache } from 'lru-cache';
import type { SessionSettings } from '../config/dispatch-settings.js';
import type { MonotonicClock } from '../trace.js';

/** Remembers which deployment of a model a conversation used last, whose prompt cache is therefore warm. */
export interface SessionAffinity {
  /** Key of the deployment, where it is still remembered. */
  deploymentOf(session: string, model: string): string | undefined;
  note(session: string, model: string, deployment: string): void;
}

/** Creates the memory: bounded, and forgetting what rests too long. */
export function createSessionAffinity(settings: SessionSettings, clock: MonotonicClock): SessionAffinity {
  if (settings.maxSessions === 0) return { deploymentOf: () => undefined, note: () => undefined };
  const kept = new LRUCache<string, { readonly deployment: string; readonly atMs: number }>({
    max: settings.maxSessions,
  });
  const keyOf = (session: string, model: string): string => JSON.stringify([session, model]);
  return {
    deploymentOf(session, model) {
      const found = kept.get(keyOf(session, model));
      return found !== undefined && clock() - found.atMs <= settings.ttlMs ? found.deployment : undefined;
    },
    note: (session, model, deployment) => void kept.set(keyOf(session, model), { deployment, atMs: clock() }),
  };
}
