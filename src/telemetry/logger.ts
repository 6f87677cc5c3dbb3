import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * The service's log: one JSON object a line on standard error, written at once so that nothing is lost at the end.
 * Keys and prompts are never passed to it; the redaction is a second line of defence.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: ['*.authorization', '*.apiKey', '*.secret', '*.prompt', '*.messages'], censor: '[redacted]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
