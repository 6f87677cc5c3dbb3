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
