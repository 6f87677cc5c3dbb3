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
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  // By UTF-16 units, the same everywhere.
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key];
    if (field === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}
