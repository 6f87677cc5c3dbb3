import { z } from 'zod';
import { suggestion } from './nearest.js';
import type { Place, ProblemList } from './problems.js';

/** What a schema is checked against: a value, and where its parts are written. */
export interface LocatedValue {
  readonly value: unknown;
  locate(path: readonly PropertyKey[]): Place;
  locateKey(path: readonly PropertyKey[]): Place;
}

type Issue = z.core.$ZodIssue;

/** Zod's names of types, for people. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'nothing',
};

/** Longest piece of a wrong value that a message shows. */
const MAX_SHOWN_CHARACTERS = 40;

/**
 * Checks a value and adds each mistake to the problems, in the words of this project: a schema's own `error` text that
 * starts with "expected" is completed by what was found; a custom issue's text is taken as it is.
 *
 * @returns the parsed value, or undefined when there were problems.
 */
export function checkSchema<S extends z.ZodType>(
  schema: S,
  source: LocatedValue,
  problems: ProblemList,
): z.output<S> | undefined {
  const result = schema.safeParse(source.value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) reportIssue(issue, [], { schema, source, problems });
  return undefined;
}

interface ReportContext {
  readonly schema: z.ZodType;
  readonly source: LocatedValue;
  readonly problems: ProblemList;
}

function reportIssue(issue: Issue, parentPath: readonly PropertyKey[], context: ReportContext): void {
  const path = [...parentPath, ...issue.path];
  const { source, problems } = context;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schemaAt(context.schema, path, source.value));
    for (const key of issue.keys) {
      problems.add(source.locateKey([...path, key]), [...path, key], `unknown key${suggestion(key, known)}`);
    }
    return;
  }
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors);
    if (branch !== undefined) {
      for (const inner of branch) reportIssue(inner, path, context);
      return;
    }
  }
  const place = issue.code === 'invalid_key' ? source.locateKey(path) : source.locate(path);
  problems.add(place, path, describeIssue(issue, valueAt(source.value, path)));
}

/** The branch of a union whose type fits, so that its own mistakes can be told. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(
    (issues) => issues.length > 0 && issues.every((issue) => issue.path.length > 0 || !isTypeIssue(issue)),
  );
}

function isTypeIssue(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function describeIssue(issue: Issue, value: unknown): string {
  if (issue.code === 'custom' && (!issue.message.startsWith('expected ') || issue.message.includes(', got '))) {
    return issue.message;
  }
  return `expected ${expectedWords(issue)}, got ${describeValue(value)}`;
}

/** What would have been right: in the schema's own words where it has some. */
function expectedWords(issue: Issue): string {
  return issue.message.startsWith('expected ') ? issue.message.slice('expected '.length) : expectation(issue);
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'too_small':
      return `at least ${String(issue.minimum)}${unit(issue.origin)}`;
    case 'too_big':
      return `at most ${String(issue.maximum)}${unit(issue.origin)}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union': {
      const names = issue.errors.flatMap((branch) => branch.slice(0, 1).map(expectedWords));
      return [...new Set(names)].join(' or ') || 'another value';
    }
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_key':
      return 'another key';
    case 'invalid_format':
    case 'invalid_element':
    case 'unrecognized_keys':
    case 'custom':
      return 'another value';
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  if (origin === 'array') return ' entries';
  return '';
}

/** A wrong value in a few words; long text is cut. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') {
    if (value === '') return 'empty text';
    const shown = Array.from(value).slice(0, MAX_SHOWN_CHARACTERS).join('');
    return shown.length < value.length ? `${JSON.stringify(shown)}…` : JSON.stringify(shown);
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : 'another type';
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const step of path) {
    if (current === null || typeof current !== 'object') return undefined;
    current = (current as Record<PropertyKey, unknown>)[step];
  }
  return current;
}

/** The part of a schema that a path leads to, as far as it can be followed. */
function schemaAt(schema: unknown, path: readonly PropertyKey[], value: unknown): z.core.$ZodType | undefined {
  let current = unwrap(schema, value);
  let currentValue = value;
  for (const step of path) {
    currentValue = valueAt(currentValue, [step]);
    if (current instanceof z.ZodObject) current = unwrap(current.shape[String(step)], currentValue);
    else if (current instanceof z.ZodArray) current = unwrap(current.element, currentValue);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType, currentValue);
    else return undefined;
  }
  return current;
}

function unwrap(schema: unknown, value: unknown): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap(), value);
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in, value);
  if (schema instanceof z.ZodDiscriminatedUnion) return unwrap(discriminate(schema, value), value);
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map((option) => unwrap(option, value));
    return options.find((option) => fitsShape(option, value));
  }
  return schema instanceof z.core.$ZodType ? schema : undefined;
}

/** Whether a branch of a union is the one that a value was meant for: a mapping, with the branch's fixed values. */
function fitsShape(schema: z.core.$ZodType | undefined, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return schema !== undefined;
  if (!(schema instanceof z.ZodObject)) return false;
  return Object.entries(schema.shape).every(
    ([key, field]) => !(field instanceof z.ZodLiteral) || field.values.has(valueAt(value, [key]) as string),
  );
}

function knownKeys(schema: z.core.$ZodType | undefined): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The option of a union that a value's discriminator names. */
function discriminate(union: z.ZodDiscriminatedUnion, value: unknown): unknown {
  const { discriminator } = union._zod.def;
  const name = valueAt(value, [discriminator]);
  return union.options.find(
    (option) => option instanceof z.ZodObject && z.safeParse(option.shape[discriminator] as z.ZodType, name).success,
  );
}
