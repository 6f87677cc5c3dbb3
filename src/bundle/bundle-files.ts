import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ProblemList } from '../config/problems.js';

/** A file of a bundle, read. */
export interface BundleFile {
  /** Relative to the bundle's root, with "/". */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Every file of a bundle, sorted by name, as it was at one time. */
export interface BundleFiles {
  readonly root: string;
  readonly files: readonly BundleFile[];
  /** Names of files that are there but could not be read. */
  readonly unreadable: readonly string[];
  /** SHA-256 over names and contents, hex. */
  readonly contentHash: string;
}

const MEBIBYTE = 1024 * 1024;

/** Largest file that is read, in bytes, by kind. */
const MAX_YAML_BYTES = 16 * MEBIBYTE;
const MAX_ROWS_BYTES = 512 * MEBIBYTE;

/** Folders of a bundle and the ending that their files have. */
const FOLDERS = [
  { folder: 'tasks', ending: '.yaml', isRequired: true },
  { folder: 'outcomes', ending: '.jsonl', isRequired: false },
] as const;

const SINGLE_FILES = [
  { file: 'bundle.yaml', isRequired: true },
  { file: 'models.yaml', isRequired: true },
  { file: 'cache-pairs.jsonl', isRequired: false },
] as const;

/**
 * Names of the files that make a bundle, relative to its root, sorted. Names that begin with a dot are left out
 * (editors, ConfigMaps). Adds to the problems what is missing and what has a wrong name.
 */
export async function listBundleFiles(root: string, problems: ProblemList): Promise<readonly string[]> {
  const names: string[] = [];
  const top = await readFolder(root);
  if (top === undefined) {
    problems.add({ file: root, line: 1, column: 1 }, '', 'expected the folder of a bundle, found none; check the path');
    return [];
  }
  if (top.length === 0) {
    problems.add(
      { file: root, line: 1, column: 1 },
      '',
      'the folder of the bundle is empty; expected bundle.yaml, models.yaml, tasks/',
    );
    return [];
  }
  for (const { file, isRequired } of SINGLE_FILES) {
    if (top.includes(file)) names.push(file);
    else if (isRequired)
      problems.add({ file, line: 1, column: 1 }, '', 'expected this file, found none; add it to the bundle');
  }
  for (const { folder, ending, isRequired } of FOLDERS) {
    const inside = await readFolder(join(root, folder));
    const wanted = (inside ?? []).filter((name) => name.endsWith(ending));
    names.push(...wanted.map((name) => `${folder}/${name}`));
    for (const name of inside ?? []) {
      if (!name.endsWith(ending)) {
        const message = `expected a file whose name ends in ${ending}, got another; rename or remove it`;
        problems.add({ file: `${folder}/${name}`, line: 1, column: 1 }, '', message);
      }
    }
    if (isRequired && wanted.length === 0) {
      problems.add(
        { file: folder, line: 1, column: 1 },
        '',
        `expected at least one *${ending} file, found none; add a task`,
      );
    }
  }
  return names.sort();
}

async function readFolder(path: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(path);
    return entries.filter((name) => !name.startsWith('.')).sort();
  } catch {
    return undefined;
  }
}

/** Reads every file of a bundle, or only some. What cannot be read or is too large goes to the problems. */
export async function readBundleFiles(
  root: string,
  problems: ProblemList,
  only?: readonly string[],
): Promise<BundleFiles> {
  const files: BundleFile[] = [];
  const unreadable: string[] = [];
  const hash = createHash('sha256');
  for (const file of await listBundleFiles(root, problems)) {
    if (only !== undefined && !only.includes(file)) continue;
    const bytes = await readLimited(root, file, problems);
    if (bytes === undefined) {
      unreadable.push(file);
      continue;
    }
    files.push({ file, bytes });
    hash.update(fileEntry(file, createHash('sha256').update(bytes).digest('hex')));
  }
  return { root, files, unreadable, contentHash: hash.digest('hex') };
}

/** The content hash alone, without keeping the files. It means nothing when one of them cannot be read. */
export async function hashBundleFiles(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await listBundleFiles(root, new ProblemList())) {
    const own = createHash('sha256');
    try {
      for await (const chunk of createReadStream(join(root, file))) own.update(chunk as Uint8Array);
    } catch {
      continue;
    }
    hash.update(fileEntry(file, own.digest('hex')));
  }
  return hash.digest('hex');
}

function fileEntry(file: string, sha256: string): string {
  return `${sha256} ${file}\n`;
}

async function readLimited(root: string, file: string, problems: ProblemList): Promise<Uint8Array | undefined> {
  const place = { file, line: 1, column: 1 };
  const limit = file.endsWith('.jsonl') ? MAX_ROWS_BYTES : MAX_YAML_BYTES;
  try {
    const { size } = await stat(join(root, file));
    if (size <= limit) return await readFile(join(root, file));
    problems.add(
      place,
      '',
      `expected at most ${limit / MEBIBYTE} MiB, got ${Math.ceil(size / MEBIBYTE)} MiB; split the file`,
    );
  } catch {
    problems.add(place, '', 'the file could not be read; check that it is a file and its permissions');
  }
  return undefined;
}

/** Decodes UTF-8 strictly; a leading byte order mark is dropped. */
export function decodeText(file: BundleFile, problems: ProblemList): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
  } catch {
    problems.add(
      { file: file.file, line: 1, column: 1 },
      '',
      'expected UTF-8 text, got other bytes; save the file as UTF-8',
    );
    return undefined;
  }
}
