import { BinaryReader } from '@bufbuild/protobuf/wire';
import { RouterError } from '../errors.js';

/** Refuses text that is not valid UTF-8, as proto3 asks of parsers; an unpaired surrogate is such text. */
class StrictReader extends BinaryReader {
  override string(): string {
    return super.string(true);
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
      return { ok: false, error: malformed(error) };
    }
  };
}

function malformed(cause: unknown): RouterError {
  // TextDecoder in fatal mode throws a TypeError; everything else is a broken wire format.
  if (cause instanceof TypeError) {
    return new RouterError({
      reason: 'TEXT_INVALID',
      message: 'the request holds text that is not valid UTF-8 (an unpaired surrogate, for example); send valid UTF-8',
      fieldViolations: [{ field: 'prompt', description: 'text that is not valid UTF-8' }],
      cause,
    });
  }
  return new RouterError({
    reason: 'FIELD_INVALID',
    message: 'the request is not a valid protobuf message of this method; check the client against the proto files',
    fieldViolations: [{ field: 'request', description: 'malformed protobuf' }],
    cause,
  });
}
