import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { RouterError } from '../../src/errors.js';
import { createTransformersEmbedder } from '../../src/embedding/transformers-embedder.js';
import { readModelFiles } from '../../src/embedding/model-files.js';
import { copyModel, modelDirectory } from './support/model.js';

interface Manifest {
  files: Record<string, string>;
  [fact: string]: unknown;
}

async function editManifest(directory: string, edit: (manifest: Manifest) => void): Promise<void> {
  const path = join(directory, 'pointsman.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

async function errorOf(directory: string): Promise<RouterError> {
  return readModelFiles(directory).then(
    () => {
      throw new Error('the folder was accepted');
    },
    (error: unknown) => error as RouterError,
  );
}

t.test('a corrupt file stops the start, named with both hashes', async (t) => {
  const directory = await copyModel(t);
  const path = join(directory, 'onnx/model_quantized.onnx');
  const { manifest } = await readModelFiles(directory);
  const content = await readFile(path);
  content[1_000_000]! ^= 1;
  await writeFile(path, content);
  const error = await createTransformersEmbedder({ directory }).catch((thrown: unknown) => thrown as RouterError);
  const expected = manifest.files['onnx/model_quantized.onnx']!;
  t.match(error, { reason: 'EMBEDDER_FILES_INVALID', metadata: { file: path, expected } });
  const { actual } = (error as RouterError).metadata;
  t.match(actual, /^[0-9a-f]{64}$/);
  t.equal(
    (error as RouterError).message,
    `model file ${path} is not the one in pointsman.json: expected sha256 ${expected}, got ${actual!}`,
  );
});

t.test('a missing file is named', async (t) => {
  const directory = await copyModel(t);
  await rm(join(directory, 'tokenizer.json'));
  const error = await errorOf(directory);
  t.equal(error.reason, 'EMBEDDER_FILES_INVALID');
  t.equal(error.message, `model file ${join(directory, 'tokenizer.json')} cannot be read (ENOENT)`);
});

t.test('a folder without a manifest is no model folder', async (t) => {
  const error = await errorOf(join(modelDirectory, 'onnx'));
  t.equal(error.message, `model manifest ${join(modelDirectory, 'onnx/pointsman.json')} cannot be read (ENOENT)`);
});

t.test('a manifest that is not JSON is refused', async (t) => {
  const directory = await copyModel(t);
  const path = join(directory, 'pointsman.json');
  await writeFile(path, '{');
  t.equal((await errorOf(directory)).message, `model manifest ${path} is not JSON`);
});

t.test('a wrong fact of the manifest is named', async (t) => {
  const directory = await copyModel(t);
  await editManifest(directory, (manifest) => (manifest['maxTokens'] = 2));
  t.equal(
    (await errorOf(directory)).message,
    `model manifest ${join(directory, 'pointsman.json')} is invalid: maxTokens: Too small: expected number to be >=8`,
  );
});

t.test('a manifest must list the graph and the tokenizer', async (t) => {
  for (const [file, wanted] of [
    ['onnx/model_quantized.onnx', 'file that ends in .onnx'],
    ['tokenizer_config.json', 'tokenizer_config.json'],
  ] as const) {
    const directory = await copyModel(t);
    await editManifest(directory, ({ files }) => Reflect.deleteProperty(files, file));
    t.equal((await errorOf(directory)).message, `${join(directory, 'pointsman.json')}: "files" lists no ${wanted}`);
  }
});

t.test('a model of other dimensions than its manifest says does not start', async (t) => {
  const directory = await copyModel(t);
  await editManifest(directory, (manifest) => (manifest['dimensions'] = 768));
  const error = await createTransformersEmbedder({ directory }).catch((thrown: unknown) => thrown as RouterError);
  t.match(error, {
    reason: 'EMBEDDER_FILES_INVALID',
    message: `model folder ${directory} cannot be loaded: the model gives 384 numbers a text, its manifest says 768`,
  });
});

t.test('the fingerprint follows what decides the vectors, and nothing else', async (t) => {
  const { fingerprint } = await readModelFiles(modelDirectory);
  const directory = await copyModel(t);
  await editManifest(directory, (manifest) => (manifest['name'] = 'another name'));
  t.equal((await readModelFiles(directory)).fingerprint, fingerprint);
  await editManifest(directory, (manifest) => (manifest['maxTokens'] = 128));
  t.not((await readModelFiles(directory)).fingerprint, fingerprint);
});
