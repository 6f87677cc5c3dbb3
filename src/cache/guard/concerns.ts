import type { PromptReading } from './tokens.js';

/** A kind of person or body that a request can be about. */
export type Concerned = 'self' | 'addressee' | 'third' | 'child' | 'elder' | 'organisation' | 'animal';

const WORDS: ReadonlyMap<string, Concerned> = new Map(
  Object.entries({
    self: 'my mine myself our ours ourselves',
    third: 'his her hers he she him',
    child:
      'baby babies toddler child children kid kids infant newborn teenager teen minor underage son daughter grandchild',
    elder: 'elderly senior grandmother grandfather grandma grandpa',
    animal: 'dog puppy cat kitten pet horse',
  }).flatMap(([who, words]) => words.split(' ').map((word) => [word, who as Concerned] as const)),
);

/** A company counts where the asker speaks for one, not where one is merely spoken of. */
const ORGANISATION =
  /\b(?:my|our|for (?:a|an|the|my|our)|as (?:a|an)) (?:\w+ )?(?:company|organi[sz]ation|employer|business|firm|charity|nonprofit|corporation|team|department)\b/iu;
/** Asks the answerer about itself. "You" and "your" mean anyone elsewhere. */
const ADDRESSEE =
  /\b(?:what|who|where|when|which|how old)(?: is| are| was| were|'s)? your\b|\btell me your\b|\byour name\b/iu;

/** Whom a prompt is about, as far as its words tell. */
export function readConcerned(reading: PromptReading): ReadonlySet<Concerned> {
  const found = new Set<Concerned>();
  for (const token of reading.tokens) {
    const who = WORDS.get(token.word);
    if (who !== undefined) found.add(who);
  }
  if (ORGANISATION.test(reading.text)) found.add('organisation');
  if (ADDRESSEE.test(reading.text)) found.add('addressee');
  return found;
}

/**
 * Whether two prompts are about different people. Groups (a child, a company, an animal) must be in both or neither; of the
 * pronouns, only one standing in place of another counts, since "my password" and "a password" mean the same asker.
 */
export function concernsDiffer(left: ReadonlySet<Concerned>, right: ReadonlySet<Concerned>): boolean {
  for (const group of ['child', 'elder', 'organisation', 'animal'] as const)
    if (left.has(group) !== right.has(group)) return true;
  const isReplaced = (a: Concerned, b: Concerned): boolean =>
    (left.has(a) && !right.has(a) && right.has(b) && !left.has(b)) ||
    (left.has(b) && !right.has(b) && right.has(a) && !left.has(a));
  return isReplaced('self', 'third') || isReplaced('self', 'addressee') || isReplaced('third', 'addressee');
}
