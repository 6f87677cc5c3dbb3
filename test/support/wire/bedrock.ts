import { crc32 } from 'node:zlib';
import { wholeText, type Wire, type WireUsage } from './wire.js';

const FINISH = {
  stop: 'end_turn',
  length: 'max_tokens',
  toolCalls: 'tool_use',
  contentFilter: 'content_filtered',
} as const;

const NO_USAGE: WireUsage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 };

function usageOf({ promptTokens, completionTokens, cachedTokens }: WireUsage): unknown {
  return {
    inputTokens: promptTokens - cachedTokens,
    cacheReadInputTokens: cachedTokens,
    outputTokens: completionTokens,
    totalTokens: promptTokens + completionTokens,
  };
}

/** A string header: length of the name, name, type 7, length of the value, value. */
function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}

/**
 * A frame of the AWS event stream encoding (`application/vnd.amazon.eventstream`): total length, headers' length, their
 * checksum, headers, payload, checksum over everything.
 */
export function eventStreamFrame(type: string, payload: unknown, messageType: 'event' | 'exception' = 'event'): Buffer {
  const body = Buffer.from(JSON.stringify(payload));
  const headers = Buffer.concat([
    header(messageType === 'event' ? ':event-type' : ':exception-type', type),
    header(':content-type', 'application/json'),
    header(':message-type', messageType),
  ]);
  const frame = Buffer.alloc(12 + headers.length + body.length + 4);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(headers.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  headers.copy(frame, 12);
  body.copy(frame, 12 + headers.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, frame.length - 4)), frame.length - 4);
  return frame;
}

/** Amazon Bedrock's Converse API. It always reports usage. */
export const bedrockWire: Wire = {
  name: 'amazon-bedrock',
  matches: (path) => /\/model\/[^/]+\/converse/u.test(path),
  model: (path) => decodeURIComponent(/\/model\/([^/]+)\//u.exec(path)?.[1] ?? ''),
  isStream: (path) => path.endsWith('/converse-stream'),
  streamContentType: 'application/vnd.amazon.eventstream',
  json: (answer) => ({
    metrics: { latencyMs: 1 },
    output: {
      message: {
        role: 'assistant',
        content: [
          ...(answer.reasoning === ''
            ? []
            : [{ reasoningContent: { reasoningText: { text: answer.reasoning, signature: 'c2ln' } } }]),
          ...(answer.texts.length === 0 ? [] : [{ text: wholeText(answer) }]),
          ...answer.toolCalls.map(({ id, name, argumentsJson }) => ({
            toolUse: { toolUseId: id, name, input: JSON.parse(argumentsJson) as unknown },
          })),
        ],
      },
    },
    stopReason: FINISH[answer.finish],
    usage: usageOf(answer.usage ?? NO_USAGE),
  }),
  stream(answer) {
    const delta = (index: number, value: object): Buffer =>
      eventStreamFrame('contentBlockDelta', { contentBlockIndex: index, delta: value });
    const stop = (index: number): Buffer => eventStreamFrame('contentBlockStop', { contentBlockIndex: index });
    return {
      open: [eventStreamFrame('messageStart', { role: 'assistant' })],
      content: [
        ...(answer.reasoning === '' ? [] : [delta(0, { reasoningContent: { text: answer.reasoning } }), stop(0)]),
        ...answer.texts.map((text) => delta(1, { text })),
        ...(answer.texts.length === 0 ? [] : [stop(1)]),
        ...answer.toolCalls.flatMap(({ id, name, argumentsJson }, index) => [
          eventStreamFrame('contentBlockStart', {
            contentBlockIndex: 2 + index,
            start: { toolUse: { toolUseId: id, name } },
          }),
          delta(2 + index, { toolUse: { input: argumentsJson } }),
          stop(2 + index),
        ]),
      ],
      close: [
        eventStreamFrame('messageStop', { stopReason: FINISH[answer.finish] }),
        eventStreamFrame('metadata', { usage: usageOf(answer.usage ?? NO_USAGE), metrics: { latencyMs: 1 } }),
      ],
    };
  },
  error: (_status, message) => ({ message }),
};
