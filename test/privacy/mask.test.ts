import fc from 'fast-check';
import t from 'tap';
import { maskText, unmaskText } from '../../src/privacy/mask.js';

const cases: readonly (readonly [string, string])[] = [
  ['write to ann@example.org please', 'write to <EMAIL_1> please'],
  ['ann@example.org or bob@example.org, not ann@example.org', '<EMAIL_1> or <EMAIL_2>, not <EMAIL_1>'],
  ['my card is 4111 1111 1111 1111', 'my card is <CARD_1>'],
  ['order 4111 1111 1111 1112 is no card', 'order 4111 1111 1111 1112 is no card'],
  ['IBAN DE89 3704 0044 0532 0130 00.', 'IBAN <IBAN_1>.'],
  ['call +49 30 901820 tomorrow', 'call <PHONE_1> tomorrow'],
  ['born on 01.02.1990', 'born on 01.02.1990'],
  ['server 192.168.12.7 is down', 'server <IP_1> is down'],
  ['listen on 127.0.0.1 or 0.0.0.0, say 192.0.2.7', 'listen on 127.0.0.1 or 0.0.0.0, say 192.0.2.7'],
  ['version 1.2.3.400 is out', 'version 1.2.3.400 is out'],
  ['key sk-abcdefghijklmnop1234 leaked', 'key <SECRET_1> leaked'],
  ['<EMAIL_1> is a@b.io', '<EMAIL_1> is <EMAIL_2>'],
  ['7 * 6 = 42, pi is 3.14159265', '7 * 6 = 42, pi is 3.14159265'],
];

t.test('masks what has a form or a check digit, and nothing else', async (t) => {
  for (const [text, expected] of cases) t.equal(maskText(text).text, expected, text);
});

t.test('unmasking gives the text back', async (t) => {
  const piece = fc.oneof(
    fc.string(),
    fc.emailAddress(),
    fc.ipV4(),
    fc.constantFrom('4111111111111111', 'DE89370400440532013000', '<EMAIL_1>', '+49 30 901820'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join(' ');
      const masked = maskText(text);
      return unmaskText(masked.text, masked.originals) === text;
    }),
    { seed: 7, numRuns: 500 },
  );
  t.pass('500 texts');
});

t.test('a long text of near matches takes linear time', async (t) => {
  const text = '1 '.repeat(200_000) + 'a.'.repeat(100_000) + '@';
  const start = performance.now();
  maskText(text);
  t.ok(performance.now() - start < 10_000);
});
