import { hasConjunctMore, hasQuestionMore } from './additions.js';
import { hasSwappedCounts, readCounts } from './counts.js';
import type { Counts } from './counts.js';
import { concernsDiffer, readConcerned } from './concerns.js';
import type { Concerned } from './concerns.js';
import { findContrast, hasOpposites, hasReversedRoute, hasSwappedArguments } from './direction.js';
import { entityDifference, isNameReplaced } from './entities.js';
import { momentsDiffer, readMoments } from './freshness.js';
import { haveSameIdentifiers } from './identifiers.js';
import { haveSameScripts, scriptsOf } from './language.js';
import { negationDifference, readNegation } from './negation.js';
import type { Negation } from './negation.js';
import { haveSameQuantities, readQuantities } from './numbers.js';
import type { Quantity } from './numbers.js';
import { questionsDiffer, questionTypeOf } from './question.js';
import type { QuestionType } from './question.js';
import { haveSameSymbols, readSymbols } from './symbols.js';
import { alignTerms, readTerms } from './terms.js';
import type { AlignedSide, Alignment, Term } from './terms.js';
import { readPrompt } from './tokens.js';
import type { PromptReading } from './tokens.js';

/** The check that found two prompts to want different answers. */
export type GuardCheck =
  | 'script'
  | 'numbers'
  | 'identifiers'
  | 'symbols'
  | 'negation'
  | 'opposite'
  | 'direction'
  | 'contrast'
  | 'entity'
  | 'addition'
  | 'concerns'
  | 'freshness'
  | 'question';

/** What the rules see between two prompts that none of the checks refuses; inputs of the acceptance probability. */
export interface GuardFeatures {
  /** Share of telling words with a counterpart, 0 to 1. */
  readonly coverage: number;
  /** Whether a check suspects a difference; see {@link GuardVerdict.suspectedBy}. */
  readonly isSuspected: boolean;
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
  readonly symbols: readonly string[];
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
    symbols: readSymbols(prompt.text),
    counts: readCounts(prompt),
    negation: readNegation(prompt),
    concerned: readConcerned(prompt),
    moments: readMoments(prompt.text),
    question: questionTypeOf(prompt),
  };
}

/** What a check reads of two prompts. */
interface Comparison {
  readonly stored: GuardReading;
  readonly asked: GuardReading;
  readonly alignment: Alignment;
  readonly left: AlignedSide;
  readonly right: AlignedSide;
}

/**
 * The checks, the cheapest and surest first. Each says whether the prompts differ, and either refuses or only suspects: those that
 * suspect find differences where there are none too often to have the last word. Of the true paraphrases of our own writing that a
 * check refused, most were refused by these.
 */
const CHECKS: readonly (readonly [GuardCheck, 'refuses' | 'suspects', (pair: Comparison) => boolean])[] = [
  ['script', 'refuses', ({ stored, asked }) => !haveSameScripts(stored.scripts, asked.scripts)],
  [
    'numbers',
    'refuses',
    ({ stored, asked }) =>
      !haveSameQuantities(stored.quantities, asked.quantities) || hasSwappedCounts(stored.counts, asked.counts),
  ],
  ['identifiers', 'refuses', ({ stored, asked }) => !haveSameIdentifiers(stored.prompt, asked.prompt)],
  ['symbols', 'refuses', ({ stored, asked }) => !haveSameSymbols(stored.symbols, asked.symbols)],
  ['opposite', 'refuses', ({ alignment }) => hasOpposites(alignment)],
  ['contrast', 'refuses', ({ alignment }) => findContrast(alignment) !== undefined],
  [
    'direction',
    'refuses',
    ({ stored, asked, alignment }) =>
      hasSwappedArguments(alignment, stored.terms, asked.terms) || hasReversedRoute(stored.terms, asked.terms),
  ],
  ['entity', 'refuses', ({ left, right }) => isNameReplaced(left, right)],
  ['addition', 'refuses', ({ left, right }) => hasConjunctMore(left, right) || hasQuestionMore(left, right)],
  ['negation', 'suspects', ({ stored, asked }) => negationDifference(stored, asked) !== undefined],
  ['concerns', 'suspects', ({ stored, asked }) => concernsDiffer(stored.concerned, asked.concerned)],
  ['entity', 'suspects', ({ left, right }) => entityDifference(left, right) !== undefined],
  ['freshness', 'suspects', ({ stored, asked }) => momentsDiffer(stored.moments, asked.moments)],
  ['question', 'suspects', ({ stored, asked }) => questionsDiffer(stored.question, asked.question)],
];

/**
 * Compares a stored prompt with an asked one. Refuses on evidence of a difference, not on every word without a
 * counterpart: those are features for the acceptance probability. Pure; well under a tenth of a millisecond for prompts of
 * usual length.
 */
export function compareForHit(stored: GuardReading, asked: GuardReading): GuardVerdict {
  const alignment = alignTerms(stored.terms, asked.terms);
  const features = readFeatures(stored, asked, alignment);
  const left = { reading: stored.prompt, terms: stored.terms, only: alignment.onlyLeft };
  const right = { reading: asked.prompt, terms: asked.terms, only: alignment.onlyRight };
  const found = CHECKS.find(([, , differs]) => differs({ stored, asked, alignment, left, right }));
  if (found === undefined) return { features };
  const [check, effect] = found;
  return effect === 'refuses'
    ? { refusedBy: check, features }
    : { suspectedBy: check, features: { ...features, isSuspected: true } };
}

function readFeatures(stored: GuardReading, asked: GuardReading, alignment: Alignment): GuardFeatures {
  const isTelling = (term: Term): boolean => !term.isGeneric;
  const unmatched = [...alignment.onlyLeft, ...alignment.onlyRight].filter(isTelling).length;
  const all = [...stored.terms, ...asked.terms].filter(isTelling).length;
  return { coverage: all === 0 ? 1 : 1 - unmatched / all, isSuspected: false };
}
