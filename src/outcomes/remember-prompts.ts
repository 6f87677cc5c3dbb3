import { LRUCache } from 'lru-cache';
import { maskText } from '../privacy/mask.js';
import { messageText, type RouteRequest } from '../request.js';
import type { Router } from '../routing/route-prompt.js';

/** Prompts of recent decisions, masked, so that an outcome can be stored with its prompt. */
export interface RecentPrompts {
  /** The router, with each decision's prompt remembered. */
  readonly router: Router;
  /** Masked last user turn of a decision; undefined when it was made elsewhere or too long ago. */
  textOf(decisionId: string): string | undefined;
}

const DEFAULT_CAPACITY = 20_000;
const MAX_CHARACTERS = 20_000;

/** Wraps a router. Memory holds the last decisions only: an outcome that comes later is stored without its prompt. */
export function rememberPrompts(router: Router, capacity = DEFAULT_CAPACITY): RecentPrompts {
  const texts = new LRUCache<string, string>({ max: capacity });
  const remember = (decisionId: string, request: RouteRequest): void => {
    const last = request.prompt.messages.findLast((message) => message.role === 'user');
    if (last === undefined) return;
    texts.set(decisionId, maskText(messageText(last).slice(0, MAX_CHARACTERS)).text);
  };
  return {
    router: {
      ...router,
      async select(request, trace, signal) {
        const decision = await router.select(request, trace, signal);
        remember(decision.decisionId, request);
        return decision;
      },
      choose(request, prompt, trace) {
        const decision = router.choose(request, prompt, trace);
        remember(decision.decisionId, request);
        return decision;
      },
    },
    textOf: (decisionId) => texts.get(decisionId),
  };
}
