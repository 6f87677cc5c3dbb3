import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project-root.js';

/** A program of this project in a process of its own, listening. */
export interface ChildProgram {
  readonly address: string;
  /** From its start until it listened. */
  readonly readyMs: number;
  /** Resident memory of the program and of the processes it started, in MiB. Linux only; NaN elsewhere. */
  readonly residentMib: () => Promise<ResidentMemory>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends it gently. @returns its exit code */
  readonly stop: () => Promise<number | null>;
}

/** Resident memory in MiB; shared pages are shared out (the kernel's proportional set size). */
export interface ResidentMemory {
  readonly own: number;
  readonly children: number;
}

/** Starts a compiled script, for example "src/main.js", and waits for its line "listening on ADDRESS". */
export async function startProgram(script: string, args: readonly string[]): Promise<ChildProgram> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(projectRoot(), 'dist', script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => code as number | null);
  const address = await listeningAddress(child.stdout, script);
  const pid = child.pid ?? 0;
  return {
    address,
    readyMs: performance.now() - startedAt,
    residentMib: async () => ({
      own: await residentOf(pid),
      children: (await Promise.all((await childrenOf(pid)).map(residentOf))).reduce((sum, value) => sum + value, 0),
    }),
    kill: (signal) => child.kill(signal),
    ended,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function listeningAddress(stdout: NodeJS.ReadableStream, script: string): Promise<string> {
  let text = '';
  for await (const chunk of stdout) {
    text += String(chunk);
    const address = /^listening on (\S+)$/mu.exec(text)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`${script} ended before it listened`);
}

/** A page that both processes use, such as Node's program text, counts half in each. */
async function residentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/mu.exec(text)?.[1] ?? Number.NaN) / 1024;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}
