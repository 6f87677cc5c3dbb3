import t from 'tap';
import { NO_USAGE } from '../../src/answer.js';
import { decodeAnswer, encodeAnswer, replayChunks } from '../../src/cache/cached-answer.js';
import type { CachedAnswer } from '../../src/cache/cached-answer.js';

const ANSWER: CachedAnswer = {
  parts: [
    { kind: 'reasoning', text: 'hm, so' },
    { kind: 'text', text: 'It is 🙂 blue.' },
    { kind: 'file', source: { data: new Uint8Array([0, 255]) }, mediaType: 'image/png' },
  ],
  finishReason: 'stop',
  usage: { ...NO_USAGE, completionTokens: 9 },
  costUsd: 0.002,
  model: 'model-a',
  chunks: [
    { kind: 'reasoning', text: 'hm, ' },
    { kind: 'reasoning', text: 'so' },
    { kind: 'text', text: 'It is 🙂' },
    { kind: 'text', text: ' blue.' },
  ],
};

t.test('comes back as it was, bytes and chunks included', async (t) => {
  t.same(decodeAnswer(encodeAnswer(ANSWER)), ANSWER);
});

t.test('forgets chunks that are not the text of the parts', async (t) => {
  t.same(decodeAnswer(encodeAnswer({ ...ANSWER, chunks: [{ kind: 'text', text: 'other' }] }))?.chunks, []);
});

t.test('makes nothing of damaged bytes', async (t) => {
  t.equal(decodeAnswer(Buffer.from('{"format":1')), undefined);
  t.equal(decodeAnswer(Buffer.from('{"format":99,"parts":[]}')), undefined);
});

t.test('replays with the original chunks or whole', async (t) => {
  t.same(replayChunks(ANSWER, 'original'), ANSWER.chunks);
  const whole = [
    { kind: 'reasoning', text: 'hm, so' },
    { kind: 'text', text: 'It is 🙂 blue.' },
  ];
  t.same(replayChunks(ANSWER, 'whole'), whole);
  t.same(replayChunks({ ...ANSWER, chunks: [] }, 'original'), whole);
});
