/** Characters at the head that are looked at. */
const LOOKED_CHARACTERS = 240;

/** Scripts that one widely used language has nearly for itself. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Thai}/u, 'th'],
  [/\p{Script=Greek}{3}/u, 'el'],
  [/\p{Script=Hebrew}/u, 'he'],
];

/** Function words that are frequent in one language and rare in the others listed. */
const FUNCTION_WORDS: Readonly<Record<string, readonly string[]>> = {
  // With common words of short questions besides: "metformin side effects" has no function word.
  en: (
    'the and is of to what how my for with you this that it an i why who which where when do does did are was were can could should ' +
    'would will be have has had in a on at from by or not me your we they there if as than explain write translate give list name ' +
    'define suggest describe summarize summarise compare implement difference between best way about into while until since ' +
    'still same both such very any many much more most less need needed get make work works use used find keep show add change check ' +
    'fix send read pay open return cancel remove delete buy order stop help meaning reason cause effects changes steps tips rows days ' +
    'hours years year day price cost fee bill salary money payment refund invoice delivery shipping warranty contract allowed required ' +
    'needed possible free new old early late longer longest good better bad big small hard fast first second last two each every all ' +
    'only too off out after before during over please thanks customer members family someone female male age weight height length ' +
    'language word letter city country world south water food meat recipe without drinking sleep learning moving house flight bag gift ' +
    'balance cancelled explained checked stored received undo switch blank empty unknown quit expiry monthly yearly nearest necessary'
  ).split(' '),
  de: ['der', 'die', 'das', 'und', 'ist', 'nicht', 'ein', 'eine', 'wie', 'ich', 'mit', 'für', 'bitte', 'auf'],
  fr: ['le', 'les', 'est', 'et', 'une', 'des', 'pour', 'dans', 'je', 'vous', 'comment', 'que', 'du', 'mon'],
  es: ['el', 'los', 'las', 'una', 'para', 'por', 'cómo', 'qué', 'es', 'con', 'del', 'mi', 'y', 'en'],
  it: ['il', 'gli', 'che', 'di', 'per', 'non', 'sono', 'della', 'come', 'è', 'con', 'un', 'mi'],
  pt: ['o', 'os', 'não', 'uma', 'para', 'como', 'você', 'em', 'do', 'da', 'meu', 'é'],
  nl: ['het', 'een', 'en', 'van', 'niet', 'ik', 'hoe', 'voor', 'met', 'wat', 'mijn'],
};

const LANGUAGES_BY_WORD = new Map<string, string[]>();
for (const [language, words] of Object.entries(FUNCTION_WORDS)) {
  for (const word of words) LANGUAGES_BY_WORD.set(word, [...(LANGUAGES_BY_WORD.get(word) ?? []), language]);
}

/**
 * A cheap guess at a text's language from its script and its function words: ISO 639-1, or "und" where neither tells.
 * An n-gram detector knows more of the shortest prompts, for 60 MB of memory and more; "und" only costs the cache a hit.
 */
export function guessLanguage(text: string): string {
  const head = text.slice(0, LOOKED_CHARACTERS).toLowerCase();
  for (const [script, language] of SCRIPTS) if (script.test(head)) return language;
  const votes = new Map<string, number>();
  for (const word of head.split(/[^\p{L}]+/u)) {
    for (const language of LANGUAGES_BY_WORD.get(word) ?? []) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  const [first, second] = [...votes].sort((a, b) => b[1] - a[1]);
  if (first === undefined || first[1] === second?.[1]) return 'und';
  return first[0];
}
