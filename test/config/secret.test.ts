import { inspect } from 'node:util';
import t from 'tap';
import { z } from 'zod';
import { checkSchema } from '../../src/config/check-schema.js';
import { ProblemList } from '../../src/config/problems.js';
import { resolveSecrets, secret } from '../../src/config/secret.js';
import type { SecretSources } from '../../src/config/secret.js';
import { parseYaml } from '../../src/config/yaml-document.js';

const schema = z.strictObject({ vendors: z.array(z.strictObject({ apiKey: secret() })) });

const SOURCES: SecretSources = {
  environment: { KEY: 's3cret', EMPTY: '' },
  readFile(path) {
    if (path === 'key.txt') return 'from file\n';
    if (path === 'empty.txt') return '\n';
    throw new Error('no such file');
  },
};

function load(text: string) {
  const problems = new ProblemList();
  const document = parseYaml('c.yaml', text, problems);
  if (document === undefined) throw new Error('not YAML');
  const value = checkSchema(schema, document, problems);
  if (value !== undefined) {
    resolveSecrets(value, SOURCES, (path, message) => problems.add(document.locate(path), path, message));
  }
  return { value, messages: problems.problems.map(({ path, message }) => `${path}: ${message}`) };
}

t.test('resolves references to the environment and to files', async (t) => {
  const { value, messages } = load('vendors: [{ apiKey: "${env:KEY}" }, { apiKey: "${file:key.txt}" }]');
  t.strictSame(messages, []);
  t.strictSame(
    value?.vendors.map(({ apiKey }) => apiKey.reveal()),
    ['s3cret', 'from file'],
  );
});

t.test('is shown nowhere', async (t) => {
  const { value } = load('vendors: [{ apiKey: "${env:KEY}" }]');
  const apiKey = value?.vendors[0]?.apiKey;
  t.equal(String(apiKey), '[secret]');
  t.equal(JSON.stringify(value), '{"vendors":[{"apiKey":"[secret]"}]}');
  t.equal(inspect(apiKey), '[secret]');
});

t.test('a secret written into the file is refused and not repeated', async (t) => {
  const { messages } = load('vendors: [{ apiKey: sk-12345 }, { apiKey: 12345 }, {}]');
  t.strictSame(messages, [
    'vendors[0].apiKey: expected ${env:NAME} or ${file:PATH}, got another value',
    'vendors[1].apiKey: expected ${env:NAME} or ${file:PATH}, got another value',
    'vendors[2].apiKey: expected ${env:NAME} or ${file:PATH}, got nothing',
  ]);
});

t.test('a reference that leads nowhere is told', async (t) => {
  const references = ['env:NOPE', 'env:EMPTY', 'file:nope.txt', 'file:empty.txt'];
  const { messages } = load(`vendors:\n${references.map((name) => `  - apiKey: "\${${name}}"\n`).join('')}`);
  t.strictSame(messages, [
    'vendors[0].apiKey: environment variable "NOPE" is not set; set it or change the reference',
    'vendors[1].apiKey: environment variable "EMPTY" is empty; give it a value',
    'vendors[2].apiKey: file "nope.txt" could not be read; check the path and its permissions',
    'vendors[3].apiKey: file "empty.txt" is empty; write the secret into it',
  ]);
});

t.test('using a secret before it is resolved is a defect', async (t) => {
  t.throws(() => secret().parse('${env:KEY}').reveal(), { message: 'a secret was used before the config was loaded' });
});
