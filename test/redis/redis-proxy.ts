import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Test } from 'tap';
import { REDIS_URL } from './redis-fixture.js';

/** Stands between a client and the Redis of the tests, so that its trouble is one client's own. */
export interface RedisProxy {
  readonly url: string;
  /** What arrives is kept back, the connections stay. */
  pause(): void;
  resume(): void;
  /** Connections that are open go silent for ever, as those to a lost node do; new ones work. */
  silence(): void;
  /** Connections so far. */
  readonly connections: number;
  /** Connections end and new ones are refused at once. */
  cut(): void;
}

/** Starts the proxy in front of {@link REDIS_URL}; it ends with the test, passed or not. */
export async function startRedisProxy(t: Test): Promise<RedisProxy> {
  const target = new URL(REDIS_URL ?? '');
  const sockets = new Set<Socket>();
  /** Never resumed. */
  const silenced = new Set<Socket>();
  let state: 'open' | 'paused' | 'cut' = 'open';
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port || 6379), target.hostname);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket) && [near, far].forEach((end) => end.destroy()));
    }
    if (state === 'paused') near.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endAll = (): void => sockets.forEach((socket) => socket.destroy());
  t.teardown(() => {
    server.close();
    endAll();
    silenced.forEach((socket) => socket.destroy());
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pause() {
      state = 'paused';
      sockets.forEach((socket) => socket.pause());
    },
    resume() {
      state = 'open';
      sockets.forEach((socket) => socket.resume());
    },
    silence() {
      sockets.forEach((socket) => {
        socket.pause();
        sockets.delete(socket);
        silenced.add(socket);
      });
    },
    get connections() {
      return connections;
    },
    cut() {
      state = 'cut';
      endAll();
    },
  };
}
