/**
 * How fast the answer to a prompt goes stale. "live": at once (weather, prices, "right now"); "recent": within hours or days ("latest",
 * "this year"); "stable": not by itself.
 */
export type Freshness = 'live' | 'recent' | 'stable';

/** In lower case. */
const MOMENTS: readonly (readonly [string, RegExp])[] = [
  [
    'now',
    /\b(?:right now|now|at the moment|at present|presently|currently|current|as of today|today|todays|tonight|this (?:morning|afternoon|evening|minute|hour|instant)|live|so far)\b/u,
  ],
  ['tomorrow', /\btomorrow\b/u],
  ['yesterday', /\b(?:yesterday|last night)\b/u],
  ['latest', /\b(?:latest|newest|most recent|recent|recently|up[- ]to[- ]date|nowadays|these days)\b/u],
  ['this-period', /\bthis (?:week|month|year|quarter|season|weekend|summer|winter|spring|autumn|fall)\b/u],
  [
    'next-period',
    /\b(?:next|coming|upcoming) (?:week|month|year|quarter|season|weekend|summer|winter|spring|autumn|fall|few)\b/u,
  ],
  [
    'last-period',
    /\b(?:last|past|previous) (?:week|month|year|quarter|season|weekend|summer|winter|spring|autumn|fall|few)\b/u,
  ],
];

const LIVE_MOMENTS = new Set(['now', 'tomorrow', 'yesterday']);
const LIVE_SUBJECTS =
  /\b(?:weather|forecast|temperature (?:in|outside)|(?:stock|share|gold|oil|gas|bitcoin|crypto|ethereum) price|price of (?:gold|oil|bitcoin|ethereum|gas|[A-Z]{2,5}\b)|exchange rate|traffic (?:in|on)|breaking news|headlines|live score|flight status|order status|account balance|my balance|where is my (?:order|package|parcel)|what time is it|what day is it|what is the (?:time|date)\b|in stock|opening hours|open now|trending)\b/iu;
const RECENT_SUBJECTS =
  /\b(?:news|election (?:polls|results)|standings|release date|who is the (?:president|prime minister|ceo|king|champion)|20[2-9]\d)\b/iu;

/** The moments in time, relative to the asker, that a prompt names. `text` as {@link plainText} gives it. */
export function readMoments(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const lower = text.toLowerCase();
  for (const [moment, pattern] of MOMENTS) if (pattern.test(lower)) found.add(moment);
  return found;
}

/** Whether two prompts speak of different moments, or only one of one. */
export function momentsDiffer(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size !== right.size || [...left].some((moment) => !right.has(moment));
}

/** How fast the answer to a prompt goes stale. `text` as {@link plainText} gives it. */
export function freshnessOf(text: string): Freshness {
  const moments = readMoments(text);
  if (LIVE_SUBJECTS.test(text) || [...moments].some((moment) => LIVE_MOMENTS.has(moment))) return 'live';
  return moments.size > 0 || RECENT_SUBJECTS.test(text) ? 'recent' : 'stable';
}
