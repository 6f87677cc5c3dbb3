import { SMALL_BUNDLE } from './small-bundle.js';

const CURRENCIES = ['euros', 'dollars', 'pesos', 'yen', 'rupees', 'pounds'];
const LANGUAGES = ['French', 'German', 'Spanish', 'Polish', 'Italian', 'Dutch', 'Greek', 'Turkish', 'Swedish', 'Czech'];
const SENTENCES = [
  'the shop is closed on Monday',
  'my brother lost his umbrella',
  'we would like a quiet room',
  'this soup is too salty',
  'the train leaves from platform two',
  'nobody answered the door',
];
const VERBS = ['How much is', 'Work out', 'Calculate', 'Add up', 'What do I get for', 'Compute'];

/** Sixty sums and sixty translations, told apart with ease. */
export const SUMS: readonly string[] = Array.from(
  { length: 60 },
  (_, index) =>
    `${VERBS[index % 6] ?? ''} ${3 + index * 7} ${index % 2 === 0 ? 'plus' : 'times'} ${2 + index * 3} ${CURRENCIES[Math.floor(index / 10)] ?? ''}`,
);
export const TRANSLATIONS: readonly string[] = SENTENCES.flatMap((sentence) =>
  LANGUAGES.map((language) => `Translate into ${language}: "${sentence}"`),
);

const listOf = (texts: readonly string[]): string => texts.map((text) => `  - ${JSON.stringify(text)}\n`).join('');

/** The small bundle with so many exemplars that risk bounds hold. */
export const TWO_TASK_BUNDLE: Readonly<Record<string, string>> = {
  ...SMALL_BUNDLE,
  'tasks/arithmetic.yaml': (SMALL_BUNDLE['tasks/arithmetic.yaml'] ?? '') + listOf(SUMS),
  'tasks/translation.yaml': (SMALL_BUNDLE['tasks/translation.yaml'] ?? '') + listOf(TRANSLATIONS),
};
