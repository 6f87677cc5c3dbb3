import t from 'tap';
import { readPrompt, stemOf } from '../../../src/cache/guard/tokens.js';

const kinds = (text: string): string[] => readPrompt(text).tokens.map((token) => `${token.kind}:${token.word}`);

t.test('tells words, numbers and identifiers apart', async (t) => {
  t.same(kinds('Install foo_bar v1.2.3 at /opt/foo/bin for $1,200.50'), [
    'word:install',
    'identifier:foo_bar',
    'identifier:v1.2.3',
    'word:at',
    'identifier:/opt/foo/bin',
    'word:for',
    'number:$1,200.50',
  ]);
  t.same(kinds('my 401(k), 5kg, C++ and a@b.example'), [
    'word:my',
    'number:401k',
    'number:5',
    'word:kg',
    'word:c++',
    'word:and',
    'identifier:a@b.example',
  ]);
});

t.test('writes contractions out', async (t) => {
  t.same(
    kinds("can't won't doesn't what's"),
    ['can', 'not', 'will', 'not', 'does', 'not', "what's"].map((word) => `word:${word.replace("'s", '')}`),
  );
});

t.test('marks names, sentence openings and acronyms', async (t) => {
  const { tokens } = readPrompt('Ask Maria. The WHO knows');
  t.same(
    tokens.map((token) => [token.word, token.isCapitalised, token.opensSentence, token.isAcronym]),
    [
      ['ask', false, true, false],
      ['maria', true, false, false],
      ['the', false, true, false],
      ['who', true, false, true],
      ['knows', false, false, false],
    ],
  );
});

t.test('collects quoted texts and code', async (t) => {
  t.same(readPrompt('Say "good  day" and run `ls -l` or\n```\nx = 1\n```').quotes, ['good day', 'ls -l', 'x = 1']);
});

t.test('brings inflections to one stem and leaves other words apart', async (t) => {
  for (const [left, right] of [
    ['running', 'run'],
    ['used', 'using'],
    ['cities', 'city'],
    ['boxes', 'box'],
    ['stopped', 'stop'],
    ['paid', 'pay'],
  ] as const)
    t.equal(stemOf(left), stemOf(right), `${left} ${right}`);
  t.not(stemOf('investor'), stemOf('invest'));
});

t.test('reads hostile texts in linear time', async (t) => {
  const runs = [
    '1',
    '1,',
    '1.',
    'a',
    'é',
    'a.',
    'a-',
    'a_',
    'a1',
    'a@',
    '.',
    '-',
    '_',
    '+',
    '"',
    '“',
    '«',
    "'",
    '`',
    '\n',
    '€',
    '/a',
  ];
  const endings = ['', '!', 'x', '@', '€'];
  const startedAt = performance.now();
  for (const run of runs) {
    for (const ending of endings) t.ok(readPrompt('x ' + run.repeat(200_000 / run.length) + ending).text.length > 0);
  }
  // A pattern that looks again at every place of a run takes minutes for a single one of these texts.
  t.ok(performance.now() - startedAt < 120_000);
});
