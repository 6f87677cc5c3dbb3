/** What this folder asks of a logger. */
export interface BuildLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Says nothing. */
export const silentLogger: BuildLogger = { info: () => undefined, warn: () => undefined };
