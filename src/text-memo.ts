import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Bound on what a memo keeps of texts, in UTF-16 units; the same for all, since all of them meet the same prompts. */
const KEPT_CHARACTERS = 1_000_000;
/** A longer text is kept as its hash: it would push out many short ones. */
const LONGEST_KEPT = 10_000;

/**
 * A pure function of a text that remembers what it said of the texts met last. For what is read of every prompt before the
 * exact tier is asked: most of the time of an exact hit would go there.
 */
export function rememberByText<Reading extends string | boolean | object>(
  read: (text: string) => Reading,
): (text: string) => Reading {
  const byText = createMemo<Reading>();
  /** Apart, so that no text can pass for another's hash. */
  const byHash = createMemo<Reading>();
  return (text) => {
    const isShort = text.length <= LONGEST_KEPT;
    const known = isShort ? byText : byHash;
    const key = isShort ? text : hash('sha256', text, 'base64url');
    const found = known.get(key);
    if (found !== undefined) return found;
    const reading = read(text);
    known.set(key, reading);
    return reading;
  };
}

function createMemo<Reading extends string | boolean | object>(): LRUCache<string, Reading> {
  return new LRUCache({ maxSize: KEPT_CHARACTERS, sizeCalculation: (_reading, key) => key.length + 1 });
}
