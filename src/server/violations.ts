import { RouterError, type FieldViolation, type Reason } from '../errors.js';

/** Most violations that an error lists; header limits keep details small. */
const MAX_LISTED = 20;

/** Collects what is wrong with a request, so that a caller learns all of it at once. */
export interface Violations {
  add(reason: Reason, field: string, description: string): void;
  /** Adds and throws at once, for mistakes that make looking further pointless or costly. */
  fail(reason: Reason, field: string, description: string): never;
  /** Adds CONSTRAINT_INVALID or FIELD_INVALID when a number is outside its range or not a number. */
  checkRange(field: string, value: number | undefined, low: number, high: number): void;
  /** @throws RouterError with the first reason and all fields, when there is anything to tell. */
  throwIfAny(): void;
}

/** An empty collection. */
export function createViolations(): Violations {
  const found: FieldViolation[] = [];
  let first: Reason | undefined;
  let extra = 0;

  const throwIfAny = (): void => {
    const top = found[0];
    if (first === undefined || top === undefined) return;
    const more = found.length + extra - 1;
    throw new RouterError({
      reason: first,
      message: `${top.field}: ${top.description}${more > 0 ? ` (and ${more} more)` : ''}`,
      metadata: { field: top.field },
      fieldViolations: found,
    });
  };

  const add: Violations['add'] = (reason, field, description) => {
    first ??= reason;
    if (found.length < MAX_LISTED) found.push({ field, description });
    else extra++;
  };

  return {
    add,
    fail(reason, field, description) {
      throw new RouterError({
        reason,
        message: `${field}: ${description}`,
        metadata: { field },
        fieldViolations: [{ field, description }],
      });
    },
    checkRange(field, value, low, high) {
      if (value === undefined || (value >= low && value <= high)) return;
      const reason = field.startsWith('constraints.') ? 'CONSTRAINT_INVALID' : 'FIELD_INVALID';
      add(reason, field, `must be from ${low} to ${high}, got ${value}`);
    },
    throwIfAny,
  };
}
