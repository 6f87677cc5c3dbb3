import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project-root.js';
import { eventStreamFrame } from './wire/bedrock.js';

const FOLDER = join(projectRoot(), 'test', 'fixtures', 'provider-bodies');

/** An answer as a provider sends it. */
export interface ProviderBody {
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** Files of a wire format, for example `text.json`. */
export function providerBodyNames(format: string): readonly string[] {
  return readdirSync(join(FOLDER, format)).sort();
}

/** Reads one of them, framed as it travels. */
export function readProviderBody(format: string, file: string): ProviderBody {
  const text = readFileSync(join(FOLDER, format, file), 'utf8');
  if (file.endsWith('.json')) return { contentType: 'application/json', body: text };
  if (file.endsWith('.sse')) return { contentType: 'text/event-stream', body: text };
  const frames = text.trim().split('\n').map(toFrame);
  return { contentType: 'application/vnd.amazon.eventstream', body: new Uint8Array(Buffer.concat(frames)) };
}

function toFrame(line: string): Buffer {
  const { event, payload } = JSON.parse(line) as { event: string; payload: unknown };
  return eventStreamFrame(event, payload);
}
