import { z } from 'zod';
import { findForbiddenCharacter } from './yaml-document.js';

/** Field types of the files that people edit. Each says what it expects in its own words. */

/** Non-empty text without control characters. */
export function text(options: { readonly maxCharacters: number; readonly what?: string }): z.ZodType<string> {
  const expected = `expected ${options.what ?? 'text'}`;
  return z
    .string({ error: expected })
    .max(options.maxCharacters, { error: `expected at most ${options.maxCharacters} characters` })
    .superRefine((value, context) => {
      const forbidden = findForbiddenCharacter(value);
      if (forbidden !== undefined) {
        context.addIssue({ code: 'custom', message: `control character ${forbidden.name}; remove it` });
      } else if (value.trim() === '') {
        context.addIssue({ code: 'custom', message: `${expected}, got ${value === '' ? 'empty' : 'blank'} text` });
      }
    });
}

const IDENTIFIER = /^[a-z0-9][a-z0-9._-]{0,79}$/u;

/** Lower-case letters, digits, ".", "_" and "-"; at most 80 characters. */
export function identifier(what: string): z.ZodType<string> {
  const expected = `expected ${what} (lower-case letters, digits, ".", "_", "-"; at most 80 characters)`;
  return z.string({ error: expected }).regex(IDENTIFIER, { error: expected });
}

/** A number within limits, both included. */
export function numberBetween(minimum: number, maximum: number): z.ZodType<number> {
  const error = `expected a number from ${minimum} to ${maximum}`;
  return z.number({ error }).min(minimum, { error }).max(maximum, { error });
}

/** A finite number of at least the minimum. */
export function numberAtLeast(minimum: number, what = 'a number'): z.ZodType<number> {
  const error = `expected ${what} of at least ${minimum}`;
  return z.number({ error }).min(minimum, { error });
}

/** A whole number within limits, both included. */
export function integerBetween(minimum: number, maximum: number): z.ZodType<number> {
  const error = `expected a whole number from ${minimum} to ${maximum}`;
  return z.number({ error }).int({ error }).min(minimum, { error }).max(maximum, { error });
}

/** true or false. */
export function flag(): z.ZodType<boolean> {
  return z.boolean({ error: 'expected true or false' });
}

/** A calendar day, YYYY-MM-DD. */
export function isoDate(): z.ZodType<string> {
  const error = 'expected a date as YYYY-MM-DD';
  return z.string({ error }).refine(isCalendarDay, { error });
}

function isCalendarDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number]> {
  return z.enum(values);
}
