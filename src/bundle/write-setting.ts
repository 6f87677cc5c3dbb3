import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isScalar, parseDocument } from 'yaml';
import { writeFileAtomically } from './write-atomically.js';
import { RouterError } from '../errors.js';

/** Settings of `bundle.yaml` that a command may write. */
export type WritableSetting = 'risk';

/**
 * Writes one setting into a bundle's `bundle.yaml`. Comments, order and layout stay. The file is replaced as a whole.
 *
 * @returns the file's path.
 * @throws RouterError BUNDLE_INVALID when the file cannot be read, is not a mapping, or cannot be written.
 */
export async function writeSetting(root: string, setting: WritableSetting, value: number): Promise<string> {
  const path = join(root, 'bundle.yaml');
  try {
    const text = await readFile(path, 'utf8');
    await writeFileAtomically(path, [Buffer.from(editSetting(text, setting, value))]);
    return path;
  } catch (cause) {
    throw new RouterError({ reason: 'BUNDLE_INVALID', message: `cannot write ${setting} into ${path}`, cause });
  }
}

/** YAML with one top-level setting changed or added. Where it is written already, every other byte stays. */
export function editSetting(text: string, setting: WritableSetting, value: number): string {
  const document = parseDocument(text, { version: '1.2' });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  const node: unknown = document.get(setting, true);
  if (isScalar(node) && node.range) {
    const [start, end] = node.range;
    return `${text.slice(0, start)}${value}${text.slice(end)}`;
  }
  document.set(setting, value);
  return document.toString({ lineWidth: 0 });
}
