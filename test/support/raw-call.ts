import { connect, constants } from 'node:http2';
import { decodeStatus, type ReadError } from './rpc.js';

/**
 * A unary call with these bytes as its message, as a client that does not check what it sends would make it.
 *
 * @returns the status; its code is OK where the call ended well.
 */
export function rawCall(
  address: string,
  path: string,
  message: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadError> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`);
    session.on('error', reject);
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const trailers = new Map<string, string>();
    const keep = (received: Readonly<Record<string, unknown>>): void => {
      for (const [key, value] of Object.entries(received)) if (typeof value === 'string') trailers.set(key, value);
    };
    stream.on('response', keep);
    stream.on('trailers', keep);
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      const message = decodeURIComponent(trailers.get('grpc-message') ?? '');
      const details = Buffer.from(trailers.get('grpc-status-details-bin') ?? '', 'base64');
      resolve(decodeStatus(Number(trailers.get('grpc-status')), message, details));
    });
    stream.resume();
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
  });
}

/** A length-delimited protobuf field. */
export function protoField(number: number, bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  const header = [(number << 3) | 2];
  do {
    header.push((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
    length >>>= 7;
  } while (length > 0);
  return Buffer.concat([Buffer.from(header), bytes]);
}
