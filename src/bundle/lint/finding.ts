import type { SourceLocation } from '../bundle.js';

/** Every rule, with how bad a breach is. An error fails a pull-request check; a warning is shown. */
export const LINT_RULES = {
  'duplicate-exemplar': 'warning',
  'exemplar-in-two-tasks': 'error',
  'near-duplicate-exemplar': 'warning',
  'near-duplicate-across-tasks': 'warning',
  'shadowed-exemplar': 'warning',
  'mislabelled-exemplar': 'warning',
  'exemplar-too-long': 'warning',
  'few-exemplars': 'warning',
  'unbalanced-task': 'warning',
  'duplicate-title': 'warning',
  'task-without-evidence': 'error',
  'floor-out-of-reach': 'warning',
  'model-without-evidence': 'warning',
  'model-below-every-floor': 'warning',
  'dominated-model': 'warning',
  'model-without-deployment': 'warning',
  'region-without-deployment': 'warning',
  'output-limit-too-small': 'warning',
  'baseline-disabled': 'warning',
  'conflicting-outcomes': 'warning',
  'conflicting-cache-pairs': 'error',
} as const satisfies Record<string, 'error' | 'warning'>;

/** Name of a rule. */
export type LintRule = keyof typeof LINT_RULES;

/** Something in a bundle that is allowed, yet most likely a mistake. */
export interface LintFinding {
  readonly severity: 'error' | 'warning';
  readonly rule: LintRule;
  /** What, which, and what to do. */
  readonly message: string;
  readonly location: SourceLocation;
}

/** Makes a finding; the rule tells how severe it is. */
export function finding(rule: LintRule, location: SourceLocation, message: string): LintFinding {
  return { severity: LINT_RULES[rule], rule, message, location };
}

/** A place as people write it. */
export function formatLocation({ file, line, column }: SourceLocation): string {
  return `${file}:${line}:${column}`;
}
