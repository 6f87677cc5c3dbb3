import type { AcceptanceWeights } from '../../src/cache/acceptance.js';

/** What goes into src/cache/acceptance-weights.ts. */
export interface FittedWeights {
  readonly verified: AcceptanceWeights;
  readonly unverified: AcceptanceWeights;
  readonly verifierRevision: string;
  /** Own pairs that the verifier scored. */
  readonly judged: number;
  readonly maxFalseHitRate: number;
  /** Where the cosine's weight was held at so many times the logit's. */
  readonly similarityPerLogit?: number;
  /** The same for the share of words without a counterpart. */
  readonly uncoveredPerLogit?: number;
}

const UNVERIFIED_COMMENT =
  'For pairs without a score; fitted and set in the same way, without the pairs that the judge refuses for a word without a counterpart or a suspicion.';

/** The source of src/cache/acceptance-weights.ts. */
export function renderWeights(fitted: FittedWeights): string {
  const { verified, unverified, similarityPerLogit, uncoveredPerLogit } = fitted;
  const verifiedComment = [
    'For pairs that the verifier scored.',
    `Logistic regression on ${fitted.judged} pairs of our own writing that the verifier has not seen and that no check of the guard refuses.`,
    ...(similarityPerLogit === undefined
      ? []
      : [
          `The cosine's weight is held at ${similarityPerLogit} times the logit's: most of the different pairs were written to be near, so on them the cosine tells less than it does in use.`,
        ]),
    ...(uncoveredPerLogit === undefined
      ? []
      : [
          `The weight of unmatched words is held at ${uncoveredPerLogit} times the logit's: a high logit in spite of them tells more than one of nearly equal texts. Of the ratios tried these find most of our own unseen paraphrases at the same rate of wrong hits.`,
        ]),
    `The bias lets ${fitted.maxFalseHitRate} of the different pairs of a QQP sample hit at the default threshold; no weight was fitted to QQP pairs.`,
  ];
  return `// Written by \`npm run fit:acceptance\`; not to be edited.
import type { AcceptanceWeights } from './acceptance.js';

/** The \`revision\` of the verifier that the weights belong to. */
export const FITTED_VERIFIER_REVISION = '${fitted.verifierRevision}';

${blockComment(verifiedComment.join(' '))}
export const WEIGHTS_WITH_VERIFIER: AcceptanceWeights = ${objectText(verified)};

${blockComment(UNVERIFIED_COMMENT)}
export const WEIGHTS_WITHOUT_VERIFIER: AcceptanceWeights = ${objectText(unverified)};
`;
}

const LINE_WIDTH = 117;

function blockComment(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LINE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return ['/**', ...lines.map((line) => ` * ${line}`), ' */'].join('\n');
}

function objectText({ bias, inputs }: AcceptanceWeights): string {
  const entries = Object.entries(inputs).map(([name, weight]) => `${name}: ${weight}`);
  return `{\n  bias: ${bias},\n  inputs: { ${entries.join(', ')} },\n}`;
}
