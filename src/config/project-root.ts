import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/**
 * Folder that holds package.json, router-models/ and proto/, whether the program runs from a clone or from an
 * installed package. Absolute path.
 */
export function projectRoot(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no package.json above the program; the installation is incomplete');
    folder = parent;
  }
  found = folder;
  return folder;
}
