import type { EmbeddingPriority } from './embedder.js';
import type { InferenceTask } from './worker-messages.js';

/** A text, or a pair of texts, that waits to be computed. */
export interface Work {
  readonly task: InferenceTask;
  readonly text: string;
  readonly second: string | undefined;
  /** Guessed from the length; decides how much goes into one job. */
  readonly estimatedTokens: number;
}

/** How much one job may hold. A job has at least one text. */
export interface JobLimits {
  readonly texts: number;
  readonly tokens: Readonly<Record<EmbeddingPriority, number>>;
}

/** Two queues in one: interactive work goes first, background work still moves. */
export interface WorkQueue<W extends Work> {
  readonly length: number;
  readonly estimatedTokens: number;
  lengthOf(priority: EmbeddingPriority): number;
  add(work: W, priority: EmbeddingPriority): void;
  /** @returns false when it no longer waits */
  remove(work: W): boolean;
  /** Makes waiting background work interactive. */
  promote(work: W): void;
  /** Takes the work of the next job, all of one task, oldest first. Empty when nothing waits. */
  takeJob(): readonly W[];
  /** Takes all. */
  clear(): readonly W[];
}

/** While interactive work waits, one job in so many is background work, so that a snapshot build ends under any load. */
const BACKGROUND_JOB_EVERY = 8;

/** Makes an empty queue. */
export function createWorkQueue<W extends Work>(limits: JobLimits): WorkQueue<W> {
  const waiting = { interactive: new Set<W>(), background: new Set<W>() };
  let estimatedTokens = 0;
  let jobsSinceBackground = 0;

  const drop = (work: W): boolean => {
    const isDropped = waiting.interactive.delete(work) || waiting.background.delete(work);
    if (isDropped) estimatedTokens -= work.estimatedTokens;
    return isDropped;
  };

  const nextPriority = (): EmbeddingPriority => {
    if (waiting.interactive.size === 0) return 'background';
    if (waiting.background.size === 0) return 'interactive';
    return jobsSinceBackground + 1 >= BACKGROUND_JOB_EVERY ? 'background' : 'interactive';
  };

  return {
    get length() {
      return waiting.interactive.size + waiting.background.size;
    },
    get estimatedTokens() {
      return estimatedTokens;
    },
    lengthOf: (priority) => waiting[priority].size,
    add(work, priority) {
      waiting[priority].add(work);
      estimatedTokens += work.estimatedTokens;
    },
    remove: drop,
    promote(work) {
      if (waiting.background.delete(work)) waiting.interactive.add(work);
    },
    takeJob() {
      const priority = nextPriority();
      jobsSinceBackground = priority === 'background' ? 0 : jobsSinceBackground + 1;
      const job: W[] = [];
      let tokens = 0;
      for (const work of waiting[priority]) {
        if (job[0] !== undefined && work.task !== job[0].task) continue;
        if (job.length > 0 && tokens + work.estimatedTokens > limits.tokens[priority]) break;
        job.push(work);
        tokens += work.estimatedTokens;
        if (job.length >= limits.texts) break;
      }
      job.forEach(drop);
      return job;
    },
    clear() {
      const all = [...waiting.interactive, ...waiting.background];
      waiting.interactive.clear();
      waiting.background.clear();
      estimatedTokens = 0;
      return all;
    },
  };
}
