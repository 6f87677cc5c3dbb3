import type { PromptReading } from './tokens.js';

/** What kind of answer a prompt asks for; "open" where it shows none of those below, as "what" does. */
export type QuestionType =
  | 'who'
  | 'when'
  | 'where'
  | 'why'
  | 'how'
  | 'quantity'
  | 'duration'
  | 'frequency'
  | 'distance'
  | 'age'
  | 'cost'
  | 'yesNo'
  | 'should'
  | 'open';

/** In lower case. */
const PATTERNS: readonly (readonly [QuestionType, RegExp])[] = [
  [
    'cost',
    /\bhow much (?:does|do|did|is|are|will|would|money|should i pay|to pay)\b|\bwhat (?:is|are|does) (?:the )?(?:price|cost|fee)\b|\bhow expensive\b/u,
  ],
  ['duration', /\bhow long\b|\bhow (?:many|much) (?:hours|days|weeks|months|years|minutes|time)\b/u],
  ['frequency', /\bhow (?:often|frequently|regularly|many times)\b/u],
  ['distance', /\bhow (?:far|deep|high|tall|wide|big|large|heavy|fast|hot|cold)\b/u],
  ['age', /\bhow old\b|\bat what age\b|\bwhat age\b/u],
  ['quantity', /\bhow (?:many|much)\b|\bwhat (?:is the )?(?:number|amount|percentage|share) of\b/u],
  [
    'why',
    /\bwhy\b|\bhow come\b|\bwhat (?:is|are|was|were) the (?:main |real )?reasons?\b|\bfor what reason\b|\bwhat causes?\b/u,
  ],
  [
    'when',
    /\bwhen (?:is|are|was|were|do|does|did|will|would|can|should|has|have|am)\b|^when\b|\bwhat (?:year|date|day|month|century|decade)\b|\b(?:in|on|at) (?:which|what) (?:year|date|day|month|time)\b/u,
  ],
  [
    'where',
    /\bwhere (?:is|are|was|were|do|does|did|will|would|can|should|to|has|have|am)\b|^where\b|\b(?:which|what) (?:country|city|place|state|region|location)\b/u,
  ],
  ['who', /\bwho\b|\bwhom\b|\bwhose\b|\b(?:which|what) person\b/u],
  [
    'how',
    /\bhow\b|\bway(?:s)? to\b|\bsteps? (?:to|for)\b|\bprocedure\b|\bmethods? (?:to|of|for)\b|\bprocess (?:to|of|for)\b/u,
  ],
];

/** Types whose answers are of plainly different kinds: one never answers another. */
const EXACTING: ReadonlySet<QuestionType> = new Set([
  'who',
  'when',
  'where',
  'why',
  'how',
  'quantity',
  'duration',
  'frequency',
  'distance',
  'age',
  'cost',
]);

const YES_NO = /^(?:is|are|was|were|do|does|did|can|could|will|would|should|shall|may|might|has|have|had|am|must)$/u;

/** The type of a prompt's question: the pattern that matches first in the text, the more special one where two do. */
export function questionTypeOf(reading: PromptReading): QuestionType {
  const text = reading.text.toLowerCase();
  let best: { readonly type: QuestionType; readonly at: number } | undefined;
  for (const [type, pattern] of PATTERNS) {
    const at = text.search(pattern);
    if (at >= 0 && (best === undefined || at < best.at)) best = { type, at };
  }
  if (best !== undefined) return best.type;
  const opening = reading.tokens[0]?.word ?? '';
  if (opening === 'should') return 'should';
  return YES_NO.test(opening) ? 'yesNo' : 'open';
}

/** Whether two prompts ask for plainly different kinds of answer. */
export function questionsDiffer(left: QuestionType, right: QuestionType): boolean {
  if (left === right) return false;
  if (isExacting(left) && isExacting(right)) return true;
  if (left === 'should' || right === 'should') return isExacting(left) || isExacting(right);
  if (left === 'yesNo' || right === 'yesNo') return isExacting(left === 'yesNo' ? right : left, 'how');
  return false;
}

function isExacting(type: QuestionType, but?: QuestionType): boolean {
  return type !== but && EXACTING.has(type);
}
