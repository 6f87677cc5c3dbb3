import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelledPair } from '../../src/cache/pair-evidence.js';

/** Wordings of one question, and questions that look alike but want other answers. */
export interface Cluster {
  readonly same: readonly string[];
  readonly different: readonly string[];
}

/** The verifier's training passes over the clusters whose place, in all files together, leaves this rest. As in pairs.py. */
const HELD_OUT = { divisor: 14, rest: 5 };

/**
 * The clusters of `*.txt` in folders, files in the order of their names: `# topic`, `= wording | wording`, `x look-alike | look-alike`
 * for the cluster above.
 *
 * @throws Error when the folder is missing or a line is of another kind
 */
export async function readClusters(folders: readonly string[]): Promise<readonly Cluster[]> {
  const clusters: { same: string[]; different: string[] }[] = [];
  for (const file of (await Promise.all(folders.map(clusterFiles))).flat()) {
    const lines = (await readFile(file, 'utf8')).split('\n');
    lines.forEach((raw, index) => {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) return;
      const texts = line.slice(1).split('|').flatMap(trimmed);
      const last = clusters.at(-1);
      if (line.startsWith('=')) clusters.push({ same: texts, different: [] });
      else if (line.startsWith('x ') && last !== undefined) last.different.push(...texts);
      else throw new Error(`${file}:${index + 1} starts with neither "#", "=" nor "x " after a "=" line`);
    });
  }
  return clusters;
}

/** Every pair of wordings, and every wording with every look-alike, of the clusters that the verifier has not seen. */
export function heldOutPairs(clusters: readonly Cluster[]): readonly LabelledPair[] {
  return clusters
    .filter((_, place) => place % HELD_OUT.divisor === HELD_OUT.rest)
    .flatMap(({ same, different }) => [
      ...same.flatMap((stored, place) => same.slice(place + 1).map((asked) => ({ stored, asked, isSame: true }))),
      ...same.flatMap((stored) => different.map((asked) => ({ stored, asked, isSame: false }))),
    ]);
}

async function clusterFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => join(folder, name));
}

function trimmed(text: string): string[] {
  const cut = text.trim();
  return cut === '' ? [] : [cut];
}
