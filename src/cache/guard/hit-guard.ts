import { hasSwappedCounts, readCounts } from './counts.js';
import type { Counts } from './counts.js';
import { concernsDiffer, readConcerned } from './concerns.js';
import type { Concerned } from './concerns.js';
import { findContrast, hasOpposites, hasReversedRoute, hasSwappedArguments } from './direction.js';
import { entityDifference } from './entities.js';
import type { NamedSide } from './entities.js';
import { momentsDiffer, readMoments } from './freshness.js';
import { haveSameIdentifiers } from './identifiers.js';
import { haveSameScripts, scriptsOf } from './language.js';
import { negationDifference, readNegation } from './negation.js';
import type { Negation } from './negation.js';
import { haveSameQuantities, readQuantities } from './numbers.js';
import type { Quantity } from './numbers.js';
import { compareQuestions, questionTypeOf } from './question.js';
import type { QuestionType } from './question.js';
import { alignTerms, readTerms } from './terms.js';
import type { Alignment, Term } from './terms.js';
import { readPrompt } from './tokens.js';
import type { PromptReading } from './tokens.js';

/** The check that found two prompts to want different answers. */
export type GuardCheck =
  | 'script'
  | 'numbers'
  | 'identifiers'
  | 'negation'
  | 'opposite'
  | 'direction'
  | 'contrast'
  | 'entity'
  | 'concerns'
  | 'freshness'
  | 'question';

/** What the rules see between two prompts that none of the checks refuses; inputs of the acceptance probability. */
export interface GuardFeatures {
  /** Telling words that only the stored prompt has, and that only the new one has. */
  readonly unmatchedStored: number;
  readonly unmatchedAsked: number;
  /** Share of telling words with a counterpart, 0 to 1. */
  readonly coverage: number;
  /** Whether both prompts have telling words that the other lacks: something may have been put in another's place. */
  readonly isSubstituted: boolean;
  /** Whether the kinds of question may differ. */
  readonly isQuestionDoubtful: boolean;
  /** Whether a check suspects a difference; see {@link GuardVerdict.suspectedBy}. */
  readonly isSuspected: boolean;
  /** Telling words of both prompts together. */
  readonly tellingWords: number;
}

/** The guard's answer about a stored and an asked prompt. */
export interface GuardVerdict {
  /** The first check that refused, whatever the verifier says; absent where none did. */
  readonly refusedBy?: GuardCheck;
  /**
   * Where none refused: the first check that saw a difference which need not be one ("who can't sleep" against "insomnia"). It
   * refuses unless the verifier, which reads whole sentences, overrules it.
   */
  readonly suspectedBy?: GuardCheck;
  readonly features: GuardFeatures;
}

/** A prompt read once, compared often. */
export interface GuardReading {
  readonly prompt: PromptReading;
  readonly terms: readonly Term[];
  readonly stems: ReadonlySet<string>;
  readonly scripts: ReadonlySet<string>;
  readonly quantities: readonly Quantity[];
  readonly counts: Counts;
  readonly negation: Negation;
  readonly concerned: ReadonlySet<Concerned>;
  readonly moments: ReadonlySet<string>;
  readonly question: QuestionType;
}

/** Reads a prompt for the guard. */
export function readForGuard(text: string): GuardReading {
  const prompt = readPrompt(text);
  return {
    prompt,
    terms: readTerms(prompt),
    stems: new Set(prompt.tokens.map((token) => token.stem)),
    scripts: scriptsOf(prompt),
    quantities: readQuantities(prompt),
    counts: readCounts(prompt),
    negation: readNegation(prompt),
    concerned: readConcerned(prompt),
    moments: readMoments(prompt.text),
    question: questionTypeOf(prompt),
  };
}

type Check = (stored: GuardReading, asked: GuardReading, alignment: Alignment) => boolean;

/** The checks, the cheapest and surest first. Each says whether the prompts differ. */
const CHECKS: readonly (readonly [GuardCheck, Check])[] = [
  ['script', (a, b) => !haveSameScripts(a.scripts, b.scripts)],
  ['numbers', (a, b) => !haveSameQuantities(a.quantities, b.quantities) || hasSwappedCounts(a.counts, b.counts)],
  ['identifiers', (a, b) => !haveSameIdentifiers(a.prompt, b.prompt)],
  ['negation', (a, b) => negationDifference(a, b) !== undefined],
  ['opposite', (_a, _b, alignment) => hasOpposites(alignment)],
  ['contrast', (_a, _b, alignment) => findContrast(alignment) !== undefined],
  [
    'direction',
    (a, b, alignment) => hasSwappedArguments(alignment, a.terms, b.terms) || hasReversedRoute(a.terms, b.terms),
  ],
  ['concerns', (a, b) => concernsDiffer(a.concerned, b.concerned)],
  [
    'entity',
    (a, b, alignment) =>
      entityDifference(namedSide(a, alignment.onlyLeft), namedSide(b, alignment.onlyRight)) !== undefined,
  ],
  ['freshness', (a, b) => momentsDiffer(a.moments, b.moments)],
  ['question', (a, b) => compareQuestions(a.question, b.question) === 'differs'],
];

/**
 * Checks that find differences where there are none too often to have the last word: of the true paraphrases of our own writing that
 * a check refused, most were refused by these.
 */
const SUSPICIONS: ReadonlySet<GuardCheck> = new Set(['negation', 'concerns', 'entity', 'freshness', 'question']);

function namedSide(reading: GuardReading, only: readonly Term[]): NamedSide {
  return { reading: reading.prompt, terms: reading.terms, only };
}

/**
 * Compares a stored prompt with an asked one. Refuses on evidence of a difference, not on every word without a
 * counterpart: those are features for the acceptance probability. Pure; well under a tenth of a millisecond for prompts of
 * usual length.
 */
export function compareForHit(stored: GuardReading, asked: GuardReading): GuardVerdict {
  const alignment = alignTerms(stored.terms, asked.terms);
  const features = readFeatures(stored, asked, alignment);
  let suspectedBy: GuardCheck | undefined;
  for (const [check, differs] of CHECKS) {
    if (SUSPICIONS.has(check) && suspectedBy !== undefined) continue;
    if (!differs(stored, asked, alignment)) continue;
    if (!SUSPICIONS.has(check)) return { refusedBy: check, features };
    suspectedBy = check;
  }
  return suspectedBy === undefined ? { features } : { suspectedBy, features: { ...features, isSuspected: true } };
}

function readFeatures(stored: GuardReading, asked: GuardReading, alignment: Alignment): GuardFeatures {
  const isTelling = (term: Term): boolean => !term.isGeneric;
  const unmatchedStored = alignment.onlyLeft.filter(isTelling).length;
  const unmatchedAsked = alignment.onlyRight.filter(isTelling).length;
  const tellingWords = stored.terms.filter(isTelling).length + asked.terms.filter(isTelling).length;
  return {
    unmatchedStored,
    unmatchedAsked,
    coverage: tellingWords === 0 ? 1 : 1 - (unmatchedStored + unmatchedAsked) / tellingWords,
    isSubstituted: unmatchedStored > 0 && unmatchedAsked > 0,
    isSuspected: false,
    isQuestionDoubtful: compareQuestions(stored.question, asked.question) === 'doubtful',
    tellingWords,
  };
}
