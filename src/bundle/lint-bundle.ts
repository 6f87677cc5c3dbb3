import type { Bundle } from './bundle.js';
import { lintCatalogue } from './lint/catalogue-rules.js';
import { lintExemplars } from './lint/exemplar-rules.js';
import type { LintFinding } from './lint/finding.js';
import { lintRows } from './lint/row-rules.js';
import { lintPredictions, lintVectors } from './lint/vector-rules.js';
import type { ExemplarPredictions } from './lint/vector-rules.js';
import { buildExemplarIndex } from '../routing/exemplar-index.js';
import type { ExemplarIndex, VectorTable } from '../routing/exemplar-index.js';

export { LINT_RULES } from './lint/finding.js';
export type { LintFinding, LintRule } from './lint/finding.js';

/** What a lint may look at besides the bundle. */
export interface LintOptions {
  /** One row an exemplar, in the bundle's order. Without them the rules on similarity are left out. */
  readonly vectors?: VectorTable;
  /** Over these vectors; built where it is not given. */
  readonly index?: ExemplarIndex;
  /** Out-of-fold predictions of the fitted model. Without them, or vectors, nothing is called mislabelled. */
  readonly predictions?: ExemplarPredictions;
}

/**
 * Looks for what is allowed in a bundle, yet most likely a mistake. The rules on texts and on the catalogue take
 * milliseconds; those on vectors search the neighbours of
 * each exemplar.
 *
 * @returns findings by file, line and column.
 */
export function lintBundle(bundle: Bundle, options: LintOptions = {}): readonly LintFinding[] {
  const findings = [
    ...lintExemplars(bundle),
    ...lintCatalogue(bundle),
    ...lintRows(bundle),
    ...lintSpace(bundle, options),
  ];
  return findings.sort(
    ({ location: a }, { location: b }) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}

function lintSpace(bundle: Bundle, { vectors, index, predictions }: LintOptions): readonly LintFinding[] {
  if (vectors === undefined) return [];
  const space = { vectors, index: index ?? buildExemplarIndex(vectors) };
  return [
    ...lintVectors(bundle, space.vectors, space.index),
    ...(predictions === undefined ? [] : lintPredictions(bundle, predictions, space)),
  ];
}
