import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { RouterError } from '../errors.js';

/** The manifest of a model folder: what it holds, how its output is read, and the sha256 of each file. */
export const MANIFEST_FILE = 'pointsman.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');

const manifestSchema = z.object({
  name: z.string().min(1),
  revision: z.string().min(1),
  dimensions: z.int().positive().optional(),
  maxTokens: z.int().min(8),
  pooling: z.enum(['mean', 'cls', 'none']).default('none'),
  normalize: z.boolean().default(false),
  quantization: z.string().default('none'),
  prefix: z.string().default(''),
  files: z.record(z.string(), sha256),
});

/** See {@link MANIFEST_FILE}. */
export type ModelManifest = z.infer<typeof manifestSchema>;

/** A model folder read into memory, each file equal to its hash. */
export interface ModelFiles {
  readonly manifest: ModelManifest;
  /** First 16 hex digits of the sha256 over every fact of the manifest that decides the output. */
  readonly fingerprint: string;
  /** The ONNX graph. */
  readonly model: Uint8Array;
  readonly tokenizerJson: string;
  readonly tokenizerConfigJson: string;
}

/**
 * Reads a model folder and checks every file of its manifest. The bytes that were checked are the bytes returned,
 * so nothing can change in between.
 *
 * @throws RouterError EMBEDDER_FILES_INVALID that names the file, what was expected and what was found.
 */
export async function readModelFiles(directory: string): Promise<ModelFiles> {
  const manifest = await readManifest(directory);
  const paths = Object.keys(manifest.files);
  const contents = new Map(
    await Promise.all(paths.map(async (path) => [path, await readChecked(directory, path, manifest)] as const)),
  );
  const content = (isWanted: (path: string) => boolean, wanted: string): Buffer => {
    const found = contents.get(paths.find(isWanted) ?? '');
    if (found === undefined) {
      throw filesInvalid(`${join(directory, MANIFEST_FILE)}: "files" lists no ${wanted}`, { directory });
    }
    return found;
  };
  const model = content((path) => path.endsWith('.onnx'), 'file that ends in .onnx');
  return {
    manifest,
    fingerprint: fingerprintOf(manifest),
    model,
    tokenizerJson: content((path) => path === 'tokenizer.json', 'tokenizer.json').toString('utf8'),
    tokenizerConfigJson: content((path) => path === 'tokenizer_config.json', 'tokenizer_config.json').toString('utf8'),
  };
}

async function readManifest(directory: string): Promise<ModelManifest> {
  const path = join(directory, MANIFEST_FILE);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const detail = error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${codeOf(error)})`;
    throw filesInvalid(`model manifest ${path} ${detail}`, { file: path }, error);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
    throw filesInvalid(`model manifest ${path} is invalid: ${place}`, { file: path }, parsed.error);
  }
  return parsed.data;
}

async function readChecked(directory: string, file: string, manifest: ModelManifest): Promise<Buffer> {
  const path = join(directory, file);
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw filesInvalid(`model file ${path} cannot be read (${codeOf(error)})`, { file: path }, error);
  }
  const expected = manifest.files[file] ?? '';
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual !== expected) {
    throw filesInvalid(
      `model file ${path} is not the one in ${MANIFEST_FILE}: expected sha256 ${expected}, got ${actual}`,
      { file: path, expected, actual },
    );
  }
  return content;
}

/** The name is left out: the same files under another name give the same vectors. */
function fingerprintOf(manifest: ModelManifest): string {
  const { dimensions, maxTokens, pooling, normalize, quantization, prefix } = manifest;
  const files = Object.entries(manifest.files).sort(([a], [b]) => (a < b ? -1 : 1));
  const facts = { dimensions, maxTokens, pooling, normalize, quantization, prefix, files };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function filesInvalid(message: string, metadata: Record<string, string>, cause?: unknown): RouterError {
  return new RouterError({ reason: 'EMBEDDER_FILES_INVALID', message, metadata, cause });
}
