import t from 'tap';
import { findPersonalData, hasPersonalData } from '../../src/privacy/detectors.js';

t.test('a text has personal data where some is found in it', async (t) => {
  for (const text of ['', 'order 4111 1111 1111 1112 is no card', 'born on 01.02.1990', 'write to ann@example.org'])
    t.equal(hasPersonalData(text), findPersonalData(text).length > 0, text);
});

t.test('the escapes of JSON hide nothing', async (t) => {
  for (const text of [
    'Ann\n+49 30 901820',
    'IBAN\tDE89 3704 0044 0532 0130 00',
    'sk\r\nsk-abcdefghijklmnop1234',
    '0170/1234567',
  ]) {
    const once = JSON.stringify({ text }).replaceAll('/', '\\/');
    t.ok(hasPersonalData(text), text);
    t.ok(hasPersonalData(once), once);
    t.ok(hasPersonalData(JSON.stringify({ once })), 'JSON within JSON');
  }
  t.ok(hasPersonalData('{"phone":"\\u002B49 30 901820","mail":""}'));
  t.notOk(hasPersonalData('{"path":"C:\\\\users\\\\new","text":"line\\nline"}'));
});

t.test('finds addresses of machines, long ones too, and leaves what only looks like one', async (t) => {
  const isFound = (text: string): boolean => findPersonalData(text).some(({ kind }) => kind === 'IP');
  for (const text of [
    'block 81.2.69.160 now',
    'from 2a00:1450:4001:82b::200e.',
    '[2a02:810d:8abf:f3c0:1:2:3:4]:443',
    '::ffff:81.2.69.160',
    'host=2A00:1450:4001::1, port=80',
  ])
    t.ok(isFound(text), text);
  for (const text of [
    'std::vector and a::b',
    'dead::beef is a joke',
    'at 12:30:45',
    '00:1a:2b:3c:4d:5e',
    '::1',
    '2001:db8::42',
    'fe80::1ff:fe23:4567:890a',
    'slice[1::2]',
    'ratio 16:9:4',
    'a:b:c:d:e:f:a:b',
  ])
    t.notOk(isFound(text), text);
});
