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
export type GuardVerdict =
  /** The first check that refused, whatever the verifier says. */
  | { readonly refusedBy: GuardCheck; readonly suspectedBy?: undefined; readonly features?: undefined }
  | {
      readonly refusedBy?: undefined;
      /**
       * The first check that saw a difference which need not be one ("who can't sleep" against "insomnia"). It refuses unless the
       * verifier, which reads whole sentences, overrules it.
       */
      readonly suspectedBy?: GuardCheck;
      readonly features: GuardFeatures;
    };

/** A prompt as the checks see it. Each part is read when a check first asks for it: most pairs are refused by an early one. */
export interface GuardReading {
  readonly prompt: PromptReading;
  readonly terms: () => readonly Term[];
  readonly stems: () => ReadonlySet<string>;
  readonly scripts: () => ReadonlySet<string>;
  readonly quantities: () => readonly Quantity[];
  readonly symbols: () => readonly string[];
  readonly counts: () => Counts;
  readonly negation: () => Negation;
  readonly concerned: () => ReadonlySet<Concerned>;
  readonly moments: () => ReadonlySet<string>;
  readonly question: () => QuestionType;
}

/** Reads a prompt for the guard. */
export function readForGuard(text: string): GuardReading {
  const prompt = readPrompt(text);
  return {
    prompt,
    terms: once(() => readTerms(prompt)),
    stems: once(() => new Set(prompt.tokens.map((token) => token.stem))),
    scripts: once(() => scriptsOf(prompt)),
    quantities: once(() => readQuantities(prompt)),
    symbols: once(() => readSymbols(prompt.text)),
    counts: once(() => readCounts(prompt)),
    negation: once(() => readNegation(prompt)),
    concerned: once(() => readConcerned(prompt)),
    moments: once(() => readMoments(prompt.text)),
    question: once(() => questionTypeOf(prompt)),
  };
}

/** Makes a thing when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** What a check reads of two prompts. */
interface Comparison {
  readonly stored: GuardReading;
  readonly asked: GuardReading;
  readonly alignment: () => Alignment;
  readonly left: () => AlignedSide;
  readonly right: () => AlignedSide;
}

/**
 * The checks, the cheapest and surest first. Each says whether the prompts differ, and either refuses or only suspects: those that
 * suspect find differences where there are none too often to have the last word. Of the true paraphrases of our own writing that a
 * check refused, most were refused by these.
 */
const CHECKS: readonly (readonly [GuardCheck, 'refuses' | 'suspects', (pair: Comparison) => boolean])[] = [
  ['script', 'refuses', ({ stored, asked }) => !haveSameScripts(stored.scripts(), asked.scripts())],
  [
    'numbers',
    'refuses',
    ({ stored, asked }) =>
      !haveSameQuantities(stored.quantities(), asked.quantities()) || hasSwappedCounts(stored.counts(), asked.counts()),
  ],
  ['identifiers', 'refuses', ({ stored, asked }) => !haveSameIdentifiers(stored.prompt, asked.prompt)],
  ['symbols', 'refuses', ({ stored, asked }) => !haveSameSymbols(stored.symbols(), asked.symbols())],
  ['opposite', 'refuses', ({ alignment }) => hasOpposites(alignment())],
  ['contrast', 'refuses', ({ alignment }) => findContrast(alignment()) !== undefined],
  [
    'direction',
    'refuses',
    ({ stored, asked, alignment }) =>
      hasSwappedArguments(alignment(), stored.terms(), asked.terms()) ||
      hasReversedRoute(stored.terms(), asked.terms()),
  ],
  ['entity', 'refuses', ({ left, right }) => isNameReplaced(left(), right())],
  ['addition', 'refuses', ({ left, right }) => hasConjunctMore(left(), right()) || hasQuestionMore(left(), right())],
  ['negation', 'suspects', ({ stored, asked }) => negationDifference(scopesOf(stored), scopesOf(asked)) !== undefined],
  ['concerns', 'suspects', ({ stored, asked }) => concernsDiffer(stored.concerned(), asked.concerned())],
  ['entity', 'suspects', ({ left, right }) => entityDifference(left(), right()) !== undefined],
  ['freshness', 'suspects', ({ stored, asked }) => momentsDiffer(stored.moments(), asked.moments())],
  ['question', 'suspects', ({ stored, asked }) => questionsDiffer(stored.question(), asked.question())],
];

/**
 * Compares a stored prompt with an asked one. Refuses on evidence of a difference, not on every word without a
 * counterpart: those are features for the acceptance probability. Pure; about a tenth of a millisecond for questions of ten words,
 * one for 160 (`bench:guard`).
 */
export function compareForHit(stored: GuardReading, asked: GuardReading): GuardVerdict {
  const alignment = once(() => alignTerms(stored.terms(), asked.terms()));
  const left = (): AlignedSide => ({ reading: stored.prompt, terms: stored.terms(), only: alignment().onlyLeft });
  const right = (): AlignedSide => ({ reading: asked.prompt, terms: asked.terms(), only: alignment().onlyRight });
  const found = CHECKS.find(([, , differs]) => differs({ stored, asked, alignment, left, right }));
  if (found?.[1] === 'refuses') return { refusedBy: found[0] };
  const coverage = coverageOf(stored, asked, alignment());
  return found === undefined
    ? { features: { coverage, isSuspected: false } }
    : { suspectedBy: found[0], features: { coverage, isSuspected: true } };
}

function coverageOf(stored: GuardReading, asked: GuardReading, alignment: Alignment): number {
  const isTelling = (term: Term): boolean => !term.isGeneric;
  const unmatched = [...alignment.onlyLeft, ...alignment.onlyRight].filter(isTelling).length;
  const all = [...stored.terms(), ...asked.terms()].filter(isTelling).length;
  return all === 0 ? 1 : 1 - unmatched / all;
}

function scopesOf(reading: GuardReading): { readonly negation: Negation; readonly stems: ReadonlySet<string> } {
  return { negation: reading.negation(), stems: reading.stems() };
}
