import type { FetchFunction } from '../../src/dispatch/provider.js';
import { openAiChatWire } from './wire/openai-chat.js';

/** How a faked provider answers one request. */
export interface FakeAnswer {
  readonly status?: number;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** Before the answer; ends early with the request. */
  readonly delayMs?: number;
}

/** A `fetch` that answers as an OpenAI-compatible server would, without network. */
export function fakeFetch(answer: (model: string) => FakeAnswer): FetchFunction {
  return async (_input, init) => {
    const { model } = JSON.parse(init?.body as string) as { model: string };
    const { status = 200, promptTokens = 10, completionTokens = 5, delayMs = 0 } = answer(model);
    if (delayMs > 0) await delay(delayMs, init?.signal ?? undefined);
    const usage = { promptTokens, completionTokens, cachedTokens: 0, reasoningTokens: 0 };
    const body =
      status === 200
        ? openAiChatWire.json({ model, texts: ['Hello'], reasoning: '', toolCalls: [], finish: 'stop', usage })
        : openAiChatWire.error(status, 'scripted failure');
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  };
}

function delay(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    });
  });
}
