import { join } from 'node:path';
import t from 'tap';
import { DEFAULT_CACHE_SETTINGS } from '../../src/cache/policy.js';
import { loadConfig } from '../../src/config/load-config.js';
import { projectRoot } from '../../src/config/project-root.js';
import { RouterError } from '../../src/errors.js';

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RouterError && error.reason === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('expected CONFIG_INVALID');
}

t.test('without a file the embedded defaults hold', async (t) => {
  const config = loadConfig();
  t.equal(config.listen.host, '127.0.0.1');
  t.equal(config.listen.port, 50_051);
  t.equal(config.bundle, join(projectRoot(), 'router-models'));
  t.equal(config.limits.maxPromptBytes, 1024 * 1024);
  t.throws(() => Object.assign(config.listen, { port: 1 }), TypeError, 'frozen');
});

t.test('folders are relative to the file; overrides go before it', async (t) => {
  const directory = t.testdir({
    'p.yaml': 'bundle: my-bundle\nlisten: { port: 1234, host: "::1" }\noutcomes: { directory: o }\n',
  });
  const config = loadConfig({ file: join(directory, 'p.yaml'), overrides: { listen: { port: 0 } } });
  t.equal(config.bundle, join(directory, 'my-bundle'));
  t.equal(config.outcomes.directory, join(directory, 'o'));
  t.strictSame(config.listen, { host: '::1', port: 0 });
});

t.test('an empty file is fine', async (t) => {
  t.equal(loadConfig({ file: join(t.testdir({ 'p.yaml': '# nothing\n' }), 'p.yaml') }).listen.port, 50_051);
});

const mistakes: readonly (readonly [string, string])[] = [
  ['listen:\n  prot: 1\n', 'p.yaml:2:3: listen.prot: unknown key; did you mean "port"?'],
  ['listen:\n  port: "80"\n', 'p.yaml:2:9: listen.port: expected a whole number from 0 to 65535, got "80"'],
  ['listen:\n  port: 70000\n', 'p.yaml:2:9: listen.port: expected a whole number from 0 to 65535, got 70000'],
  ['limits: 5\n', 'p.yaml:1:9: limits: expected a mapping, got 5'],
  [
    'log: { level: loud }\n',
    'p.yaml:1:15: log.level: expected one of "silent", "error", "warn", "info", "debug", got "loud"',
  ],
  [
    'features: { reflection: yes please }\n',
    'p.yaml:1:25: features.reflection: expected true or false, got "yes please"',
  ],
  ['bundle: ""\n', 'p.yaml:1:9: bundle: expected a path, got empty text'],
  ['listen: {}\nlisten: {}\n', 'p.yaml:2:1: this key is written twice in the same mapping; keep one'],
  ['drain: { timeoutMs: -1 }\n', 'p.yaml:1:21: drain.timeoutMs: expected a whole number from 0 to 3600000, got -1'],
];

t.test('every mistake is told by file, line, column and path', async (t) => {
  for (const [text, expected] of mistakes) {
    const directory = t.testdir({ 'p.yaml': text });
    const message = messageOf(() => loadConfig({ file: join(directory, 'p.yaml') }));
    t.equal(message.replaceAll(`${directory}/`, ''), expected);
  }
});

t.test('a missing file is named', async (t) => {
  t.equal(
    messageOf(() => loadConfig({ file: '/nowhere/p.yaml' })),
    'cannot read the config /nowhere/p.yaml: no such file',
  );
});

t.test('the cache’s defaults are those of the cache itself', async (t) => {
  const { cache } = loadConfig({ overrides: {} });
  const { isPersonalDataAllowed, ...settings } = DEFAULT_CACHE_SETTINGS;
  t.match(cache, { ...settings, allowPersonalData: isPersonalDataAllowed });
  t.equal(cache.minProbability, undefined, 'left to the bundle');
  t.equal(cache.minProbabilityUnverified, undefined);
});
