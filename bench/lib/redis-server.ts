import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/cache/redis-connection.js';

/** A Redis of one's own, to be troubled. */
export interface OwnRedis {
  readonly url: string;
  /** Starts it and waits until it answers. Nothing is kept between two starts. */
  start(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: the connections stay, nothing is answered. */
  pause(): void;
  resume(): void;
  /** One command on a connection of its own. @throws Error what Redis answers */
  command(name: string, ...args: readonly string[]): Promise<unknown>;
}

const START_TIMEOUT_MS = 20_000;

/**
 * A Redis on a free port of the loopback, without persistence.
 *
 * @param program what starts a Redis 8, words apart: "redis-server"
 */
export async function createOwnRedis(program: string): Promise<OwnRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const [file = 'redis-server', ...words] = program.split(' ');
  let child: ChildProcess | undefined;

  const command = async (name: string, ...args: readonly string[]): Promise<unknown> => {
    const redis = connectRedis({ url });
    try {
      await untilReady(redis);
      return await redis.call(name, ...args);
    } finally {
      redis.disconnect();
    }
  };
  return {
    url,
    command,
    async start() {
      const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      child = spawn(file, [...words, ...options], { stdio: 'ignore' });
      const failed = once(child, 'error').then(([error]: unknown[]) => {
        throw error instanceof Error ? error : new Error(`${program} did not start`);
      });
      await Promise.race([untilAnswering(url), failed]);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
}

async function untilAnswering(url: string): Promise<void> {
  const redis = connectRedis({ url });
  try {
    await untilReady(redis);
  } finally {
    redis.disconnect();
  }
}

/** Refused connections on the way are no errors: it tries again by itself. */
async function untilReady(redis: Redis): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`Redis did not answer within ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    );
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
