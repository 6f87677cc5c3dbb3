/**
 * One text for one value: keys sorted, absent fields left out, strings in NFC, bytes as base64 under a key that no object of ours
 * has. Two values get the same text only if they are equal.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.normalize('NFC'));
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return JSON.stringify(Number.isFinite(value) ? value : `number:${String(value)}`);
  if (typeof value !== 'object' || value === null) return 'null';
  if (value instanceof Uint8Array) return `{"bytes:base64":"${Buffer.from(value).toString('base64')}"}`;
  return Array.isArray(value) ? `[${value.map(canonicalJson).join(',')}]` : canonicalObject(value);
}

function canonicalObject(value: object): string {
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}
