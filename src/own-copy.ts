/** Copies for what is kept: a slice, and so a trimmed text, holds all that it was cut from in memory. */

/** The text with characters of its own. */
export function ownText(text: string): string {
  const encoding = text.isWellFormed() ? 'utf8' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

/** The bytes in memory of their own; the same where they are in none else's already. */
export function ownBytes(bytes: Buffer): Buffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
}
