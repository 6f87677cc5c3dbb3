import t from 'tap';
import { protoField, rawCall } from '../support/raw-call.js';
import { startTestService } from '../support/service.js';

const SELECT = '/pointsman.router.v1.RouterService/SelectModel';
const RECORD = '/pointsman.router.v1.RouterService/RecordOutcome';

/** UTF-8 has no code for a surrogate; this is how a careless encoder writes U+D800. */
const SURROGATE = Buffer.from([0x61, 0xed, 0xa0, 0x80]);

const { address } = await startTestService(t);

const text = (bytes: Uint8Array | string): Uint8Array => Buffer.from(bytes);
const user = Buffer.from([0x08, 0x02]);
const promptOf = (...messages: Uint8Array[]): Uint8Array =>
  protoField(1, Buffer.concat(messages.map((message) => protoField(1, Buffer.concat([user, message])))));

const INVALID_TEXTS: Readonly<Record<string, readonly [path: string, message: Uint8Array, field: string]>> = {
  'the text of a message': [SELECT, promptOf(protoField(2, SURROGATE)), 'prompt.messages[0].text'],
  'a part of a later message': [
    SELECT,
    promptOf(protoField(2, text('hello')), protoField(3, protoField(1, SURROGATE))),
    'prompt.messages[1].parts[0].text',
  ],
  'a model of a constraint': [
    SELECT,
    Buffer.concat([promptOf(protoField(2, text('hello'))), protoField(2, protoField(1, SURROGATE))]),
    'constraints.allowed_models[0]',
  ],
  'the session': [SELECT, protoField(3, SURROGATE), 'session_id'],
  'a field of another method': [RECORD, protoField(3, SURROGATE), 'idempotency_key'],
};

for (const [name, [path, message, field]] of Object.entries(INVALID_TEXTS)) {
  t.test(`an unpaired surrogate in ${name}`, async (t) => {
    t.match(await rawCall(address, path, message), {
      code: 'INVALID_ARGUMENT',
      reason: 'TEXT_INVALID',
      message: `${field}: the text is not valid UTF-8 (an unpaired surrogate, for example); send valid UTF-8`,
      metadata: { field },
      fields: [field],
    });
  });
}

const MALFORMED: Readonly<Record<string, Uint8Array>> = {
  'a field that ends too early': Buffer.from([0x0a, 0x7f, 0x01]),
  'a wire type that does not exist': Buffer.from([0x0f]),
  'bytes of another format': text('{"prompt": {}}'),
  'broken bytes behind invalid text': Buffer.concat([protoField(3, SURROGATE), Buffer.from([0x0a, 0x7f])]),
};

for (const [name, message] of Object.entries(MALFORMED)) {
  t.test(name, async (t) => {
    const error = await rawCall(address, SELECT, message);
    t.equal(error.code, 'INVALID_ARGUMENT');
    t.strictSame(error.fields, ['request']);
  });
}

t.test('the server serves on', async (t) => {
  const { code } = await rawCall(address, SELECT, promptOf(protoField(2, text('translate to french: good morning'))));
  t.equal(code, 'OK');
});
