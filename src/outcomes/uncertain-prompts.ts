import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { maskText } from '../privacy/mask.js';

/** A prompt that the router was unsure about, masked, as it is kept for the ML team. */
const uncertainPromptSchema = z.strictObject({
  /** ISO time. */
  at: z.string(),
  /** Routing text with personal data masked. */
  text: z.string(),
  /** Most probable task. */
  task: z.string(),
  /** Of that task. */
  probability: z.number(),
  /** Probability of the first task less that of the second. */
  margin: z.number(),
  isAbstained: z.boolean(),
});

/** A prompt that the router was unsure about. */
export type UncertainPrompt = Readonly<z.infer<typeof uncertainPromptSchema>>;

/** What a recorder is told about a decision. */
export type DecidedText = Omit<UncertainPrompt, 'at'>;

/** Keeps prompts that the router was unsure about. An aid: it never throws and never makes a call wait. */
export interface UncertainPromptRecorder {
  /** Keeps the prompt when it was abstained from or its margin is small. */
  record(decided: DecidedText): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

/** Options of {@link createUncertainPromptRecorder}. */
export interface UncertainPromptOptions {
  readonly directory: string;
  /** Margins below it are recorded. Default 0.1. */
  readonly margin?: number;
  /** Size after which the file is put aside as `.old`, replacing the one before. Default 16 MiB. */
  readonly fileBytes?: number;
  readonly now?: () => Date;
  readonly onWarning?: (message: string) => void;
}

const FILE_NAME = 'uncertain-prompts.jsonl';
const DEFAULT_MARGIN = 0.1;
const DEFAULT_FILE_BYTES = 16 * 1024 * 1024;
/** Prompts that may wait for the disk; more are dropped. */
const QUEUE_LIMIT = 1000;
const MAX_TEXT_CHARACTERS = 2000;

/** Creates a recorder that writes to the folder. */
export function createUncertainPromptRecorder(options: UncertainPromptOptions): UncertainPromptRecorder {
  const path = join(options.directory, FILE_NAME);
  const now = options.now ?? ((): Date => new Date());
  const margin = options.margin ?? DEFAULT_MARGIN;
  let waiting: string[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    try {
      await mkdir(options.directory, { recursive: true });
      while (waiting.length > 0) {
        const lines = waiting;
        waiting = [];
        const size = await stat(path).then(
          (info) => info.size,
          () => 0,
        );
        if (size >= (options.fileBytes ?? DEFAULT_FILE_BYTES)) await rename(path, `${path}.old`);
        await appendFile(path, lines.join(''));
      }
    } catch (error) {
      waiting = [];
      options.onWarning?.(`uncertain prompts could not be kept: ${String(error)}`);
    } finally {
      writing = undefined;
    }
  }

  return {
    record(decided) {
      if (!decided.isAbstained && decided.margin >= margin) return;
      if (waiting.length >= QUEUE_LIMIT) return;
      const text = maskText(decided.text.slice(0, MAX_TEXT_CHARACTERS)).text;
      waiting.push(`${JSON.stringify({ ...decided, text, at: now().toISOString() })}\n`);
      writing ??= write();
    },
    async close() {
      await writing;
    },
  };
}

/** The prompts kept in a folder, oldest first. Lines that a crash tore are passed over. */
export async function readUncertainPrompts(directory: string): Promise<readonly UncertainPrompt[]> {
  const prompts: UncertainPrompt[] = [];
  for (const name of [`${FILE_NAME}.old`, FILE_NAME]) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      const prompt = parseLine(line);
      if (prompt !== undefined) prompts.push(prompt);
    }
  }
  return prompts;
}

function parseLine(line: string): UncertainPrompt | undefined {
  try {
    return uncertainPromptSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
