import { mkdir, open, readdir, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { RouterError } from '../errors.js';
import { parseOutcomeLine, type OutcomeRecord } from './outcome-record.js';

/** Settings of {@link openOutcomeJournal}. */
export interface OutcomeJournalOptions {
  /** Folder of the segments; made when missing. One process writes to it at a time. */
  readonly directory: string;
  /** Size after which a new segment begins. Default 16 MiB. */
  readonly segmentBytes?: number;
  /** Outcomes that may wait for the disk; more are refused. Default 10,000. */
  readonly queueLimit?: number;
  /** Newest idempotency keys that are remembered. Default 1,000,000. */
  readonly keyLimit?: number;
}

/** An append-only store of outcomes that survives a crash at any moment. */
export interface OutcomeJournal {
  /**
   * Stores an outcome. The promise resolves after the record is on disk (fdatasync), never before; many waiting
   * records share one sync. A key that was stored before is not stored again.
   *
   * @throws RouterError OUTCOME_NOT_STORED
   */
  append(record: OutcomeRecord): Promise<{ readonly isDuplicate: boolean }>;
  /** Writes what waits, then closes. */
  close(): Promise<void>;
}

interface Waiting {
  readonly record: OutcomeRecord;
  resolve(result: { isDuplicate: boolean }): void;
  reject(error: RouterError): void;
}

const SEGMENT_NAME = /^outcomes-(\d{8})\.jsonl$/u;
const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024;
const DEFAULT_QUEUE_LIMIT = 10_000;
const DEFAULT_KEY_LIMIT = 1_000_000;

/**
 * Opens a journal and makes it whole: a last line that a crash tore is cut off. It was never acknowledged.
 *
 * @throws RouterError OUTCOME_NOT_STORED when the folder cannot be read or written.
 */
export async function openOutcomeJournal(options: OutcomeJournalOptions): Promise<OutcomeJournal> {
  const keyLimit = options.keyLimit ?? DEFAULT_KEY_LIMIT;
  try {
    await mkdir(options.directory, { recursive: true });
    const segments = await listSegments(options.directory);
    const last = segments.at(-1);
    if (last !== undefined) await cutTornLine(join(options.directory, last));
    const keys = await readKeys(options.directory, segments, keyLimit);
    const writer = await openSegment(options.directory, last === undefined ? 1 : segmentNumber(last));
    return createJournal(options, { keys, keyLimit, writer });
  } catch (error) {
    throw notStored(`cannot open the outcome journal in ${options.directory}`, error);
  }
}

/** Names of a journal's segments, oldest first. */
export async function listSegments(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => SEGMENT_NAME.test(name)).sort();
}

interface SegmentWriter {
  readonly number: number;
  readonly file: FileHandle;
  size: number;
}

interface JournalState {
  readonly keys: Set<string>;
  readonly keyLimit: number;
  writer: SegmentWriter;
}

function createJournal(options: OutcomeJournalOptions, state: JournalState): OutcomeJournal {
  const segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES;
  const queueLimit = options.queueLimit ?? DEFAULT_QUEUE_LIMIT;
  let waiting: Waiting[] = [];
  const pending = new Map<string, Promise<unknown>>();
  let writing: Promise<void> | undefined;
  let isClosed = false;

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await writeBatch(batch);
        for (const entry of batch) {
          remember(entry.record.key);
          entry.resolve({ isDuplicate: false });
        }
      } catch (error) {
        const failure = notStored('the outcome could not be written to disk', error);
        for (const entry of batch) entry.reject(failure);
      }
    }
    writing = undefined;
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    if (state.writer.size >= segmentBytes) {
      await state.writer.file.close();
      state.writer = await openSegment(options.directory, state.writer.number + 1);
    }
    const bytes = Buffer.from(batch.map((entry) => `${JSON.stringify(entry.record)}\n`).join(''));
    try {
      await writeAll(state.writer.file, bytes);
      await state.writer.file.datasync();
      state.writer.size += bytes.length;
    } catch (error) {
      // A part may be on disk: cut it, so that a retry does not leave the record twice.
      await state.writer.file.truncate(state.writer.size).catch(() => undefined);
      throw error;
    }
  }

  function remember(key: string): void {
    state.keys.add(key);
    if (state.keys.size <= state.keyLimit) return;
    const oldest = state.keys.values().next();
    if (oldest.done !== true) state.keys.delete(oldest.value);
  }

  return {
    async append(record) {
      if (isClosed) throw notStored('the outcome journal is closed');
      if (state.keys.has(record.key)) return { isDuplicate: true };
      const same = pending.get(record.key);
      if (same !== undefined) {
        // Acknowledged only with the first one; when that fails, so does this.
        await same;
        return { isDuplicate: true };
      }
      if (waiting.length >= queueLimit) {
        throw notStored(`${waiting.length} outcomes wait for the disk; retry after a pause`);
      }
      const stored = new Promise<{ isDuplicate: boolean }>((resolve, reject) => {
        waiting.push({ record, resolve, reject });
      });
      pending.set(record.key, stored);
      writing ??= writeWaiting();
      try {
        return await stored;
      } finally {
        pending.delete(record.key);
      }
    },
    async close() {
      isClosed = true;
      await writing;
      await state.writer.file.close();
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset);
    offset += bytesWritten;
  }
}

async function openSegment(directory: string, number: number): Promise<SegmentWriter> {
  const file = await open(join(directory, `outcomes-${String(number).padStart(8, '0')}.jsonl`), 'a');
  const { size } = await file.stat();
  // The name of a new file is durable only once its folder is synced.
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return { number, file, size };
}

function segmentNumber(name: string): number {
  return Number(SEGMENT_NAME.exec(name)?.[1] ?? 0);
}

async function cutTornLine(path: string): Promise<void> {
  const bytes = await readFile(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) await truncate(path, end);
}

async function readKeys(directory: string, segments: readonly string[], limit: number): Promise<Set<string>> {
  const newestFirst: string[][] = [];
  let count = 0;
  for (const name of [...segments].reverse()) {
    if (count >= limit) break;
    const keys = await readSegmentKeys(join(directory, name));
    newestFirst.push(keys);
    count += keys.length;
  }
  return new Set(newestFirst.reverse().flat().slice(-limit));
}

async function readSegmentKeys(path: string): Promise<string[]> {
  const keys: string[] = [];
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    if (line === '') continue;
    const parsed = parseOutcomeLine(line);
    if ('record' in parsed) keys.push(parsed.record.key);
  }
  return keys;
}

function notStored(message: string, cause?: unknown): RouterError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new RouterError({ reason: 'OUTCOME_NOT_STORED', message: message + why, retryAfterMs: 1000, cause });
}
