import { LRUCache } from 'lru-cache';

/** Bound on the texts that a memo keeps, in UTF-16 units; the same for all, since all of them meet the same prompts. */
const KEPT_CHARACTERS = 1_000_000;
/** A longer text is read anew each time: it would push out many short ones. */
const LONGEST_KEPT = 10_000;

/**
 * A pure function of a text that remembers what it said of the texts met last. For what is read of every prompt before the
 * exact tier is asked: most of the time of an exact hit would go there.
 */
export function rememberByText<Reading extends string | boolean | object>(
  read: (text: string) => Reading,
): (text: string) => Reading {
  const known = new LRUCache<string, Reading>({
    maxSize: KEPT_CHARACTERS,
    maxEntrySize: LONGEST_KEPT,
    sizeCalculation: (_reading, text) => text.length + 1,
  });
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const reading = read(text);
    known.set(text, reading);
    return reading;
  };
}
