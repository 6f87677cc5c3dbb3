import { z } from 'zod';

/** An outcome as the journal keeps it: one line of JSON. */
const outcomeRecordSchema = z.strictObject({
  /** Idempotency key of the caller. */
  key: z.string().min(1).max(200),
  /** ISO time of the recording. */
  at: z.string(),
  decisionId: z.string(),
  snapshotId: z.string(),
  task: z.string(),
  /** Model that answered. */
  model: z.string(),
  /** 0 to 1. */
  score: z.number().min(0).max(1),
  promptTokens: z.number().int().min(0),
  completionTokens: z.number().int().min(0).optional(),
  /** Who or what judged. */
  source: z.string().max(200),
  isAbstained: z.boolean(),
  /** Masked text of the prompt; only where the operator opted in. */
  prompt: z.string().optional(),
});

/** An outcome as the journal keeps it. */
export type OutcomeRecord = Readonly<z.infer<typeof outcomeRecordSchema>>;

/** A line of the journal as a record, or what is wrong with it. */
export function parseOutcomeLine(line: string): { record: OutcomeRecord } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: 'not a line of JSON' };
  }
  const result = outcomeRecordSchema.safeParse(value);
  if (result.success) return { record: result.data };
  const issue = result.error.issues[0];
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}
