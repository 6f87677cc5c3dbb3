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
  /** Out-of-fold predictions of the fitted model. Without them likely mislabelled exemplars are not looked for. */
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
  const { vectors } = options;
  const findings = [
    ...lintExemplars(bundle),
    ...lintCatalogue(bundle),
    ...lintRows(bundle),
    ...(vectors === undefined ? [] : lintVectors(bundle, vectors, options.index ?? buildExemplarIndex(vectors))),
    ...(options.predictions === undefined ? [] : lintPredictions(bundle, options.predictions)),
  ];
  return findings.sort(
    ({ location: a }, { location: b }) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
