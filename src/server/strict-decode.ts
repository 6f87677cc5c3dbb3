import { BinaryReader } from '@bufbuild/protobuf/wire';
import { RouterError } from '../errors.js';

/** Refuses text that is not valid UTF-8, as proto3 asks of parsers; an unpaired surrogate is such text. */
class StrictReader extends BinaryReader {
  override string(): string {
    return super.string(true);
  }
}

/** An unpaired surrogate, which no valid UTF-8 decodes to. */
const INVALID_TEXT = '\ud800';

/** Puts {@link INVALID_TEXT} where text is not valid UTF-8. */
class MarkingReader extends StrictReader {
  override string(): string {
    try {
      return super.string();
    } catch (error) {
      if (isInvalidText(error)) return INVALID_TEXT;
      throw error;
    }
  }
}

/** A request as it came off the wire: decoded, or the reason why it could not be. */
export type Received<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: RouterError };

/**
 * Wraps a generated decoder so that a malformed request reaches the handler as a RouterError instead of leaving
 * as a bare INTERNAL of the transport.
 */
export function receive<T>(decode: (reader: BinaryReader) => T): (bytes: Buffer) => Received<T> {
  return (bytes) => {
    try {
      return { ok: true, value: decode(new StrictReader(bytes)) };
    } catch (error) {
      return { ok: false, error: isInvalidText(error) ? invalidText(bytes, decode, error) : malformed(error) };
    }
  };
}

/** TextDecoder in fatal mode throws a TypeError; everything else is a broken wire format. */
function isInvalidText(error: unknown): boolean {
  return error instanceof TypeError;
}

function invalidText(bytes: Buffer, decode: (reader: BinaryReader) => unknown, cause: unknown): RouterError {
  const field = fieldOfInvalidText(bytes, decode);
  return new RouterError({
    reason: 'TEXT_INVALID',
    message: `${field}: the text is not valid UTF-8 (an unpaired surrogate, for example); send valid UTF-8`,
    metadata: { field },
    fieldViolations: [{ field, description: 'text that is not valid UTF-8' }],
    cause,
  });
}

function malformed(cause: unknown): RouterError {
  return new RouterError({
    reason: 'FIELD_INVALID',
    message: 'the request is not a valid protobuf message of this method; check the client against the proto files',
    fieldViolations: [{ field: 'request', description: 'malformed protobuf' }],
    cause,
  });
}

/** Path of the first such text. Decodes once more, so that good requests pay nothing for it. */
function fieldOfInvalidText(bytes: Buffer, decode: (reader: BinaryReader) => unknown): string {
  try {
    return pathOfMark(decode(new MarkingReader(bytes)), '') ?? 'request';
  } catch {
    // The wire format is broken behind the text.
    return 'request';
  }
}

function pathOfMark(value: unknown, path: string): string | undefined {
  if (value === INVALID_TEXT) return path;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = key === INVALID_TEXT ? path : pathOfMark(inner, innerPath(value, key, path));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The path as the proto files have it: snake_case names, indices in brackets, the case of a oneof for its wrapper. */
function innerPath(parent: object, key: string, path: string): string {
  if (Array.isArray(parent)) return `${path}[${key}]`;
  if ('$case' in parent) return path.slice(0, path.lastIndexOf('.') + 1) + snakeCase(String(parent.$case));
  return path === '' ? snakeCase(key) : `${path}.${snakeCase(key)}`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}
