import type { CacheEntry } from './store.js';

/** Fields of an entry's hash, short because there may be millions. */
const FIELDS = ['p', 'k', 'n', 't', 'm', 'x', 'a', 'c', 'e'] as const;

/** Fields and values for HSET. */
export function toHash(entry: CacheEntry): (string | Buffer)[] {
  const { partition, exactKey, tenantKey, task, model, text, answer, createdAtMs, expiresAtMs } = entry;
  const values = [partition, exactKey, tenantKey, task, model, text, answer, String(createdAtMs), String(expiresAtMs)];
  return FIELDS.flatMap((field, index) => [field, values[index] ?? '']);
}

/** Fields in the order that {@link fromHash} takes. */
export const HASH_FIELDS: readonly string[] = FIELDS;
/** The same without text and answer, for looking through many. */
export const SUMMARY_FIELDS: readonly string[] = ['p', 'k', 'n', 't', 'm', 'c', 'e'];

type HashValue = Buffer | null | undefined;

/** Reads the values of {@link HASH_FIELDS}; undefined where the entry is gone or damaged. */
export function fromHash(values: readonly HashValue[]): CacheEntry | undefined {
  const [partition, exactKey, tenantKey, task, model, text, answer, createdAt, expiresAt] = values;
  if (!partition || !exactKey || !tenantKey || !task || !model || !text || !answer || !createdAt || !expiresAt)
    return undefined;
  const entry: CacheEntry = {
    partition: partition.toString(),
    exactKey: exactKey.toString(),
    tenantKey: tenantKey.toString(),
    task: task.toString(),
    model: model.toString(),
    text: text.toString('utf8'),
    answer,
    createdAtMs: Number(createdAt.toString()),
    expiresAtMs: Number(expiresAt.toString()),
  };
  return Number.isFinite(entry.createdAtMs) && Number.isFinite(entry.expiresAtMs) ? entry : undefined;
}

/** Reads the values of {@link SUMMARY_FIELDS}. */
export function fromSummary(values: readonly HashValue[]): Omit<CacheEntry, 'text' | 'answer'> | undefined {
  const [partition, exactKey, tenantKey, task, model, createdAt, expiresAt] = values;
  const entry = fromHash([partition, exactKey, tenantKey, task, model, EMPTY, EMPTY, createdAt, expiresAt]);
  return entry;
}

const EMPTY = Buffer.alloc(0);

/** A vector as VADD and VSIM take it (FP32). */
export function toBytes(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
