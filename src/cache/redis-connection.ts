import { Redis } from 'ioredis';

/** Options of {@link connectRedis}. */
export interface RedisConnectionOptions {
  /** redis:// or rediss://, with user, password and database where needed. */
  readonly url: string;
  /**
   * A connection on which commands wait and nothing arrives for this long is given up and made anew; an idle one stays. Default: 3000.
   */
  readonly socketTimeoutMs?: number;
  /** Called when the connection is lost or refused, at most once until it is back. */
  readonly onDown?: (error: Error) => void;
}

const LONGEST_RECONNECT_PAUSE_MS = 1000;
/** A node that is gone without a word (no RST) would else be waited for until the kernel gives up, for about 15 minutes. */
const SOCKET_TIMEOUT_MS = 3000;

/**
 * A connection that comes back by itself and never queues: a command without a connection fails at once, and one
 * on a connection that has gone silent soon. A replica that was a master
 * before a failover (READONLY) makes it connect anew.
 */
export function connectRedis({ url, socketTimeoutMs, onDown }: RedisConnectionOptions): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1000,
    socketTimeout: socketTimeoutMs ?? SOCKET_TIMEOUT_MS,
    keepAlive: 10_000,
    noDelay: true,
    enableAutoPipelining: false,
    retryStrategy: (attempt) => Math.min(LONGEST_RECONNECT_PAUSE_MS, 25 * 2 ** Math.min(attempt, 10)),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  let isReported = false;
  redis.on('ready', () => {
    isReported = false;
  });
  redis.on('error', (error: Error) => {
    if (!isReported) onDown?.(error);
    isReported = true;
  });
  return redis;
}
