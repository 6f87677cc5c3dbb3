import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project-root.js';
import type { Teardown } from './service.js';

/** How a run of the program ended. */
export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = join(projectRoot(), 'dist', 'src', 'main.js');

/** Runs `pointsman` with these arguments to its end. */
export async function runProgram(args: readonly string[], input = ''): Promise<ProgramResult> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdout, stderr } = child;
  const [out, err] = [collect(stdout), collect(stderr)];
  child.stdin.end(input);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: out(), stderr: err() };
}

/** A service in a process of its own. */
export interface ServeProcess {
  readonly child: ChildProcess;
  readonly address: string;
  /** What it wrote to standard error until now. */
  readonly stderr: () => string;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts `pointsman serve` on a free port and waits until it listens. It is killed at the end of the test. */
export async function startServe(t: Teardown, args: readonly string[] = []): Promise<ServeProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stderr = collect(child.stderr);
  const ended = once(child, 'exit').then(([exitCode, signal]: unknown[]) => ({
    exitCode: exitCode as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  const address = await Promise.race([
    listeningAddress(child),
    ended.then(({ exitCode }) => {
      throw new Error(`serve ended with code ${exitCode ?? 'none'} before it listened: ${stderr()}`);
    }),
  ]);
  return { child, address, stderr, ended };
}

async function listeningAddress(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const address = /^listening on (\S+)$/mu.exec(text)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`serve closed its output without an address: ${text}`);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer | string) => chunks.push(chunk.toString()));
  return () => chunks.join('');
}
