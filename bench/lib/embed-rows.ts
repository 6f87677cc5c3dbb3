import type { Embedder } from '../../src/embedding/embedder.js';
import { textRequest } from '../../src/request.js';
import { viewPrompt } from '../../src/routing/prompt-view.js';

/** Vectors of prompts, through the view that a request goes through. */
export async function embedPrompts(embedder: Embedder, prompts: readonly string[]): Promise<readonly Float32Array[]> {
  const texts = prompts.map((prompt) => viewPrompt(textRequest(prompt)).routingText);
  const signal = new AbortController().signal;
  const embeddings = await embedder.embed(texts, { signal, priority: 'background' });
  return embeddings.map(({ vector }) => vector);
}
