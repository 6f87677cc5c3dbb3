import type { LanguageModelV3CallOptions } from '@ai-sdk/provider';
import { AttemptError } from './error-class.js';

type SupportedUrls = Awaited<Record<string, RegExp[]>>;

/**
 * Refuses files given by an address that the provider does not fetch itself. The router fetches nothing on a caller's
 * behalf: that would let callers reach addresses that only the router can reach.
 *
 * @throws AttemptError `unsupported`
 */
export function checkAddresses(
  { prompt }: Pick<LanguageModelV3CallOptions, 'prompt'>,
  supported: SupportedUrls | PromiseLike<SupportedUrls>,
): void {
  if ('then' in supported && typeof supported.then === 'function') return;
  const patterns = Object.entries(supported as SupportedUrls);
  for (const message of prompt) {
    if (message.role === 'system') continue;
    for (const part of message.content) {
      if (part.type !== 'file' || !(part.data instanceof URL)) continue;
      const address = part.data.toString();
      const isFetched = patterns.some(
        ([mediaType, urls]) => matchesType(part.mediaType, mediaType) && urls.some((url) => url.test(address)),
      );
      if (isFetched) continue;
      throw new AttemptError({
        errorClass: 'unsupported',
        message: `the provider does not fetch ${part.mediaType} from such an address; send the bytes`,
      });
    }
  }
}

function matchesType(mediaType: string, pattern: string): boolean {
  if (pattern === '*' || pattern === '*/*' || pattern === mediaType) return true;
  return pattern.endsWith('/*') && mediaType.startsWith(pattern.slice(0, -1));
}
