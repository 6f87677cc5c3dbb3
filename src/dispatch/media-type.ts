/** Heads of common files. RFC and vendor registrations of each are in the IANA media type registry. */
const SIGNATURES: readonly { readonly mediaType: string; readonly offset: number; readonly bytes: string }[] = [
  { mediaType: 'image/png', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { mediaType: 'image/jpeg', offset: 0, bytes: '\xff\xd8\xff' },
  { mediaType: 'image/gif', offset: 0, bytes: 'GIF8' },
  { mediaType: 'image/webp', offset: 8, bytes: 'WEBP' },
  { mediaType: 'application/pdf', offset: 0, bytes: '%PDF-' },
  { mediaType: 'audio/wav', offset: 8, bytes: 'WAVE' },
  { mediaType: 'audio/mpeg', offset: 0, bytes: 'ID3' },
  { mediaType: 'audio/mpeg', offset: 0, bytes: '\xff\xfb' },
];

/** Media type by the first bytes of a file; undefined where none of the known heads matches. */
export function sniffMediaType(data: Uint8Array): string | undefined {
  return SIGNATURES.find(({ offset, bytes }) =>
    Buffer.from(bytes, 'latin1').every((byte, index) => data[offset + index] === byte),
  )?.mediaType;
}

/** The parts of a `data:` URL (RFC 2397); undefined for other URLs and malformed ones. */
export function parseDataUrl(url: string): { readonly mediaType: string; readonly data: Uint8Array } | undefined {
  const match = /^data:([^;,]*)(;[^,]*)?,/u.exec(url);
  if (match === null) return undefined;
  const body = url.slice(match[0].length);
  const isBase64 = match[2]?.endsWith(';base64') ?? false;
  try {
    const data = isBase64 ? Buffer.from(body, 'base64') : Buffer.from(decodeURIComponent(body), 'utf8');
    return { mediaType: match[1] ?? '', data };
  } catch {
    return undefined;
  }
}
